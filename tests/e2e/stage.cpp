// What stands between the tests and the programs: paths, ports and JSON.
#include "e2e/stage.h"

#include <signal.h>
#include <stdlib.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace nhip::test {
namespace {

using std::chrono::seconds;

// Leak checks of a process that a test kills say nothing; messages are compared in English.
const std::vector<std::string> kEnvironment = {"LC_ALL=C.UTF-8", "NHIP_REPLICA=", "NHIPD_DATA="};

// The answer of a program that had to succeed.
Json answer_of(const Words& words, const Finished& finished) {
  INFO(Json(words).dump());
  INFO(finished.out);
  INFO(finished.err);
  REQUIRE(finished.in_time);
  REQUIRE(finished.exit_code == 0);
  Json answer = Json::parse(finished.out, nullptr, false);
  REQUIRE_FALSE(answer.is_discarded());
  return answer;
}

Json by_id(const Json& records) {
  Json sorted = Json::object();
  for (Json record : records) {
    record.erase("_meta");
    const std::string id = record.at("id");
    REQUIRE_FALSE(sorted.contains(id));
    sorted[id] = std::move(record);
  }
  return sorted;
}

}  // namespace

Device::Device(const Stage& stage, std::string file) : stage_(&stage), file_(std::move(file)) {}

Words Device::command(const Words& words) const {
  Words command = {NHIP_BIN, "--replica", file_, "--json"};
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

Finished Device::run(const Words& words, const std::string& input) const {
  ProcessOptions options;
  options.input = input;
  options.environment = kEnvironment;
  return run_process(command(words), options);
}

Json Device::ask(const Words& words, const std::string& input) const {
  return answer_of(words, run(words, input));
}

std::string Device::error_code(const Finished& finished) {
  INFO(finished.err);
  const Json error = Json::parse(finished.err, nullptr, false);
  REQUIRE(error.is_object());
  REQUIRE(error.at("error").at("message").is_string());
  REQUIRE(error.at("error").at("hint").is_string());
  return error.at("error").at("code");
}

std::string Device::put(const std::string& type, const Json& record) const {
  return ask({"put", type, "-"}, record.dump()).at("id");
}

void Device::edit(const std::string& type, const std::string& id, const Words& assignments) const {
  Words words = {"edit", type, id};
  words.insert(words.end(), assignments.begin(), assignments.end());
  ask(words);
}

Json Device::get(const std::string& type, const std::string& id) const {
  return ask({"get", type, id});
}

Json Device::records(const std::string& type) const { return by_id(ask({"list", type})); }

Finished Device::try_sync() const { return run({"sync", "--server", stage_->url()}); }

Json Device::sync() const {
  const Json report = answer_of({"sync", file_}, try_sync());
  INFO(report.dump());
  REQUIRE(report.at("ok") == true);
  REQUIRE(report.at("verified") == true);
  return report;
}

Process Device::start(const Words& words) const {
  return Process(command(words), file_ + "-test.out", file_ + "-test.err", kEnvironment);
}

Stage::Stage(const std::string& from) {
  std::string pattern = (std::filesystem::temp_directory_path() / "nhip-e2e-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  std::string source = from;
  if (source.empty()) {
    source = path("units");
    write_units(source);
  }
  const Json made = ask_central({"init", "--from", source});
  REQUIRE(made.is_object());
  recovery_key_ = made.at("recovery_key");
}

Stage::~Stage() {
  central_.reset();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

void Stage::write_units(const std::string& to) const {
  std::filesystem::create_directory(to);
  std::string csv =
      "unit_id,version,code,name,type,host_type,parent_id,district,funding,valid_from,valid_to,"
      "start_event,end_event,successor_id,note\n"
      "U-CDN,1,CDYT,Công đoàn ngành (ví dụ),CDN,,,,,2021-01-01,,FOUNDED,,,\n";
  for (const char* unit : {"U-01", "U-02", "U-03"}) {
    csv += std::string(unit) + ",1," + unit + ",Công đoàn cơ sở ví dụ " + unit +
           ",CDCS,BVDK_HUYEN,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n";
  }
  write_file(to + "/org_units.csv", csv);
}

void Stage::serve() {
  const std::string port_file = path("port");
  std::filesystem::remove(port_file);
  central_.emplace(Words{NHIPD_BIN, "serve", "--data", path("centre"), "--listen", "127.0.0.1:0",
                         "--port-file", port_file},
                   path("serve.out"), path("serve.err"), kEnvironment);
  std::string port;
  const bool ready = wait_until(
      [&] {
        if (std::filesystem::exists(port_file)) port = read_file(port_file);
        return port.find_first_of("0123456789") != std::string::npos || !central_->running();
      },
      seconds(60));
  INFO(read_file(path("serve.err")));
  REQUIRE(ready);
  REQUIRE(central_->running());
  url_ = "http://127.0.0.1:" + port.substr(0, port.find_first_not_of("0123456789"));
}

void Stage::stop() {
  central_->signal(SIGTERM);
  const int code = central_->wait(seconds(20));
  central_.reset();
  CHECK(code == 0);
}

void Stage::crash() {
  central_->signal(SIGKILL);
  central_->wait(seconds(20));
  central_.reset();
}

Finished Stage::run_central(const Words& words) const { return run_in("centre", words); }

Finished Stage::run_in(const std::string& name, const Words& words) const {
  Words command = {NHIPD_BIN};
  command.insert(command.end(), words.begin(), words.end());
  for (const std::string& word : {std::string("--data"), path(name), std::string("--json")}) {
    command.push_back(word);
  }
  ProcessOptions options;
  options.environment = kEnvironment;
  return run_process(command, options);
}

Json Stage::ask_central(const Words& words) const { return answer_of(words, run_central(words)); }

std::string Stage::code(const std::string& unit, const std::string& role) const {
  return ask_central({"enrol", "--unit", unit, "--role", role}).at("code");
}

Device Stage::enrol(const std::string& name, const std::string& unit,
                    const std::string& role) const {
  Device device(*this, path(name + ".db"));
  const Json enrolled = device.ask({"enrol", "--server", url_, "--code", code(unit, role)});
  REQUIRE(enrolled.at("unit_id") == unit);
  return device;
}

Json Stage::records(const std::string& type, const std::string& unit) const {
  return by_id(ask_central({"records", type, "--unit", unit}));
}

unsigned seed_or(unsigned usual) {
  const char* text = std::getenv("NHIP_SEED");
  return text == nullptr ? usual : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

}  // namespace nhip::test
