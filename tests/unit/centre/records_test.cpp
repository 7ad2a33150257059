// Printing what the centre has: records, devices, work that waits, conflicts.
#include "centre_fixture.h"

#include "centre/conflicts.h"
#include "centre/devices.h"
#include "centre/inbox.h"

namespace nhip::server {
namespace {

constexpr const char* kFirst = "a594dc0b-a0d0-5420-91c7-4860ba94bc2f";
const Id kFirstId = *Id::parse(kFirst);

void put_conflict(CentreFixture& f, std::uint8_t number, bool settled) {
  const Type& type = *f.centre.schema().type("nhip_conflict");
  StoredRow row;
  row.type = type.number;
  row.id.bytes[0] = number;
  row.scope = "unit/U-01";
  const auto set = [&](const char* path, Value value) {
    core::set_cell(row.row.cells, {type.field(path)->number, ""}, std::move(value));
  };
  set("scope", "unit/U-01");
  set("record_type", std::int64_t{f.centre.schema().type("activity")->number});
  set("record_id", Bytes(kFirstId.bytes.begin(), kFirstId.bytes.end()));
  set("field", "gifts_count");
  set("needs_person", std::int64_t{1});
  set("winner.value", "7");
  set("winner.by", "D-a");
  set("winner.at", std::int64_t{1'767'225'600'000});
  set("loser.value", "8");
  set("loser.by", "D-b");
  set("loser.at", std::int64_t{1'767'225'601'000});
  if (settled) set("resolved_at", std::int64_t{1});
  REQUIRE(f.store->begin().ok());
  Sequencer sequencer(f.centre, Author{}, "", kNow);
  row.seq = *sequencer.next(row.scope);
  REQUIRE(sequencer.store(nullptr, row).ok());
  REQUIRE(sequencer.finish().ok());
  REQUIRE(f.store->commit().ok());
}

}  // namespace

TEST_CASE("centre/records: the unit asked for is the only one printed", "[centre][records]") {
  CentreFixture f;
  json other = activity("a", 1, "2026-01-01T00:00:00Z", "kia");
  other["unit_id"] = "U-02";
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "này"), other});
  const auto list = records(f.centre, {.type = "activity", .unit_id = "U-02", .as_of = {}});
  REQUIRE(list->size() == 1);
  CHECK(list->at(0)["title"] == "kia");
}

TEST_CASE("centre/records: as of the second that a version is shown with, it is there",
          "[centre][records]") {
  CentreFixture f;
  const std::int64_t second = CentreFixture::instant("2026-05-01T08:00:00Z");
  f.edit("activity", kFirstId, "title", "đến trong giây này", second + 400);
  const json shown = f.records("activity");
  REQUIRE(shown.size() == 1);
  const std::string received_at = shown.at(0)["_meta"]["received_at"];
  CHECK(f.records("activity", received_at) == shown);
  CHECK(f.records("activity", "2026-05-01T07:59:59Z").empty());
}

TEST_CASE("centre/records: an unknown type is wrong usage", "[centre][records]") {
  CentreFixture f;
  const auto list = records(f.centre, {.type = "nothing", .unit_id = "", .as_of = {}});
  CHECK(list.status().code() == Code::kUsage);
}

TEST_CASE("centre/records: as of an instant counts what was received by then, to the second",
          "[centre][records]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "a")});
  CHECK(f.records("activity", "2025-12-31T23:59:59Z").empty());
  CHECK(f.records("activity", "2026-01-01T00:00:00Z").size() == 1);
}

TEST_CASE("centre/records: a deleted record is left out now and printed for the time before",
          "[centre][records]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "a")});
  f.edit("activity", kFirstId, "title", Value("b"), f.instant("2026-02-01T00:00:00Z"));
  json deleted = activity("gone", 2, "2026-03-01T00:00:00Z", "c");
  deleted["deleted"] = true;
  f.load_lines("activities.jsonl", {activity("gone", 1, "2026-02-01T00:00:00Z", "c"), deleted});
  CHECK(f.records("activity").size() == 1);
  CHECK(f.records("activity", "2026-02-15T00:00:00Z").size() == 2);
  CHECK(f.records("activity", "2026-01-15T00:00:00Z")[0]["title"] == "a");
}

