// Reading untrusted JSON: strict parsing, typed access, and the place of the first fault.
//
// A Fault is sticky: after the first one every reader gives zero values, and each level that
// unwinds puts its own key or index in front, so the status ends as "feeds[0].rows[3].v: …" at no
// cost to good input. Objects are open: keys that are not asked for are passed over
// (protocol/v1.md, "Versions").
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nhip/id.h"
#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip::protocol {

using Json = nlohmann::json;

// The message's object. kLimit "message_too_large"; kMalformed "bad_json" for everything that is
// not one JSON object with distinct keys and at most kJsonDepthMax levels; kVersion
// "critical_unknown".
Result<Json> parse_message(std::span<const std::uint8_t> bytes);

// Compact, keys sorted. Text for people that is no UTF-8 gets U+FFFD; text of records never does.
Bytes dump_message(const Json& message);

class Fault {
 public:
  bool ok() const noexcept { return status_.ok(); }
  void set(std::string_view what) { set(Code::kMalformed, "bad_message", what); }
  void set(Code code, std::string_view name, std::string_view what);
  void under(std::string_view key);
  void under(std::size_t index);
  Status status() const { return place_.empty() ? status_ : status_.at(place_); }

 private:
  std::string place_;
  Status status_;
};

enum class Need { kRequired, kOptional };

// --- single values; each sets a fault when the JSON is something else
std::uint64_t read_unsigned(const Json& json, std::uint64_t max, Fault& fault);
std::int64_t read_integer(const Json& json, Fault& fault);
// A JSON string of at most `bytes_max` bytes.
std::string read_string(const Json& json, std::size_t bytes_max, Fault& fault);
// Text of a record: a string, or {"t": base64} for bytes that are no UTF-8.
std::string read_text(const Json& json, std::size_t bytes_max, Fault& fault);
Json text_json(std::string_view text);
// 64 bits as 16 lower-case hexadecimal digits.
std::uint64_t read_hex64(const Json& json, Fault& fault);
Json hex64_json(std::uint64_t value);
Id read_id(const Json& json, Fault& fault);
Author read_author(const Json& json, Fault& fault);
Bytes read_base64(const Json& json, std::size_t bytes_max, Fault& fault);

// The items of an array, read one by one into `out`.
template <typename Item, typename Read>
void read_list(const Json& json, std::size_t items_max, Fault& fault, std::vector<Item>& out,
               Read read_item) {
  if (!json.is_array() || json.size() > items_max) {
    return fault.set("must be an array of at most " + std::to_string(items_max) + " items");
  }
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    out.push_back(Item());
    read_item(json[i], fault, out.back());
    if (!fault.ok()) return fault.under(i);
  }
}

// The keys of one object.
class ObjectReader {
 public:
  ObjectReader(const Json& json, Fault& fault);

  std::uint64_t unsigned_number(const char* key, Need need = Need::kRequired,
                                std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
  std::int64_t integer(const char* key, Need need = Need::kRequired);
  std::string string(const char* key, Need need = Need::kRequired);  // at most kProseBytesMax
  std::string text(const char* key, std::size_t bytes_max, Need need = Need::kRequired);
  std::uint64_t hex64(const char* key, Need need = Need::kRequired);
  Id id(const char* key);
  Author author(const char* key);
  Bytes base64(const char* key, std::size_t exact_bytes);
  bool boolean(const char* key, bool otherwise);
  template <typename Item, typename Read>
  void list(const char* key, std::size_t items_max, std::vector<Item>& out, Read read_item) {
    const Json* json = find(key, Need::kOptional);
    if (json == nullptr) return;
    read_list(*json, items_max, fault_, out, read_item);
    if (!fault_.ok()) fault_.under(key);
  }

  // Null when it is absent or a fault came before; a fault when it is required.
  const Json* find(const char* key, Need need);

 private:
  template <typename Out, typename Read>
  Out read(const char* key, Need need, Read read_one) {
    const Json* json = find(key, need);
    if (json == nullptr) return Out();
    Out out = read_one(*json, fault_);
    if (!fault_.ok()) fault_.under(key);
    return out;
  }

  const Json* object_ = nullptr;
  Fault& fault_;
};

}  // namespace nhip::protocol
