// A newer program over the replica of an older one.
#include <catch2/catch.hpp>

#include "e2e/stage.h"
#include "nhip/replica.h"
#include "nhip/sync.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::test {
namespace {

// The union's registry before it had rules and reviews.
std::string first_registry() {
  Json registry = Json::parse(embedded::union_registry());
  registry["version"] = 1;
  registry.erase("rules");
  for (Json& type : registry["types"]) {
    type.erase("review");
    Json& fields = type["fields"];
    for (std::size_t i = fields.size(); i-- > 0;) {
      if (fields[i]["path"] == "review_note") fields.erase(i);
    }
  }
  return registry.dump();
}

}  // namespace

TEST_CASE("e2e/upgrade: the program takes the replica of an older one along", "[e2e][upgrade]") {
  Stage stage;
  stage.serve();
  const Device office = stage.enrol("office", "U-CDN", "office");
  std::string id;
  {
    OpenOptions options;
    options.path = stage.path("old.db");
    options.schema_json = first_registry();
    options.create = true;
    auto replica = Replica::open(options);
    INFO(replica.status().message());
    REQUIRE(replica.ok());
    const auto transport = make_http_transport();
    REQUIRE(enrol(**replica, *transport, {stage.url(), stage.code("U-01"), "old"}).ok());
    const auto made = (*replica)->put("activity", R"({"title":"cũ"})");
    REQUIRE(made.ok());
    id = made->text();
    REQUIRE(sync(**replica, *transport).ok());
    office.sync();
    office.edit("activity", id, {"review_note=xem lại"});
    office.sync();
    REQUIRE(sync(**replica, *transport).ok());
    CHECK((*replica)->get("activity", *made).value().find("review_note") == std::string::npos);
    REQUIRE((*replica)->put("activity", R"({"title":"chờ gửi"})").ok());
  }
  const Device device(stage, stage.path("old.db"));
  CHECK(device.get("activity", id).at("review_note") == "xem lại");
  CHECK(device.ask({"status"}).at("pending") == 1);
  CHECK(device.ask({"doctor"}).at("healthy") == true);
  const Json report = device.sync();
  CHECK(report.at("received") == 0);
  CHECK(report.at("sent") == 1);
  CHECK(report.at("verified_by") == "values");
  CHECK(device.ask({"rejected"}).empty());
  CHECK(device.records("activity") == stage.records("activity", "U-01"));
}

}  // namespace nhip::test
