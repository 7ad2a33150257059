// Bad input and refusals: the documented exit code, an error that a program can read, nothing half
// stored.
#include <catch2/catch.hpp>

#include <filesystem>

#include "e2e/portal_server.h"
#include "e2e/stage.h"

namespace nhip::test {
namespace {

namespace fs = std::filesystem;

std::size_t files_named(const std::string& path) {
  std::size_t count = 0;
  const std::string name = fs::path(path).filename().string();
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path())) {
    if (entry.path().filename().string().starts_with(name)) ++count;
  }
  return count;
}

// A code like a real one, with another secret in front.
std::string with_other_secret(std::string code) {
  code[0] = code[0] == '0' ? '1' : '0';
  return code;
}

}  // namespace

TEST_CASE("e2e/refusal: a wrong code is refused and leaves no files", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device(stage, stage.path("a.db"));
  const std::string code = stage.code("U-01");
  const Finished wrong =
      device.run({"enrol", "--server", stage.url(), "--code", with_other_secret(code)});
  CHECK(wrong.exit_code == 5);
  CHECK(Device::error_code(wrong) == "wrong_code");
  CHECK(files_named(device.file()) == 0);
  const Finished foreign =
      device.run({"enrol", "--server", stage.url(), "--code", "00000-00000-00000-00000-00000"});
  CHECK(foreign.exit_code == 5);
  CHECK(Device::error_code(foreign) == "wrong_server");
  CHECK(device.run({"enrol", "--server", stage.url(), "--code", "ABC"}).exit_code == 5);
  CHECK(files_named(device.file()) == 0);
  // The right one still works.
  CHECK(device.run({"enrol", "--server", stage.url(), "--code", code}).exit_code == 0);
}

TEST_CASE("e2e/refusal: a code works once", "[e2e]") {
  Stage stage;
  stage.serve();
  const std::string code = stage.code("U-01");
  const Device first(stage, stage.path("a.db"));
  const Device second(stage, stage.path("b.db"));
  first.ask({"enrol", "--server", stage.url(), "--code", code});
  const Finished used = second.run({"enrol", "--server", stage.url(), "--code", code});
  CHECK(used.exit_code == 5);
  CHECK(Device::error_code(used) == "used_code");
  CHECK(files_named(second.file()) == 0);
}

TEST_CASE("e2e/refusal: without enrolment every other command says so", "[e2e]") {
  Stage stage;
  const Device device(stage, stage.path("a.db"));
  for (const Words& words : {Words{"put", "activity", "{}"}, Words{"status"},
                             Words{"list", "activity"}, Words{"sync"}, Words{"conflicts"}}) {
    const Finished finished = device.run(words);
    CHECK(finished.exit_code == 5);
    CHECK(finished.out.empty());
    CHECK(Device::error_code(finished) == "not_enrolled");
  }
  CHECK(files_named(device.file()) == 0);
}

TEST_CASE("e2e/refusal: a file that is no replica is left as it is", "[e2e]") {
  Stage stage;
  const Device device(stage, stage.path("letter.txt"));
  const std::string letter = "Kính gửi công đoàn ngành,\n" + std::string(5000, 'x');
  write_file(device.file(), letter);
  for (const Words& words :
       {Words{"status"}, Words{"put", "activity", "{\"title\":\"a\"}"}, Words{"sync"}}) {
    CHECK(device.run(words).exit_code == 7);
  }
  CHECK(read_file(device.file()) == letter);
}

