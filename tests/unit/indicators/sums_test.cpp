// IND10 to IND15 and R1, R2: support, coordination, documents, surveys, and views of the past.
#include "ledger_fixture.h"

namespace nhip::indicators {
namespace {

FormKeys one_form(const std::string& id, bool consent, std::int64_t pass_pct) {
  const char* questions = R"([{"id":"said","type":"bool","verifies":"IND01"},
    {"id":"q1","type":"single","correct":"16","scored":true},
    {"id":"q2","type":"multi","correct":["H1","FY"],"scored":true},
    {"id":"q3","type":"bool","correct":true,"scored":true},
    {"id":"q4","type":"int","correct":1,"scored":true},
    {"id":"q5","type":"bool","correct":false,"scored":true}])";
  return {{{id, 1}, FormKey::read(questions, pass_pct, consent)}};
}

}  // namespace

TEST_CASE("indicators: paid cases of the period count by type, loans support no child") {
  World world({unit("A")}, {period(2026, "FY")});
  const auto support = [&](const std::string& type, const std::string& status, const json& child,
                           const std::string& day) {
    world.add("support_case", {{"unit_id", "A"},
                               {"case_type", type},
                               {"status", status},
                               {"child_key", child},
                               {"disbursed_on", day},
                               {"amount_vnd", 10}});
  };
  const auto listed = [&](const std::string& child, json answers, bool consent = true) {
    json all{{"child_key", child},
             {"birth_year", 2015},
             {"listed_on", "2026-03-01"},
             {"removed_on", nullptr}};
    all.merge_patch(answers);
    world.add("survey_response", {{"unit_id", "A"},
                                  {"form_id", "DS-KK-05"},
                                  {"consent", consent},
                                  {"answered_on", "2026-03-01"},
                                  {"answers", all}});
  };
  support("SCHOLARSHIP", "DISBURSED", "TE-1", "2026-05-01");
  support("SCHOLARSHIP", "CLOSED", "TE-1", "2026-06-01");
  support("LOAN", "DISBURSED", "TE-2", "2026-05-01");
  support("DISABILITY", "APPROVED", "TE-2", "2026-05-01");
  support("DISABILITY", "DISBURSED", "TE-2", "2025-12-31");
  listed("TE-1", json::object());
  listed("TE-1", json::object());
  listed("TE-2", {{"birth_year", 2010}});
  listed("TE-3", {{"birth_year", 2009}});
  listed("TE-4", {{"removed_on", "2025-12-31"}});
  listed("TE-5", {{"listed_on", "2027-01-01"}});
  listed("TE-6", json::object(), false);
  listed("TE-7", {{"removed_on", "2026-01-01"}});
  const json figure = world.now("2026-FY")["IND10"];
  CHECK(figure["cases"] == 3);
  CHECK(figure["amount_vnd"] == 30);
  CHECK(figure["by_type"]["SCHOLARSHIP"] == json({{"cases", 2}, {"amount_vnd", 20}}));
  CHECK(figure["hardship_supported"]["den"] == 3);  // TE-1, TE-2, TE-7
  CHECK(figure["hardship_supported"]["num"] == 1);
}

TEST_CASE("indicators: a document is acknowledged by its target or whoever succeeds it") {
  World world({unit("A", "2021-01-01", "2026-06-30", "MERGED_INTO_NEW", "B"),
               unit("B", "2026-07-01"), unit("C"), unit("D")},
              {period(2026, "FY")});
  const Id document = world.add("document", {{"unit_id", "U-CDN"},
                                             {"requires_ack", true},
                                             {"review_status", "DRAFT"},
                                             {"issue_date", "2026-06-20"},
                                             {"ack_due", "2026-07-05"},
                                             {"target_units", {"A", "C", "D"}}});
  const auto ack = [&](const std::string& id, const std::string& at) {
    world.add(
        "ack",
        {{"unit_id", id}, {"document_id", document.text()}, {"acked_at", at}, {"received_at", at}});
  };
  ack("B", "2026-07-05T10:00:00Z");
  ack("C", "2026-07-06T10:00:00Z");
  ack("C", "2026-07-07T10:00:00Z");
  const json figure = world.now("2026-FY")["IND12"];
  CHECK(figure["on_time"]["num"] == 1);
  CHECK(figure["on_time"]["den"] == 3);
  CHECK(figure["late"] == 1);
  CHECK(figure["missing"] == 1);
  ack("C", "2026-07-01T10:00:00Z");
  CHECK(world.now("2026-FY")["IND12"]["on_time"]["num"] == 2);
}

TEST_CASE("indicators: coordination and contributions count by the day they were signed or sent") {
  World world({unit("A")}, {period(2026, "H1"), period(2026, "FY")});
  world.add("coordination", {{"unit_id", "A"},
                             {"kind", "ANNUAL"},
                             {"signed_on", "2026-02-20"},
                             {"result_recorded", true}});
  world.add("coordination", {{"unit_id", "U-CDN"}, {"kind", "ADHOC"}, {"signed_on", "2026-07-01"}});
  world.add("policy_contribution",
            {{"unit_id", "A"}, {"topic", "WAGE"}, {"submitted_on", "2026-06-30"}});
  CHECK(world.now("2026-H1")["IND11"] == json({{"annual", 1}, {"adhoc", 0}, {"with_result", 1}}));
  CHECK(world.now("2026-FY")["IND11"] == json({{"annual", 1}, {"adhoc", 1}, {"with_result", 1}}));
  CHECK(world.now("2026-H1")["IND13"] == json({{"by_topic", {{"WAGE", 1}}}, {"total", 1}}));
}

