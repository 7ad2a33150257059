// Every record behind a figure is named, and every one that was left out, with the reason.
#include "indicators/explanation.h"

#include "ledger_fixture.h"

namespace nhip::indicators {
namespace {

const std::string kLock = "2027-01-30T10:00:00Z";

json ask(World& world, const std::string& code, bool official = false,
         const std::string& unit_id = "A") {
  const Question question{code, world.names.find(unit_id), "2026-FY",
                          official ? *parse_instant(kLock) : kForEver};
  const auto figures = world.ledger.figures_as_of("2026-FY", question.as_of);
  REQUIRE(figures.has_value());
  return explanation_json(explain(world.ledger, question), {test::union_schema(), world.ledger,
                                                            question, *figures, Tongue::kEnglish});
}

std::string reason_of(const json& said, const Id& id) {
  for (const json& each : said["left_out"]) {
    if (each["id"] == id.text()) return each["reason"];
  }
  return "";
}

}  // namespace

TEST_CASE("indicators: an explanation says of each record why it was left out") {
  World world({unit("A")}, {period(2026, "FY", kLock)});
  const json people{{"reached", {{"officials", 5}}}};
  const auto with = [&](json patch) {
    json line = people;
    line.merge_patch(patch);
    return world.activity(line);
  };
  const Id counted = with({{"reached", {{"officials", 9}}}});
  const Id draft = with({{"review_status", "DRAFT"}});
  const Id duplicate = with({{"duplicate_of", counted.text()}});
  const Id planned = with({{"status", "PLANNED"}});
  const Id without_topic = with({{"topics", json::array()}});
  const Id smaller = with(json::object());
  const Id late = with({{"received_at", "2027-02-01T00:00:00Z"}, {"reached", {{"officials", 20}}}});
  const json said = ask(world, "IND01", true);
  REQUIRE(said["numerator"].size() == 1);
  CHECK(said["numerator"][0]["id"] == counted.text());
  CHECK(said["numerator"][0]["amount"] == 9);
  CHECK(reason_of(said, draft) == "draft");
  CHECK(reason_of(said, duplicate) == "duplicate");
  CHECK(reason_of(said, planned) == "not_countable");
  CHECK(reason_of(said, without_topic) == "not_countable");
  CHECK(reason_of(said, smaller) == "outdone");
  CHECK(reason_of(said, late) == "after_the_lock");
  CHECK(ask(world, "IND01")["numerator"][0]["id"] == late.text());
}

TEST_CASE("indicators: an explanation says that a figure was capped, and by how much") {
  World world({unit("A")}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 4}}, "2026-02-01");
  const Id newest = world.headcount("A", {{"officials_total", 10}});
  world.activity({{"reached", {{"officials", 12}}}});
  const json said = ask(world, "IND01");
  REQUIRE(said["remarks"].size() == 1);
  CHECK(said["remarks"][0]["code"] == "CAPPED");
  CHECK(said["remarks"][0]["amount"] == 2);
  REQUIRE(said["denominator"].size() == 1);
  CHECK(said["denominator"][0]["id"] == newest.text());
}

TEST_CASE("indicators: a merged unit's explanation holds its predecessors' records") {
  World world(
      {unit("B", "2021-01-01", "2026-06-30", "MERGED_INTO_NEW", "A"), unit("A", "2026-07-01")},
      {period(2026, "FY")});
  const Id old = world.activity({{"unit_id", "B"}, {"category", "TE01"}});
  const json said = ask(world, "IND03");
  REQUIRE(said["numerator"].size() == 1);
  CHECK(said["numerator"][0]["id"] == old.text());
  CHECK(said["numerator"][0]["unit_id"] == "B");
}

}  // namespace nhip::indicators
