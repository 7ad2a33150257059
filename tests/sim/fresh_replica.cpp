#include "sim/fresh_replica.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "nhip/replica.h"

namespace nhip::sim {

namespace fs = std::filesystem;

namespace {

using NameBytes = std::array<std::uint8_t, 8>;

struct Made {
  std::string file;
  std::string name;  // as it stands in the file
};

std::string name_from(const NameBytes& bytes) {
  Author author{0, 1};
  for (const std::uint8_t byte : bytes) author.replica = author.replica << 8 | byte;
  return author.text();
}

Status not_as_expected(const char* what) {
  return {Code::kInternal, "fresh_replica", what, "see Store::create"};
}

Result<Made> make(const std::string& path, const std::string& schema_json) {
  const NameBytes bytes = {'n', 'h', 'i', 'p', 's', 'i', 'm', '!'};
  std::size_t draws = 0;
  OpenOptions options;
  options.path = path;
  options.create = true;
  options.schema_json = schema_json;
  options.environment = Environment();
  options.environment->unix_ms = [] { return std::int64_t{0}; };
  options.environment->steady_ms = [] { return std::int64_t{0}; };
  options.environment->sleep_ms = [](std::int64_t) {};
  options.environment->random = [&](std::uint8_t* out, std::size_t size) {
    ++draws;
    for (std::size_t i = 0; i < size; ++i) out[i] = bytes[i % bytes.size()];
  };
  // Closed at once: then the file holds everything, and the log nothing.
  NHIP_TRY(Replica::open(std::move(options)).status());
  if (draws != 1) return not_as_expected("A new replica draws more than its name.");
  std::ifstream file(path, std::ios::binary);
  Made made{{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()},
            name_from(bytes)};
  if (made.file.find(made.name) == std::string::npos)
    return not_as_expected("A new replica does not bear the name it drew.");
  for (const char* part : {"", "-wal", "-shm", "-lock"}) fs::remove(path + part);
  return made;
}

}  // namespace

Status write_fresh_replica(const std::string& path, const std::string& schema_json,
                           const std::function<void(std::uint8_t*, std::size_t)>& random) {
  static std::map<std::string, Made> known;
  auto found = known.find(schema_json);
  if (found == known.end()) {
    NHIP_TRY_ASSIGN(Made made, make(path, schema_json));
    found = known.emplace(schema_json, std::move(made)).first;
  }
  NameBytes bytes{};
  while (bytes == NameBytes{}) random(bytes.data(), bytes.size());
  const std::string name = name_from(bytes);
  const std::string& old = found->second.name;
  std::string file = found->second.file;
  for (std::size_t at = 0; (at = file.find(old, at)) != std::string::npos; at += old.size())
    std::copy(name.begin(), name.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
  std::ofstream(path, std::ios::binary) << file;
  return {};
}

}  // namespace nhip::sim