TEST_CASE("centre/conflicts: open ones are printed with both values and ISO instants",
          "[centre][conflicts]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "a")});
  put_conflict(f, 1, false);
  put_conflict(f, 2, true);
  const auto list = open_conflicts(f.centre);
  REQUIRE(list.ok());
  REQUIRE(list->size() == 1);
  const json& conflict = list->at(0);
  CHECK(conflict["type"] == "activity");
  CHECK(conflict["record_id"] == kFirst);
  CHECK(conflict["unit_id"] == "U-01");
  CHECK(conflict["needs_person"] == true);
  CHECK(conflict["winner"] == json{{"value", 7}, {"by", "D-a"}, {"at", "2026-01-01T00:00:00Z"}});
  CHECK(conflict["loser"]["at"] == "2026-01-01T00:00:01Z");
  CHECK(conflict["base"].is_null());
}

TEST_CASE("centre/inbox: waiting work is printed with its reason, sealed values are not",
          "[centre][inbox][privacy]") {
  CentreFixture f;
  const Type& type = *f.centre.schema().type("support_case");
  InboxEntry entry;
  entry.author = {5, 1};
  entry.device_id = "D-a";
  entry.unit_id = "U-01";
  entry.state = "rejected";
  entry.code = "sealed_field";
  entry.received_at = 1'767'225'600'000;
  core::Operation operation;
  operation.seq = 3;
  operation.type = type.number;
  operation.id = kFirstId;
  operation.changes = {{{type.field("amount_vnd")->number, ""}, Value(std::int64_t{500})},
                       {{type.field("sensitive.child_name")->number, ""}, Value("bí mật")}};
  entry.group.operations = {operation};
  REQUIRE(f.store->begin().ok());
  REQUIRE(f.store->add_inbox(entry).ok());
  REQUIRE(f.store->commit().ok());
  const auto list = inbox(f.centre);
  REQUIRE(list.ok());
  const json& printed = list->at(0);
  CHECK(printed["code"] == "sealed_field");
  CHECK(printed["received_at"] == "2026-01-01T00:00:00Z");
  CHECK(printed["operations"][0]["changes"][0] == json{{"field", "amount_vnd"}, {"value", 500}});
  CHECK(printed["operations"][0]["changes"][1] ==
        json{{"field", "sensitive.child_name"}, {"sealed", true}});
  CHECK(printed.dump().find("bí mật") == std::string::npos);
}

TEST_CASE("centre/devices: a device is listed with its replicas and what waits of it",
          "[centre][devices]") {
  CentreFixture f;
  REQUIRE(f.store->begin().ok());
  REQUIRE(f.store
              ->put_device({.device_id = "D-a",
                            .unit_id = "U-01",
                            .role = "field",
                            .label = "máy",
                            .enrolled_at = 0,
                            .revoked_at = {}})
              .ok());
  ReplicaRecord replica;
  replica.replica = {1, 1};
  replica.device_id = "D-a";
  replica.clock_skew_ms = -5000;
  REQUIRE(f.store->put_replica(replica).ok());
  InboxEntry held;
  held.device_id = "D-a";
  held.state = "held";
  REQUIRE(f.store->add_inbox(held).ok());
  REQUIRE(f.store->commit().ok());
  const auto list = devices(f.centre);
  REQUIRE(list->size() == 1);
  CHECK(list->at(0)["pending"] == 1);
  CHECK(list->at(0)["rejected"] == 0);
  CHECK(list->at(0)["revoked_at"].is_null());
  CHECK(list->at(0)["replicas"][0]["clock_skew_ms"] == -5000);
  CHECK(list->at(0)["replicas"][0]["replica"] == "0000000000000001.1");
}

}  // namespace nhip::server
