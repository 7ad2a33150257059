// Records that a load moves between units: what devices wrote goes along and is not taken back.
#include "centre/line_reader.h"
#include "centre/time_text.h"
#include "centre/transaction.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr const char* kId = "0198c0de-0000-7000-8000-000000000001";

void load(Fleet& fleet, const std::string& unit, int rev) {
  fleet.advance(1000);
  const json line = {{"id", kId},     {"unit_id", unit},
                     {"rev", rev},    {"received_at", server::iso_text(fleet.now_ms)},
                     {"title", "cũ"}, {"category", "TE01"},
                     {"notes", "n"}};
  auto read = server::read_line(*fleet.centre, {"lines", 1, "activity", false}, line, fleet.now_ms);
  REQUIRE(read.ok());
  server::Transaction transaction(*fleet.store);
  REQUIRE(transaction.begin().ok());
  server::Sequencer sequencer(*fleet.centre, Author{}, "", fleet.now_ms);
  REQUIRE(server::enter_version(*fleet.centre, sequencer, read->version).ok());
  REQUIRE(sequencer.finish().ok());
  REQUIRE(transaction.commit().ok());
}

}  // namespace

TEST_CASE("fleet: a record that moves twice keeps what a device wrote", "[fleet][moves]") {
  Fleet fleet;
  Member& one = fleet.add("U-01");
  Member& three = fleet.add("U-03");
  load(fleet, "U-01", 1);
  settle({&one});
  one.edit("activity", *Id::parse(kId), R"({"title":"mới"})");
  settle({&one});
  load(fleet, "U-02", 2);
  load(fleet, "U-03", 3);
  settle({&one, &three});
  CHECK(one.get("activity", *Id::parse(kId)).is_null());
  CHECK(three.get("activity", *Id::parse(kId))["title"] == "mới");
  CHECK(three.sync().verified);
}

TEST_CASE("fleet: an edit that was written before a move beats only what its writer had seen",
          "[fleet][moves][I3]") {
  Fleet fleet;
  fleet.add("U-CDN", "office");
  Member& office = fleet.add("U-CDN", "office");
  Member& one = fleet.add("U-01");
  Member& two = fleet.add("U-02");
  const Id id = *Id::parse(kId);
  load(fleet, "U-01", 1);
  for (int i = 0; i < 3; ++i) one.put("activity", kActivity);
  settle({&one, &two, &office});
  one.edit("activity", id, R"({"title":"một"})");
  office.edit("activity", id, R"({"title":"hai"})");
  settle({&one});
  load(fleet, "U-02", 2);
  settle({&office, &two});
  REQUIRE(fleet.conflicts().size() == 1);
  CHECK(fleet.conflicts()[0]["field"] == "title");
  CHECK(two.get("activity", id)["title"] == office.get("activity", id)["title"]);
}
