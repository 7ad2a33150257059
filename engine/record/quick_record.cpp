#include "record/quick_record.h"

#include <algorithm>
#include <cstring>

#include "core/limits.h"
#include "record/column_json.h"
#include "text/normalise.h"

namespace nhip::record {

namespace {

std::size_t place_of(std::string_view text, std::size_t places) {
  if (text.empty()) return 0;
  const auto letter = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[at]));
  };
  const std::size_t hash = text.size() * 131 + letter(0) * 31 + letter(text.size() / 2) * 17 +
                           letter(text.size() - 1) * 7;
  return hash & (places - 1);
}

bool is_outside(std::int64_t value, const std::optional<std::int64_t>& min,
                const std::optional<std::int64_t>& max) {
  return (min && value < *min) || (max && value > *max);
}

std::size_t bytes_of(const core::Change& change) {
  const std::string* text = change.value.text();
  const Bytes* blob = change.value.blob();
  return 24 + change.cell.element.size() + (text ? text->size() : 0) + (blob ? blob->size() : 0);
}

}  // namespace

const QuickRecord::Name* QuickRecord::Names::find(std::string_view text) const {
  if (places.empty()) return nullptr;
  for (std::size_t at = place_of(text, places.size());; at = (at + 1) & (places.size() - 1)) {
    const Name& name = places[at];
    if (name.text.empty()) return nullptr;
    if (name.text == text) return &name;
  }
}

void QuickRecord::Names::add(Name name) {
  std::size_t taken = 0;
  for (const Name& each : places) taken += each.text.empty() ? 0 : 1;
  if (places.size() < 2 * (taken + 1)) {
    std::vector<Name> before(std::max<std::size_t>(16, 2 * places.size()));
    before.swap(places);
    for (Name& each : before) {
      if (!each.text.empty()) add(std::move(each));
    }
  }
  std::size_t at = place_of(name.text, places.size());
  while (!places[at].text.empty()) at = (at + 1) & (places.size() - 1);
  places[at] = std::move(name);
}

QuickRecord::Name QuickRecord::name_of(const Field& field, std::string text) {
  return {std::move(text), field.is_scalar() ? Kind::kField : Kind::kSet, &field, names_++, 0};
}

// A field that needs more than one look has no name here, and so ends the quick way.
QuickRecord::QuickRecord(const Type& type, const std::set<std::string>& envelope) : type_(type) {
  tables_.emplace_back();
  if (!type.natural_key.empty()) return;
  tables_[0].add({"id", Kind::kId, nullptr, names_++, 0});
  tables_[0].add({"type", Kind::kType, nullptr, names_++, 0});
  for (const Field& field : type.fields) {
    if (field.column.required) required_.push_back(&field);
    const bool plain_set = field.shape == Shape::kSet && field.keys.size() == 1 &&
                           field.keys.front().type == FieldType::kText;
    const bool sealed = field.sealed || !field.sealed_elements.empty();
    if (sealed || (!field.is_scalar() && !plain_set)) continue;
    const std::size_t dot = field.path.find('.');
    if (envelope.count(field.path.substr(0, dot)) > 0) continue;
    if (dot == std::string::npos) {
      if (tables_[0].find(field.path) == nullptr) tables_[0].add(name_of(field, field.path));
      continue;
    }
    const std::string head = field.path.substr(0, dot);
    const Name* branch = tables_[0].find(head);
    if (branch == nullptr) {
      tables_[0].add({head, Kind::kBranch, nullptr, names_++, tables_.size()});
      tables_.emplace_back();
      branch = tables_[0].find(head);
    }
    if (branch->kind != Kind::kBranch) continue;
    tables_[branch->members].add(name_of(field, field.path.substr(dot + 1)));
  }
}

// Reads what it understands; false means: give up.
class QuickRecord::Scanner {
 public:
  Scanner(const QuickRecord& record, std::string_view json)
      : record_(record), at_(json.data()), end_(json.data() + json.size()) {
    seen_.assign(record.names_, false);
    given_.cells.reserve(record.type_.fields.size());
  }

  bool read_record() {
    skip_blanks();
    if (!read_object(record_.tables_[0])) return false;
    skip_blanks();
    return at_ == end_;
  }

  bool place(const std::string* unit) {
    const ScopeRule& rule = record_.type_.scope;
    const Field* field = rule.prefix.empty() ? nullptr : record_.type_.field(rule.column);
    if (field == nullptr || unit == nullptr || given_.placed) return true;
    return field->path.find('.') == std::string::npos && keep_text(*field, *unit);
  }

  // In the order of cells, and whole.
  bool finish() {
    std::vector<core::Change>& cells = given_.cells;
    const auto before = [](const core::Change& a, const core::Change& b) {
      return a.cell < b.cell;
    };
    if (!std::is_sorted(cells.begin(), cells.end(), before))
      std::sort(cells.begin(), cells.end(), before);
    const auto same = [](const core::Change& a, const core::Change& b) { return a.cell == b.cell; };
    cells.erase(std::unique(cells.begin(), cells.end(), same), cells.end());
    for (const core::Change& each : cells) given_.bytes += bytes_of(each);
    for (const Field* field : record_.required_) {
      const core::Change wanted{{field->number, {}}, {}};
      if (!std::binary_search(cells.begin(), cells.end(), wanted, before)) return false;
    }
    return true;
  }

  Given take() { return std::move(given_); }

