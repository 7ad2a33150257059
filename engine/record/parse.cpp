// parse_record: a JSON object becomes cells. One pass over the members; each goes to the field of
// its name, into a branch ("funding"), or to `extra`. Sealed values stop here: refused from people,
// dropped and counted from older systems. A name the schema does not know beside sealed fields
// counts as sealed too, because somebody's `sensitive.phone` must not become open by being new; so
// does such a name in a record of any other type.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "core/limits.h"
#include "record/column_json.h"
#include "record/extra.h"
#include "text/normalise.h"

namespace nhip::record {

namespace {

using nlohmann::json;

class RecordParser {
 public:
  RecordParser(const Type& type, const ParseOptions& options, const std::set<std::string>& envelope)
      : type_(type), options_(options), envelope_(envelope) {
    reading_.source = options.source;
    reading_.centre = options.centre;
    reading_.remarks = &out_.remarks;
  }

  Result<ParsedRecord> run(const json& object) {
    if (!object.is_object()) return refusal("record", "wrong_type", "must be a JSON object");
    if (!is_shallow(object)) return refusal("record", "too_deep", "is nested too deeply");
    NHIP_TRY(read_identity(object));
    for (const auto& [name, value] : object.items()) {
      if (name == "id" || name == "type" || name == "_meta" || envelope_.count(name) > 0) continue;
      NHIP_TRY(read_member(name, value));
    }
    NHIP_TRY(finish_extra());
    NHIP_TRY(finish_identity());
    NHIP_TRY(check_needed());
    return std::move(out_);
  }

 private:
  bool is_entry() const { return options_.source == Source::kEntry; }

  Status read_identity(const json& object) {
    if (const auto type = object.find("type"); type != object.end() && !type->is_null()) {
      if (!type->is_string() || type->get_ref<const std::string&>() != type_.name) {
        return refusal("type", "wrong_type", "is not " + type_.name);
      }
    }
    const auto id = object.find("id");
    if (id == object.end() || id->is_null()) return {};
    if (!id->is_string()) return refusal("id", "wrong_type", "must be a text");
    const auto& text = id->get_ref<const std::string&>();
    out_.id = Id::parse(text);
    if (out_.id) return {};
    if (is_entry() || text.empty()) {
      return refusal("id", "bad_id", "is no UUID", "leave it out to make a new record");
    }
    out_.source_id = text;
    out_.id = make_uuid_v5(options_.centre, text);
    return {};
  }

  Status read_member(const std::string& name, const json& value) {
    if (const Field* field = type_.field(name)) return read_field(*field, value);
    if (is_branch(type_, name)) return read_branch(name, value);
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos) {
      const std::string head = name.substr(0, dot);
      const Field* field = type_.field(head);
      if (is_branch(type_, head)) return keep_in_branch(head, name.substr(dot + 1), value);
      if (field != nullptr && field->shape == Shape::kMap) {
        note_patched(*field);
        return read_map_element(*field, name.substr(dot + 1), value);
      }
    }
    if (type_.sealed_names.count(name.substr(0, dot)) > 0) return read_sealed_name(name, value);
    json kept = value;
    std::string key = name;
    NHIP_TRY(clean_unknown(name, key, kept));
    patch_[key] = std::move(kept);
    note_unknown(key, value);
    return {};
  }

  // What another type keeps sealed, given to a type that has no such field.
  Status read_sealed_name(const std::string& name, const json& value) {
    if (!value.is_object()) return read_sealed(name, value);
    for (const auto& [member, inner] : value.items()) {
      NHIP_TRY(read_sealed(name + "." + member, inner));
    }
    return {};
  }

  Status read_branch(const std::string& name, const json& value) {
    if (value.is_null()) {
      for (const Field& field : type_.fields) {
        if (field.path.compare(0, name.size() + 1, name + ".") == 0)
          NHIP_TRY(read_field(field, value));
      }
      patch_[name] = nullptr;
      return {};
    }
    if (!value.is_object()) return refusal(name, "wrong_type", "must be an object");
    for (const auto& [member, inner] : value.items()) {
      const Field* field = type_.field(name + "." + member);
      NHIP_TRY(field != nullptr ? read_field(*field, inner) : keep_in_branch(name, member, inner));
    }
    return {};
  }

  Status keep_in_branch(const std::string& branch, const std::string& member, const json& value) {
    if (has_sealed_field(type_, branch)) return read_sealed(branch + "." + member, value);
    json kept = value;
    std::string key = member;
    NHIP_TRY(clean_unknown(branch + "." + member, key, kept));
    patch_[branch][key] = std::move(kept);
    note_unknown(branch + "." + key, value);
    return {};
  }

