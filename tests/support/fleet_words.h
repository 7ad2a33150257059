// Words for tests of several replicas: a typical record, a pair of devices, settling, other tools,
// loading.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "support/fleet.h"

namespace nhip::test {

using nlohmann::json;

inline const char* const kActivity =
    R"({"title":"Hội thao","category":"TE01","place":"Sân A","start_date":"2026-06-01","topics":["T1","T2"],
  "participants":[{"kind":"OFFICIAL","key":"CB-01","unit_id":"U-01"}]})";

inline std::string blob(const Id& id) {
  std::string hex;
  for (const char c : id.text()) {
    if (c != '-') hex += c;
  }
  return "x'" + hex + "'";
}

inline std::string notebook() {
  std::ifstream file(std::string(NHIP_TEST_DATA) + "/notebook_registry.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Runs something while a request is on its way or its answer is.
class Meddler final : public Transport {
 public:
  Meddler(LoopbackTransport& inner, std::function<void()> before, std::function<void()> after = {})
      : inner_(inner), before_(std::move(before)), after_(std::move(after)) {}
  Result<Response> send(const Request& request) override {
    if (before_) before_();
    auto response = inner_.send(request);
    if (after_) after_();
    return response;
  }
  void cancel() override {}

 private:
  LoopbackTransport& inner_;
  std::function<void()> before_, after_;
};

inline void settle(std::initializer_list<Member*> members, int rounds = 2) {
  for (int round = 0; round < rounds; ++round) {
    for (Member* each : members) {
      const auto report = each->try_sync(500);
      INFO(report.status().name() << ": " << report.status().message());
      REQUIRE(report.ok());
      CHECK(report->verified);
    }
  }
}

inline void check_same(Fleet& fleet, std::initializer_list<Member*> members,
                       const char* type = "activity") {
  for (Member* each : members) CHECK(each->list(type) == fleet.records(type));
}

inline void load(Fleet& fleet, const std::string& name, const std::string& lines) {
  const std::string folder = fleet.folder + "/load";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/" + name) << lines;
  const auto report = server::load_folder(*fleet.centre, folder, fleet.now_ms, {});
  INFO(report.status().message());
  REQUIRE(report.ok());
  for (const auto& problem : report->problems)
    UNSCOPED_INFO(problem.code << " " << problem.message);
  CHECK(report->refused == 0);
}

struct Pair {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Id id = a.put("activity", kActivity);
  Pair() { settle({&a, &b}); }
  void settle_and_compare() {
    settle({&a, &b});
    check_same(fleet, {&a, &b});
  }
};

inline Member& reader_of(Fleet& fleet, bool office) {
  return office ? fleet.add("U-CDN", "office") : fleet.add("U-01");
}

inline SyncReport one_small_sync(Member& member) {
  SyncOptions options;
  options.json = true;  // of a known size
  options.budget_bytes = 6000;
  const auto report = nhip::sync(member.replica(), member.transport, options);
  INFO(report.status().name() << ": " << report.status().message());
  REQUIRE(report.ok());
  return *report;
}

}  // namespace nhip::test