 private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  bool take_char(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size()) return false;
    if (std::memcmp(at_, word.data(), word.size()) != 0) return false;
    at_ += word.size();
    return true;
  }

  // Calls `each` before every element until `close`.
  template <typename Each>
  bool read_list(char open, char close, const Each& each) {
    if (!take_char(open)) return false;
    skip_blanks();
    if (take_char(close)) return true;
    for (;;) {
      skip_blanks();
      if (!each()) return false;
      skip_blanks();
      if (take_char(close)) return true;
      if (!take_char(',')) return false;
    }
  }

  bool read_object(const Names& names) {
    return read_list('{', '}', [&] {
      std::string_view text;
      if (!read_string(text)) return false;
      const Name* name = names.find(text);
      if (name == nullptr || seen_[name->number]) return false;
      seen_[name->number] = true;
      skip_blanks();
      if (!take_char(':')) return false;
      skip_blanks();
      return read_member(*name);
    });
  }

  bool read_member(const Name& name) {
    std::string_view text;
    switch (name.kind) {
      case Kind::kId:
        if (!read_string(text)) return false;
        given_.id = Id::parse(text);
        return given_.id.has_value();
      case Kind::kType: return read_string(text) && text == record_.type_.name;
      case Kind::kBranch: return read_object(record_.tables_[name.members]);
      case Kind::kSet:
        if (take_word("null")) return true;
        return read_list('[', ']', [&] { return read_element(*name.field); });
      case Kind::kField: break;
    }
    const Field& field = *name.field;
    if (field.number == record_.type_.scope.column) given_.placed = true;
    return take_word("null") || read_field(field);
  }

  bool read_field(const Field& field) {
    std::string_view text;
    switch (field.column.type) {
      case FieldType::kText: return read_string(text) && keep_text(field, text);
      case FieldType::kDate:
        return read_string(text) && is_date(text) && keep(field, std::string(text));
      case FieldType::kInstant:
        return read_string(text) && is_instant(text) && keep(field, std::string(text));
      case FieldType::kInteger: return read_integer(field);
      case FieldType::kBoolean:
        if (take_word("true")) return keep(field, std::int64_t{1});
        return take_word("false") && keep(field, std::int64_t{0});
      case FieldType::kReference: {
        if (!read_string(text)) return false;
        const auto id = Id::parse(text);
        return id && keep(field, Bytes(id->bytes.begin(), id->bytes.end()));
      }
      default: return false;
    }
  }

  bool read_element(const Field& field) {
    std::string_view text;
    std::string element;
    if (!read_string(text) || !clean(field.keys.front(), text, element)) return false;
    const bool names = !element.empty() && element.size() <= core::kElementBytesMax &&
                       element.find('\x1f') == std::string::npos;
    if (names) given_.cells.push_back({{field.number, std::move(element)}, std::int64_t{1}});
    return names;
  }

  bool keep(const Field& field, Value value) {
    given_.cells.push_back({{field.number, {}}, std::move(value)});
    return true;
  }

  bool keep_text(const Field& field, std::string_view text) {
    std::string cleaned;
    return field.column.type == FieldType::kText && clean(field.column, text, cleaned) &&
           keep(field, std::move(cleaned));
  }

  static bool clean(const Column& column, std::string_view text, std::string& out) {
    if (text::is_clean(text)) {
      out = text;
    } else {
      auto cleaned = clean_text(text, {});
      if (!cleaned.ok()) return false;
      out = std::move(*cleaned);
    }
    return out.size() <= core::kValueBytesMax &&
           (column.length_max == 0 || out.size() <= column.length_max);
  }

  // Up to 18 digits; anything else that begins so is no integer, or too large for a quick look.
  bool read_integer(const Field& field) {
    const bool negative = take_char('-');
    std::int64_t value = 0;
    const char* const first = at_;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_) {
      if (at_ - first == 18) return false;
      value = value * 10 + (*at_ - '0');
    }
    if (at_ == first || (*first == '0' && at_ - first > 1)) return false;
    if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return false;
    if (negative) value = -value;
    const Column& column = field.column;
    if (is_outside(value, column.min, column.max)) return false;
    if (is_outside(value, column.entry_min, column.entry_max)) return false;
    return keep(field, value);
  }

  // The text stands in the JSON, or in `unescaped_` until the next one is read.
  bool read_string(std::string_view& out) {
    if (!take_char('"')) return false;
    const char* const first = at_;
    for (; at_ != end_; ++at_) {
      const auto c = static_cast<unsigned char>(*at_);
      if (c == '"') {
        out = {first, static_cast<std::size_t>(at_ - first)};
        ++at_;
        return true;
      }
      if (c == '\\') return read_escaped(first, out);
      if (c < 0x20) return false;
    }
    return false;
  }

  bool read_escaped(const char* first, std::string_view& out) {
    unescaped_.assign(first, at_);
    for (; at_ != end_; ++at_) {
      const auto c = static_cast<unsigned char>(*at_);
      if (c < 0x20) return false;
      if (c == '"') {
        out = unescaped_;
        ++at_;
        return true;
      }
      if (c != '\\') {
        unescaped_ += *at_;
        continue;
      }
      if (++at_ == end_) return false;
      static constexpr std::string_view kNames = "\"\\/nrtbf", kMeant = "\"\\/\n\r\t\b\f";
      const std::size_t which = kNames.find(*at_);
      if (which == std::string_view::npos) return false;
      unescaped_ += kMeant[which];
    }
    return false;
  }

  const QuickRecord& record_;
  const char* at_;
  const char* const end_;
  std::vector<bool> seen_;  // names
  std::string unescaped_;
  Given given_;
};

std::optional<QuickRecord::Given> QuickRecord::read(std::string_view json,
                                                    const std::string* unit) const {
  if (names_ == 0) return std::nullopt;
  Scanner scanner(*this, json);
  if (!scanner.read_record() || !scanner.place(unit) || !scanner.finish()) return std::nullopt;
  return scanner.take();
}

}  // namespace nhip::record
