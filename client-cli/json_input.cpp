// Nothing here changes a value: bytes are read, judged and handed on.
#include "json_input.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "nhip/text.h"

namespace nhip::cli {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

bool read_stream(std::FILE* file, std::string& into) {
  char buffer[1 << 16];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, file)) {
    into.append(buffer, size);
  }
  return std::ferror(file) == 0;
}

bool is_envelope(std::string_view key) { return key == "id" || key == "type" || key == "_meta"; }

}  // namespace

Result<std::string> read_all(Language language, const std::string& path) {
  std::string bytes;
  bool read = false;
  if (path == "-") {
    read = read_stream(stdin, bytes);
  } else if (const std::unique_ptr<std::FILE, FileCloser> file{std::fopen(path.c_str(), "rb")}) {
    read = read_stream(file.get(), bytes);
  }
  if (read) return bytes;
  return make_status(language, Code::kUsage, "cannot_read", Message::kCannotRead,
                     Message::kCannotReadHint, {path});
}

Result<Json> parse_object(Language language, std::string_view text) {
  if (!text::is_utf8(text)) {
    return make_status(language, Code::kMalformed, "not_utf8", Message::kNotUtf8,
                       Message::kNotUtf8Hint);
  }
  Json record = Json::parse(text, nullptr, false);
  if (record.is_discarded()) {
    return make_status(language, Code::kMalformed, "broken_json", Message::kBrokenJson,
                       Message::kBrokenJsonHint);
  }
  if (!record.is_object()) {
    return make_status(language, Code::kInvalid, "no_object", Message::kNoObject,
                       Message::kNoObjectHint);
  }
  return record;
}

std::string without_meta(std::string text, const Json& record) {
  if (!record.contains("_meta")) return text;
  Json kept = record;
  kept.erase("_meta");
  return dump(kept);
}

namespace {

// Names inside the elements of a list of objects that are no columns: "participants[].phone".
void unknown_in_elements(const Field& field, const Json& list, std::vector<std::string>& unknown) {
  if (field.shape != Shape::kObjects || !list.is_array()) return;
  for (const Json& element : list) {
    if (!element.is_object()) continue;
    for (const auto& [name, value] : element.items()) {
      const auto is_it = [&name = name](const Column& column) { return column.name == name; };
      const bool known = std::any_of(field.keys.begin(), field.keys.end(), is_it) ||
                         std::any_of(field.values.begin(), field.values.end(), is_it);
      const std::string path = field.path + "[]." + name;
      const bool told = std::find(unknown.begin(), unknown.end(), path) != unknown.end();
      if (!known && !told) unknown.push_back(path);
    }
  }
}

}  // namespace

std::vector<std::string> unknown_fields(const Type& type, const Json& record) {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : record.items()) {
    if (is_envelope(key)) continue;
    if (const Field* field = type.field(key)) {
      unknown_in_elements(*field, value, unknown);
      continue;
    }
    const std::string prefix = key + ".";
    bool nested = false;
    for (const Field& field : type.fields) nested = nested || field.path.starts_with(prefix);
    if (!nested) {
      unknown.push_back(key);
      continue;
    }
    if (!value.is_object()) continue;
    for (const auto& [inner, inner_value] : value.items()) {
      if (type.field(prefix + inner) == nullptr) unknown.push_back(prefix + inner);
    }
  }
  return unknown;
}

}  // namespace nhip::cli
