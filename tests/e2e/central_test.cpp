// The centre's commands, while it serves and while it does not.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

// The first grassroots unit of a folder of records.
std::string first_unit(const std::string& folder) {
  const std::string csv = read_file(folder + "/org_units.csv");
  for (std::size_t line = 0; line < csv.size();) {
    const std::size_t end = std::min(csv.find('\n', line), csv.size());
    const std::string text = csv.substr(line, end - line);
    if (text.find(",CDCS,") != std::string::npos) return text.substr(0, text.find(','));
    line = end + 1;
  }
  return {};
}

}  // namespace

TEST_CASE("e2e/central: commands answer the same while serving and not", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.put("activity", {{"title", "Tết"}});
  device.sync();
  const std::vector<Words> commands = {
      {"records", "activity", "--unit", "U-01"}, {"devices"}, {"conflicts"}, {"inbox"}};
  std::vector<Json> serving;
  for (const Words& words : commands) serving.push_back(stage.ask_central(words));
  CHECK(serving[0].size() == 1);
  CHECK(serving[1].size() == 1);
  stage.stop();
  for (std::size_t i = 0; i < commands.size(); ++i)
    CHECK(stage.ask_central(commands[i]) == serving[i]);
}

TEST_CASE("e2e/central: a second server over the same folder is refused", "[e2e]") {
  Stage stage;
  stage.serve();
  const Finished second = stage.run_central({"serve", "--listen", "127.0.0.1:0"});
  CHECK(second.in_time);
  CHECK(second.exit_code == 7);
  CHECK(Device::error_code(second).size() > 0);
  stage.stop();
}

TEST_CASE("e2e/central: a folder that is no centre is refused", "[e2e]") {
  Stage stage;
  const Finished finished =
      run_process({NHIPD_BIN, "records", "activity", "--data", stage.path("units"), "--json"});
  CHECK(finished.exit_code != 0);
  CHECK(finished.exit_code != 1);
  CHECK_FALSE(std::filesystem::exists(stage.path("units") + "/run"));
}

TEST_CASE("e2e/central: the demo's records reach a device of their unit", "[e2e]") {
  const std::string unit = first_unit(SCHEMA_DEMO_DIR);
  REQUIRE_FALSE(unit.empty());
  Stage stage(SCHEMA_DEMO_DIR);
  stage.serve();
  const Device device = stage.enrol("a", unit);
  device.sync();
  const Json central = stage.records("activity", unit);
  CHECK_FALSE(central.empty());
  CHECK(device.records("activity") == central);
}

}  // namespace nhip::test
