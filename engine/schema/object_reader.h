// ObjectReader: one JSON object of a registry, read attribute by attribute.
//
// The first fault is kept in a status shared by all readers of one parse; after it every read gives
// an empty value. So the reading code stays a list of attributes, and its caller checks once. An
// attribute that nobody asked for is a fault too: a misspelt "lenght_max" must not pass for no
// limit.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nhip/status.h"

namespace nhip::schema {

// The first fault of a parse.
class Fault {
 public:
  bool found() const noexcept { return !status_.ok(); }
  const Status& status() const noexcept { return status_; }
  // `place` is where in the text: "types[3].fields[2].policy".
  void report(std::string_view place, std::string name, std::string_view message,
              std::string hint = {});

 private:
  Status status_;
};

// [a-z][a-z0-9_]*, at most 64 characters.
bool is_identifier(std::string_view text);

class ObjectReader {
 public:
  // `json` and `fault` outlive the reader.
  ObjectReader(const nlohmann::json& json, std::string place, Fault& fault);

  const std::string& place() const noexcept { return place_; }
  std::string place_of(std::string_view key) const;
  bool has(std::string_view key) const;

  std::string text(std::string_view key);         // empty when absent
  std::string needed_text(std::string_view key);  // a fault when absent or empty
  std::string needed_identifier(std::string_view key);
  bool boolean(std::string_view key);  // false when absent
  std::optional<std::int64_t> integer(std::string_view key);
  std::uint32_t needed_integer(std::string_view key, std::uint32_t min, std::uint32_t max);
  std::vector<std::string> texts(std::string_view key);  // none of them empty
  // Null when absent; a fault when something else stands there.
  const nlohmann::json* array(std::string_view key);
  const nlohmann::json* object(std::string_view key);

  void report(std::string_view key, std::string name, std::string_view message,
              std::string hint = {});
  // Call last: whatever was not asked for is a fault. "comment" is always allowed.
  void refuse_others();

 private:
  const nlohmann::json* find(std::string_view key);

  const nlohmann::json& json_;
  std::string place_;
  Fault& fault_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace nhip::schema