  Status read_sealed(const std::string& path, const json& value) {
    if (value.is_null()) return {};
    if (is_entry()) {
      return refusal(path, "sealed_field", "is protected and cannot be stored in an open record",
                     "leave it out; keep it on paper until sealed fields can be entered");
    }
    ++out_.sealed_dropped;
    return {};
  }

  Status read_field(const Field& field, const json& value) {
    if (field.sealed) return read_sealed(field.path, value);
    out_.given.insert(field.number);
    switch (field.shape) {
      case Shape::kScalar: return read_scalar(field, value);
      case Shape::kSet: return read_list(field, value, &RecordParser::read_set_element);
      case Shape::kObjects: return read_list(field, value, &RecordParser::read_object_element);
      case Shape::kMap: return read_map(field, value);
    }
    return {};
  }

  Status read_scalar(const Field& field, const json& value) {
    NHIP_TRY_ASSIGN(Value read, read_column(field.column, value, reading_, field.path));
    core::set_cell(out_.cells, {field.number, {}}, std::move(read));
    return {};
  }

  using ElementReader = Status (RecordParser::*)(const Field&, const json&);

  Status read_list(const Field& field, const json& value, ElementReader read_element) {
    patch_[field.path] = nullptr;  // the list is replaced, and what was unknown in it
    if (value.is_null()) return {};
    if (!value.is_array()) return refusal(field.path, "wrong_type", "must be a list");
    for (const json& each : value) NHIP_TRY((this->*read_element)(field, each));
    return {};
  }

  Status read_set_element(const Field& field, const json& each) {
    const std::string path = field.path + "[]";
    if (each.is_null()) return refusal(path, "wrong_type", "must not be null");
    NHIP_TRY_ASSIGN(Value value, read_column(field.keys.front(), each, reading_, path));
    const std::optional<std::string> element = element_of(field, {value});
    if (!element) return keep_without_key(field, path, each);
    core::set_cell(out_.cells, {field.number, *element}, Value(std::int64_t{1}));
    return {};
  }