TEST_CASE("indicators: answers are right only in their own type, a multi only as a whole") {
  const FormKeys forms = one_form("KS-CB-01", false, 80);
  const auto passes = [&](const json& answers) {
    World world({unit("A")}, {period(2026, "FY")}, forms);
    world.add("survey_response", {{"unit_id", "A"},
                                  {"form_id", "KS-CB-01"},
                                  {"form_version", 1},
                                  {"answered_on", "2026-04-01"},
                                  {"respondent_key", "CB-1"},
                                  {"answers", answers}});
    return world.now("2026-FY")["IND14"]["officials"]["num"] == 1;
  };
  const json right{{"q1", "16"}, {"q2", {"FY", "H1"}}, {"q3", true}, {"q4", 1}, {"q5", false}};
  const auto changed = [&](const json& patch) {
    json answers = right;
    answers.merge_patch(patch);
    return answers;
  };
  CHECK(passes(right));
  CHECK(passes(changed({{"q1", 16}})));  // 4 of 5 are 80 %
  CHECK_FALSE(passes(changed({{"q1", 16}, {"q3", 1}})));
  CHECK_FALSE(passes(changed({{"q1", nullptr}, {"q4", "1"}})));
  CHECK_FALSE(passes(changed({{"q2", {"H1"}}, {"q5", 0}})));
  CHECK_FALSE(passes(changed({{"q2", {"H1", "FY", "M"}}, {"q4", true}})));
}

TEST_CASE("indicators: one answer per person, the latest, and only with consent where needed") {
  World world({unit("A"), unit("B")}, {period(2026, "FY")}, one_form("KS-CB-01", true, 100));
  const auto answer = [&](const std::string& id, const std::string& person, const std::string& day,
                          const json& said, bool consent = true) {
    world.add("survey_response", {{"unit_id", id},
                                  {"form_id", "KS-CB-01"},
                                  {"form_version", 1},
                                  {"answered_on", day},
                                  {"respondent_key", person},
                                  {"consent", consent},
                                  {"answers", {{"said", said}}}});
  };
  answer("A", "CB-1", "2026-04-01", false);
  answer("B", "CB-1", "2026-05-01", true);
  answer("A", "CB-1", "2026-06-01", false, false);
  answer("A", "CB-2", "2026-04-01", "yes");  // neither true nor false
  answer("A", "CB-3", "2025-04-01", true);
  const json now = world.now("2026-FY");
  CHECK(now["IND14"]["officials"]["den"] == 2);
  CHECK(now["IND14"]["officials"]["small_sample"] == true);
  CHECK(now["IND15"]["officials"]["num"] == 1);
  CHECK(now["IND15"]["officials"]["den"] == 1);
}

TEST_CASE("indicators: a survey more than ten points below the records is warned of") {
  const auto warned = [](int yes) {
    World world({unit("A")}, {period(2026, "FY")}, one_form("KS-CB-01", false, 80));
    world.headcount("A", {{"officials_total", 100}});
    world.activity({{"reached", {{"officials", 90}}}});
    for (int i = 0; i < 10; ++i) {
      world.add("survey_response", {{"unit_id", "A"},
                                    {"form_id", "KS-CB-01"},
                                    {"form_version", 1},
                                    {"answered_on", "2026-04-01"},
                                    {"respondent_key", std::to_string(i)},
                                    {"answers", {{"said", i < yes}}}});
    }
    return world.now("2026-FY")["IND15"]["officials"].contains("warning");
  };
  CHECK_FALSE(warned(8));
  CHECK(warned(7));
}

TEST_CASE("indicators: the state as of an instant is the highest revision received by then") {
  const std::string lock = "2027-01-30T10:00:00Z";
  World world({unit("A")}, {period(2026, "FY", lock)});
  const auto revision = [&](int rev, const std::string& at, int children, bool deleted = false) {
    world.activity({{"id", "x"},
                    {"rev", rev},
                    {"received_at", at},
                    {"category", "TE01"},
                    {"deleted", deleted},
                    {"reached", {{"children", children}}}});
  };
  const auto official = [&] { return world.official("2026-FY")["IND06"]["children_turns"]; };
  const auto current = [&] { return world.now("2026-FY")["IND06"]["children_turns"]; };
  revision(3, "2026-06-03T00:00:00Z", 3);
  revision(2, "2026-06-05T00:00:00Z", 2);  // later by receipt, lower by number
  CHECK(official() == 3);
  revision(4, "2027-01-30T10:00:01Z", 4);
  CHECK(official() == 3);
  CHECK(current() == 4);
  revision(5, "2027-01-30T10:00:00Z", 5);
  CHECK(official() == 5);
  revision(6, "2028-01-01T00:00:00Z", 6, true);
  CHECK(official() == 5);
  CHECK(current() == 0);
}

TEST_CASE("indicators: a period that is not locked has no official figures") {
  World world({unit("A")}, {period(2026, "FY")});
  CHECK(world.official("2026-FY").is_null());
}

}  // namespace nhip::indicators
