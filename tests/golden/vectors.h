// The vectors of schema/protocol and typed access to their parts.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/keys.h"

namespace nhip::golden {

inline const nlohmann::json& vectors() {
  static const nlohmann::json all = [] {
    std::ifstream in(NHIP_SCHEMA_DIR "/protocol/v1.vectors.json");
    return nlohmann::json::parse(in, nullptr, false);
  }();
  REQUIRE(all.is_array());
  return all;
}

inline std::vector<nlohmann::json> of_kind(const std::string& kind) {
  std::vector<nlohmann::json> out;
  for (const nlohmann::json& vector : vectors()) {
    if (vector["kind"] == kind) out.push_back(vector);
  }
  REQUIRE_FALSE(out.empty());
  return out;
}

inline std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

inline std::string get(const nlohmann::json& vector, const char* key) {
  return vector[key].get<std::string>();
}

inline Bytes hex_of(const nlohmann::json& vector, const char* key) {
  const auto bytes = crypto::from_hex(get(vector, key));
  REQUIRE(bytes);
  return *bytes;
}

template <typename Array>
Array array_of(const nlohmann::json& vector, const char* key) {
  const Bytes bytes = hex_of(vector, key);
  Array out{};
  REQUIRE(bytes.size() == out.size());
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

}  // namespace nhip::golden