TEST_CASE("e2e/refusal: invalid data ends with 3 and stores nothing", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const std::string missing = "01890a5d-ac96-774b-bcce-b302099a8057";
  for (const Words& words :
       std::vector<Words>{{"put", "activity", R"({"title":)"},
                          {"put", "activity", "[1]"},
                          {"put", "activity", "{\"title\":\"B\xD6nh\"}"},
                          {"put", "activity", R"({"title":12})"},
                          {"put", "activity", R"({"title":"a","start_date":"2026-02-30"})"},
                          {"put", "activity", R"({"title":"a","reached":{"children":100001}})"},
                          {"put", "activity", R"({"id":"no id","title":"a"})"},
                          {"put", "nonsense", R"({"title":"a"})"},
                          {"edit", "activity", missing, "title=a"},
                          {"rm", "activity", missing},
                          {"get", "activity", missing},
                          {"get", "activity", "no id"},
                          {"resolve", missing, "--keep", "winner"}}) {
    INFO(words.back());
    const Finished finished = device.run(words);
    CHECK(finished.exit_code == 3);
    CHECK(finished.out.empty());
    CHECK_FALSE(Device::error_code(finished).empty());
  }
  CHECK(device.records("activity").empty());
  CHECK(device.ask({"status"}).at("pending") == 0);
}

TEST_CASE("e2e/refusal: sensitive fields are refused by name", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const Finished finished = device.run(
      {"put", "support_case", R"({"case_type":"LOAN","sensitive":{"child_name":"Cháu Ví Dụ"}})"});
  CHECK((finished.exit_code == 3 || finished.exit_code == 5));
  CHECK(Device::error_code(finished) == "sealed_field");
  CHECK(finished.err.find("Cháu Ví Dụ") == std::string::npos);
  CHECK(device.records("support_case").empty());
}

TEST_CASE("e2e/refusal: a field device does not write what belongs to the office", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const Finished finished = device.run({"put", "org_unit", R"({"unit_id":"U-09","name":"x"})"});
  CHECK(finished.exit_code == 5);
  CHECK(device.ask({"status"}).at("pending") == 0);
}

TEST_CASE("e2e/refusal: a revoked device is refused and keeps its work", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const std::string id = device.put("activity", {{"title", "a"}});
  stage.ask_central({"revoke", device.ask({"status"}).at("device_id")});
  const Finished finished = device.try_sync();
  CHECK(finished.exit_code == 5);
  CHECK(device.get("activity", id).at("title") == "a");
  CHECK(device.ask({"status"}).at("pending") == 1);
}

TEST_CASE("e2e/refusal: no centre at that address ends within five seconds", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.put("activity", {{"title", "a"}});
  stage.stop();
  const Finished finished = device.try_sync();
  CHECK(finished.exit_code == 4);
  CHECK(finished.took < std::chrono::seconds(5));
  CHECK(finished.out.empty());
  CHECK(device.ask({"status"}).at("pending") == 1);
  const Device fresh(stage, stage.path("b.db"));
  const Finished enrolling =
      fresh.run({"enrol", "--server", stage.url(), "--code", stage.code("U-01")});
  CHECK(enrolling.exit_code == 4);
  CHECK(files_named(fresh.file()) == 0);
}

TEST_CASE("e2e/refusal: a page of a captive portal is no centre", "[e2e]") {
  Stage stage;
  PortalServer portal(
      "HTTP/1.1 200 OK\r\nContent-Length: 27\r\nConnection: close\r\n\r\n"
      "<html>Please log in!</html>");
  const Device device(stage, stage.path("a.db"));
  const Finished finished =
      device.run({"enrol", "--server", portal.url(), "--code", stage.code("U-01")});
  CHECK(finished.exit_code == 4);
}

TEST_CASE("e2e/refusal: plain HTTP leaves this machine for no purpose", "[e2e]") {
  Stage stage;
  const Device device(stage, stage.path("a.db"));
  const Finished finished =
      device.run({"enrol", "--server", "http://192.0.2.1:8787", "--code", stage.code("U-01")});
  CHECK(finished.exit_code == 2);
  CHECK(files_named(device.file()) == 0);
}

TEST_CASE("e2e/refusal: wrong usage ends with 2 and says so as JSON", "[e2e]") {
  Stage stage;
  const Device device(stage, stage.path("a.db"));
  for (const Words& words :
       {Words{"fly"}, Words{"get", "activity"}, Words{"export", "activity", "--format", "pdf"},
        Words{"resolve", "x"}, Words{"import", "activity", "a.docx"}}) {
    const Finished finished = device.run(words);
    CHECK(finished.exit_code == 2);
    CHECK_FALSE(Device::error_code(finished).empty());
  }
}

}  // namespace nhip::test