  Status read_object_element(const Field& field, const json& each) {
    const std::string path = field.path + "[]";
    if (!each.is_object()) return refusal(path, "wrong_type", "must be an object");
    std::vector<Value> keys;
    std::vector<Value> values;
    NHIP_TRY(read_columns(field.keys, each, path, keys));
    NHIP_TRY(read_columns(field.values, each, path, values));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].is_null()) return keep_without_key(field, path + "." + field.keys[i].name, each);
    }
    const std::optional<std::string> element = element_of(field, keys);
    if (!element) return keep_without_key(field, path, each);
    Value packed = pack_element(field, values);
    const core::CellKey cell{field.number, *element};
    const Value& before = core::cell_value(out_.cells, cell);
    if (!before.is_null() && before != packed) return keep_duplicate(field, path, each);
    core::set_cell(out_.cells, cell, std::move(packed));
    return keep_in_element(field, *element, each);
  }

  Status read_columns(const std::vector<Column>& columns, const json& object,
                      const std::string& path, std::vector<Value>& out) {
    for (const Column& column : columns) {
      const auto found = object.find(column.name);
      const json missing;
      NHIP_TRY_ASSIGN(Value value, read_column(column, found == object.end() ? missing : *found,
                                               reading_, path + "." + column.name));
      out.push_back(std::move(value));
    }
    return {};
  }

  Status keep_in_element(const Field& field, const std::string& element, const json& object) {
    const auto is_known = [&](const std::string& name) {
      const auto same = [&](const Column& column) { return column.name == name; };
      return std::any_of(field.keys.begin(), field.keys.end(), same) ||
             std::any_of(field.values.begin(), field.values.end(), same);
    };
    for (const auto& [name, value] : object.items()) {
      if (is_known(name) || value.is_null()) continue;
      json kept = value;
      std::string key = name;
      NHIP_TRY(clean_unknown(field.path + "[]." + name, key, kept));
      patch_[field.path][element][key] = std::move(kept);
      note_unknown(field.path + "[]." + key, value);
    }
    return {};
  }

  // An element that has no place of its own is refused from a person and kept as it came on load.
  Status keep_without_key(const Field& field, const std::string& path, const json& each) {
    if (is_entry()) {
      return refusal(path, "missing_key",
                     "names the element: it must be there, not empty and not too long");
    }
    out_.remarks.push_back({"missing_key", path});
    patch_[field.path][""].push_back(each);
    return {};
  }

  Status keep_duplicate(const Field& field, const std::string& path, const json& each) {
    if (is_entry()) return refusal(path, "duplicate_key", "stands twice with different contents");
    out_.remarks.push_back({"duplicate_key", path});
    patch_[field.path][""].push_back(each);
    return {};
  }

  Status read_map(const Field& field, const json& value) {
    if (value.is_null()) {
      patch_[field.path] = nullptr;
      return {};
    }
    if (!value.is_object()) return refusal(field.path, "wrong_type", "must be an object");
    note_patched(field);
    for (const auto& [key, inner] : value.items()) NHIP_TRY(read_map_element(field, key, inner));
    return {};
  }

  void note_patched(const Field& field) {
    out_.given.insert(field.number);
    out_.patched.insert(field.number);
  }

  Status read_map_element(const Field& field, const std::string& name, const json& value) {
    std::string key = name;
    if (is_entry()) {
      NHIP_TRY_ASSIGN(key, clean_text(name, field.path));
    }
    const std::string plain = text::trim(text::to_nfc(key).value_or(key));
    const auto& sealed = field.sealed_elements;
    if (std::find(sealed.begin(), sealed.end(), plain) != sealed.end()) {
      return read_sealed(field.path + "." + plain, value);
    }
    const std::optional<std::string> element = element_of(field, {Value(key)});
    const std::string path = field.path + "." + (element ? key : "");
    NHIP_TRY_ASSIGN(Value read, read_column(field.values.front(), value, reading_, path));
    if (!element) return keep_map_element(field, path, name, value);
    const core::CellKey cell{field.number, *element};
    if (read.is_null()) out_.emptied.insert(cell);
    core::set_cell(out_.cells, cell, std::move(read));
    return {};
  }

  Status keep_map_element(const Field& field, const std::string& path, const std::string& name,
                          const json& value) {
    if (is_entry()) {
      return refusal(path, "missing_key", "has a key that is empty or too long");
    }
    out_.remarks.push_back({"missing_key", path});
    patch_[field.path][name] = value;
    return {};
  }

  Status clean_unknown(const std::string& path, std::string& key, json& value) {
    if (!is_entry()) return {};
    NHIP_TRY_ASSIGN(key, clean_text(key, path));
    return clean_json(value, path);
  }

  void note_unknown(const std::string& path, const json& value) {
    out_.given.insert(kExtraField);
    const auto& names = out_.unknown;
    const bool noted = std::find(names.begin(), names.end(), path) != names.end();
    if (!value.is_null() && !noted) out_.unknown.push_back(path);
  }

  Status finish_extra() {
    if (patch_.empty()) return {};
    out_.extra_patch = canonical(patch_);
    const json extra = patch_extra(type_, json(), patch_);
    if (extra.is_null()) return {};
    std::string text = canonical(extra);
    if (text.size() > core::kValueBytesMax) {
      return refusal("extra", "too_long", "the fields that the schema does not know are too large");
    }
    out_.given.insert(kExtraField);
    core::set_cell(out_.cells, {kExtraField, {}}, Value(std::move(text)));
    return {};
  }

  Status finish_identity() {
    if (type_.natural_key.empty()) return {};
    const Result<Id> derived = natural_id(type_, options_.centre, out_.cells);
    if (!derived.ok()) return is_entry() && out_.id ? Status() : derived.status();
    if (is_entry() && out_.id && *out_.id != *derived) {
      return refusal("id", "bad_id", "does not belong to this key",
                     "leave it out: the key names the record");
    }
    out_.id = *derived;
    out_.source_id.clear();
    return {};
  }

  Status check_needed() {
    if (!is_entry() && !out_.id) return refusal("id", "missing_field", "must be there");
    for (const Field& field : type_.fields) {
      const bool here = out_.cells.count({field.number, {}}) > 0;
      const bool entry_needs = is_entry() && field.column.required &&
                               (options_.creating || out_.given.count(field.number) > 0);
      const bool load_needs = !is_entry() && field.number == type_.scope.column;
      if (here || (!entry_needs && !load_needs)) continue;
      return refusal(field.path, "missing_field", "must be there");
    }
    return {};
  }

  const Type& type_;
  const ParseOptions& options_;
  const std::set<std::string>& envelope_;
  Reading reading_;
  ParsedRecord out_;
  json patch_ = json::object();
};

}  // namespace

Result<ParsedRecord> parse_record(const Type& type, const nlohmann::json& object,
                                  const ParseOptions& options,
                                  const std::set<std::string>& envelope) {
  return RecordParser(type, options, envelope).run(object);
}

}  // namespace nhip::record
