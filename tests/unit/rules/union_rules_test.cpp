// The rules of the union's schema at their edges: V02–V22 of the domain, against the data.
#include <fstream>
#include <set>

#include "rules_fixture.h"

using namespace nhip;
using namespace nhip::test;

namespace {

// One unit that was renamed, one that ended, their headcounts, two periods and a form.
KnownOthers office_knows() {
  KnownOthers others(union_schema());
  others.add("org_unit",
             R"({"unit_id":"U-01","version":1,"valid_from":"2022-01-01","valid_to":"2023-06-30"})");
  others.add("org_unit", R"({"unit_id":"U-01","version":2,"valid_from":"2023-07-01"})");
  others.add("org_unit",
             R"({"unit_id":"U-18","version":1,"valid_from":"2021-01-01","valid_to":"2024-06-30"})");
  others.add("headcount",
             R"({"unit_id":"U-01","as_of":"2025-03-31","officials_total":20,"families_total":100,
    "children_under16":50,"workers_total":100,"members_total":100})");
  others.add("headcount",
             R"({"unit_id":"U-01","as_of":"2024-03-31","officials_total":90,"families_total":900,
    "children_under16":500,"workers_total":900,"members_total":900})");
  others.add(
      "period",
      R"({"code":"2025-FY","start":"2025-01-01","end":"2025-12-31","lock_at":"2026-01-30T10:00:00Z"})");
  others.add("period", R"({"code":"2026-H1","start":"2026-01-01","end":"2026-06-30"})");
  others.add("period", R"({"code":"2021-FY","start":"2021-01-01","end":"2021-12-31"})");
  others.add(
      "form",
      R"({"form_id":"F","version":1,"questions":[{"id":"a","type":"bool","required":true}]})");
  others.add(
      "form",
      R"({"form_id":"DS-KK-05","version":1,"questions":[{"id":"birth_year","type":"int"}]})");
  return others;
}

struct Case {
  const char* type;
  const char* json;
  const char* expected;
};

void play(const std::vector<Case>& cases, rules::Which which = rules::Which::kAll) {
  for (const Case& each : cases) {
    INFO(each.type << " " << each.json);
    KnownOthers others = office_knows();
    CHECK(broken(union_schema(), each.type, each.json, &others, which) == each.expected);
  }
}

}  // namespace

TEST_CASE("rules/union: V02 dates are in order and in range", "[rules][union]") {
  play({
      {"activity", R"({"start_date":"2026-06-01","end_date":"2026-06-01"})", ""},
      {"activity", R"({"start_date":"2026-06-02","end_date":"2026-06-01"})", "V02 end_date"},
      {"activity", R"({"start_date":"2026-03-01","end_date":"2026-06-01"})", ""},
      {"activity", R"({"start_date":"2026-03-01","end_date":"2026-06-02"})", "V02 end_date"},
      {"activity", R"({"unit_id":"U-99","start_date":"2021-01-01"})", "?V04 start_date"},
      {"activity", R"({"unit_id":"U-99","start_date":"2020-12-31"})",
       "V02 start_date, ?V04 start_date"},
      {"activity", R"({"start_date":"2035-12-31"})", ""},
      {"activity", R"({"start_date":"2036-01-01"})", "V02 start_date"},
      {"lactation_room", R"({"opened_on":"2019-01-01","closed_on":"2030-01-01"})", ""},
      {"lactation_room", R"({"opened_on":"2022-01-02","closed_on":"2022-01-01"})", "V02 closed_on"},
      {"coordination", R"({"signed_on":"2026-02-02","ends_on":"2026-02-01"})", "V02 ends_on"},
      {"person", R"({"roles":[{"role":"A","unit_id":"U-01","from":"2021-01-01","to":null}]})", ""},
      {"person",
       R"({"roles":[{"role":"A","unit_id":"U-01","from":"2021-01-02","to":"2021-01-01"}]})",
       "V02 roles"},
      {"org_unit",
       R"({"unit_id":"U-77","version":1,"valid_from":"2021-01-02","valid_to":"2021-01-01"})",
       "V02 valid_to"},
      {"period", R"({"code":"X","start":"2021-01-02","end":"2021-01-01"})", "V02 end"},
  });
}

TEST_CASE("rules/union: V03 what is done does not lie in the future", "[rules][union]") {
  play({
      {"activity", R"({"status":"DONE","start_date":"2026-06-16"})", ""},
      {"activity", R"({"status":"DONE","start_date":"2026-06-17"})", "V03 start_date"},
      {"activity", R"({"status":"PLANNED","start_date":"2026-06-17"})", ""},
  });
}

TEST_CASE("rules/union: V04 a record's day lies in its unit's life, in any version of it",
          "[rules][union]") {
  play({
      {"activity", R"({"start_date":"2022-01-01"})", ""},
      {"activity", R"({"start_date":"2021-12-31"})", "V04 start_date"},
      {"activity", R"({"start_date":"2023-06-30"})", ""},
      {"activity", R"({"start_date":"2023-07-01"})", ""},
      {"activity", R"({"unit_id":"U-18","start_date":"2024-06-30"})", ""},
      {"activity", R"({"unit_id":"U-18","start_date":"2024-07-01"})", "V04 start_date"},
      {"plan", R"({"unit_id":"U-18","issue_date":"2024-07-01"})", "V04 issue_date"},
      {"document", R"({"issue_date":"2021-12-31"})", "V04 issue_date"},
      {"survey_response",
       R"({"unit_id":"U-18","answered_on":"2024-07-01","form_id":"F","form_version":1,
        "answers":{"a":true}})",
       "V04 answered_on"},
      {"support_case", R"({"proposed_on":"2021-12-31"})", "V04 proposed_on"},
      {"policy_contribution", R"({"submitted_on":"2021-12-31"})", "V04 submitted_on"},
      {"headcount", R"({"as_of":"2021-12-31"})", "V04 as_of"},
      {"ack", R"({"unit_id":"U-18","acked_at":"2024-06-30T16:59:59Z"})", ""},
      {"ack", R"({"unit_id":"U-18","acked_at":"2024-06-30T17:00:00Z"})", "V04 acked_at"},
      {"lactation_room", R"({"unit_id":"U-18","opened_on":"2024-06-30"})", ""},
      {"lactation_room", R"({"unit_id":"U-18","opened_on":"2024-07-01"})", "V04 opened_on"},
      {"coordination", R"({"unit_id":"U-18","signed_on":"2024-07-01"})", "V04 signed_on"},
      {"activity", R"({"unit_id":"U-99","start_date":"2024-07-01"})", "?V04 start_date"},
  });
}

TEST_CASE("rules/union: V06 communication has topics, attendance and figures", "[rules][union]") {
  play({
      {"activity", R"({"category":"TT01","topics":["T1"]})", ""},
      {"activity", R"({"category":"TT02"})", "V06 topics"},
      {"activity", R"({"category":"TE01"})", ""},
      {"activity", R"({"attendance_mode":"NAMED"})", "V06 participants"},
      {"activity", R"({"attendance_mode":"NAMED","participants":[{"kind":"OFFICIAL","key":"A"}]})",
       ""},
      {"activity",
       R"({"category":"TT01","topics":["T1"],"status":"DONE","attendance_mode":"HEADCOUNT"})",
       "V06 reached.officials"},
      {"activity",
       R"({"category":"TT01","topics":["T1"],"status":"DONE","attendance_mode":"HEADCOUNT",
        "start_date":"2026-03-01","reached":{"families":0}})",
       ""},
      {"activity",
       R"({"category":"TT01","topics":["T1"],"status":"PLANNED","attendance_mode":"HEADCOUNT"})",
       ""},
  });
}

TEST_CASE("rules/union: V07 and V08 hold reach against the latest headcount", "[rules][union]") {
  play({
      {"activity",
       R"({"start_date":"2026-03-01","reached":{"officials":20,"families":100,"children":150}})",
       ""},
      {"activity", R"({"start_date":"2026-03-01","reached":{"officials":21}})",
       "V07 reached.officials"},
      {"activity", R"({"start_date":"2026-03-01","reached":{"families":101}})",
       "V07 reached.families"},
      {"activity", R"({"start_date":"2026-03-01","reached":{"children":151}})",
       "V08 reached.children"},
      {"activity", R"({"start_date":"2024-12-01","reached":{"officials":21}})", ""},
      {"activity", R"({"start_date":"2023-12-01","reached":{"officials":21}})",
       "?V07 reached.officials"},
  });
}

TEST_CASE("rules/union: V09 the same activity twice is remarked", "[rules][union]") {
  KnownOthers others = office_knows();
  others.add(
      "activity",
      R"({"unit_id":"U-01","category":"TE01","start_date":"2026-06-01","title":"Tết Thiếu nhi 1/6"})");
  const auto found = [&](const std::string& json) {
    return broken(union_schema(), "activity", json, &others);
  };
  CHECK(found(R"({"category":"TE01","start_date":"2026-06-01","title":"TET thieu nhi 1-6"})") ==
        "V09 title");
  CHECK(found(R"({"category":"TE02","start_date":"2026-06-01","title":"TET thieu nhi 1-6"})")
            .empty());
  CHECK(found(R"({"category":"TE01","start_date":"2026-06-02","title":"TET thieu nhi 1-6"})")
            .empty());
  CHECK(found(R"({"category":"TE01","start_date":"2026-06-01","title":"TET thieu nhi 1-6",
    "duplicate_of":"01890000-0000-7000-8000-000000000009"})")
            .empty());
}

TEST_CASE("rules/union: V11 parts are no more than their whole", "[rules][union]") {
  play(
      {
          {"headcount",
           R"({"workers_total":5,"workers_female":5,"members_total":5,"members_female":5,
        "officials_total":5,"officials_female":5,"families_total":5,"families_with_children":5,
        "children_under16":5,"children_under6":5})",
           ""},
          {"headcount", R"({"workers_total":5,"workers_female":6})", "V11 workers_female"},
          {"headcount", R"({"members_total":5,"members_female":6})", "V11 members_female"},
          {"headcount", R"({"officials_total":5,"officials_female":6})", "V11 officials_female"},
          {"headcount", R"({"workers_total":5,"members_total":6})", "V11 members_total"},
          {"headcount", R"({"families_total":5,"families_with_children":6})",
           "V11 families_with_children"},
          {"headcount", R"({"children_under16":5,"children_under6":6})", "V11 children_under6"},
          {"headcount", R"({"members_total":5,"officials_total":6})", "V11 officials_total"},
      },
      rules::Which::kAlone);
}

TEST_CASE("rules/union: V12 a headcount far from the one before is remarked", "[rules][union]") {
  play({
      {"headcount", R"({"as_of":"2026-03-31","workers_total":130})", ""},
      {"headcount", R"({"as_of":"2026-03-31","workers_total":131})", "V12 workers_total"},
      {"headcount", R"({"as_of":"2026-03-31","workers_total":70})", ""},
      {"headcount", R"({"as_of":"2026-03-31","workers_total":69})", "V12 workers_total"},
      {"headcount", R"({"as_of":"2024-03-31","workers_total":69})", "?V12 workers_total"},
  });
}

TEST_CASE("rules/union: V13 a case moves forward and has what its kind needs", "[rules][union]") {
  play({
      {"support_case",
       R"({"proposed_on":"2026-03-02","approved_on":"2026-03-02","disbursed_on":"2026-03-02"})",
       ""},
      {"support_case", R"({"proposed_on":"2026-03-02","approved_on":"2026-03-01"})",
       "V13 approved_on"},
      {"support_case", R"({"approved_on":"2026-03-02","disbursed_on":"2026-03-01"})",
       "V13 disbursed_on"},
      {"support_case", R"({"status":"DISBURSED","disbursed_on":"2026-03-02","amount_vnd":1})", ""},
      {"support_case", R"({"status":"DISBURSED","amount_vnd":1})", "V13 disbursed_on"},
      {"support_case", R"({"status":"DISBURSED","disbursed_on":"2026-03-02"})", "V13 amount_vnd"},
      {"support_case", R"({"status":"DISBURSED","disbursed_on":"2026-03-02","amount_vnd":0})",
       "V13 amount_vnd"},
      {"support_case", R"({"case_type":"LOAN","family_key":"GD","term_months":12})", ""},
      {"support_case", R"({"case_type":"LOAN"})", "V13 family_key, V13 term_months"},
      {"support_case",
       R"({"case_type":"SCHOLARSHIP","child_key":"TE","consent":{"guardian":true}})", ""},
      {"support_case",
       R"({"case_type":"DISABILITY","child_key":"TE","consent":{"guardian":false}})",
       "V13 consent.guardian"},
      {"support_case", R"({"case_type":"CRITICAL_ILLNESS","consent":{"guardian":true}})",
       "V13 child_key"},
  });
}

TEST_CASE("rules/union: V14 and V15 a child's age and its own consent", "[rules][union]") {
  play({
      {"support_case", R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2026}})", ""},
      {"support_case", R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2027}})",
       "V14 sensitive.birth_year"},
      {"support_case",
       R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2011},"consent":{"child_7plus":true}})",
       ""},
      {"support_case",
       R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2010},"consent":{"child_7plus":true}})",
       "V14 sensitive.birth_year"},
      {"support_case",
       R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2009},"consent":{"child_7plus":true}})",
       "V14 sensitive.birth_year"},
      {"support_case", R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2020}})", ""},
      {"support_case", R"({"proposed_on":"2026-03-02","sensitive":{"birth_year":2019}})",
       "V15 consent.child_7plus"},
      {"survey_response",
       R"({"form_id":"DS-KK-05","form_version":1,"answered_on":"2026-03-02","answers":{"birth_year":2009}})",
       "V14 answers.birth_year"},
      {"survey_response",
       R"({"form_id":"DS-KK-05","form_version":1,"answered_on":"2026-03-02","answers":{"birth_year":2012}})",
       ""},
  });
  // 16 is remarked, 17 is refused.
  const auto errors = [](int born) {
    const std::string json = R"({"proposed_on":"2026-03-02","consent":{"child_7plus":true},
      "sensitive":{"birth_year":)" +
                             std::to_string(born) + "}}";
    KnownOthers others = office_knows();
    return broken(union_schema(), "support_case", json, &others, rules::Which::kErrors);
  };
  CHECK(errors(2010).empty());
  CHECK(errors(2009) == "V14 sensitive.birth_year");
}

TEST_CASE("rules/union: V16 answers fit their form, once per round", "[rules][union]") {
  play({
      {"survey_response", R"({"form_id":"F","form_version":1,"answers":{"a":true}})", ""},
      {"survey_response", R"({"form_id":"F","form_version":1,"answers":{"a":1}})", "V16 answers"},
      {"survey_response", R"({"form_id":"F","form_version":1})", "V16 answers"},
      {"survey_response", R"({"form_id":"F","form_version":2,"answers":{"a":1}})", "?V16 answers"},
  });
  KnownOthers others = office_knows();
  others.add(
      "survey_response",
      R"({"unit_id":"U-01","form_id":"F","form_version":1,"respondent_key":"K","answered_on":"2026-04-01"})");
  const auto again = [&](const std::string& day) {
    return broken(union_schema(), "survey_response",
                  R"({"form_id":"F","form_version":1,"respondent_key":"K",
      "answers":{"a":true},"answered_on":")" +
                      day + "\"}",
                  &others);
  };
  CHECK(again("2026-06-30") == "V16 respondent_key");
  CHECK(again("2026-07-01").empty());
}

TEST_CASE("rules/union: V17 one report per period of the unit's life, reasons for changed figures",
          "[rules][union]") {
  play({
      {"report", R"({"period":"2026-H1"})", ""},
      {"report", R"({"period":"2021-FY"})", "V17 period"},
      {"report", R"({"period":"2031-FY"})", "?V17 period, ?V21 period"},
      {"report",
       R"({"period":"2026-H1","overrides":[{"field":"PL-10","auto":1,"manual":2,"reason":"Bổ sung"}]})",
       ""},
      {"report", R"({"period":"2026-H1","overrides":[{"field":"PL-10","auto":1,"manual":2}]})",
       "V17 overrides"},
  });
  KnownOthers others = office_knows();
  others.add("report", R"({"unit_id":"U-01","period":"2026-H1"})");
  CHECK(broken(union_schema(), "report", R"({"period":"2026-H1"})", &others) == "V17 period");
}

TEST_CASE("rules/union: V18 document numbers", "[rules][union]") {
  for (const char* good :
       {"63/KH-CDYT", "121/KH-LĐLĐ", "21/CĐYT-NC", "12a/KH-CĐCS", "7/QĐ-CĐYT-NC"}) {
    INFO(good);
    KnownOthers others = office_knows();
    CHECK(broken(union_schema(), "plan", R"({"doc_no":")" + std::string(good) + "\"}", &others)
              .empty());
  }
  for (const char* odd :
       {"63", "KH-CDYT", "63/kh-cdyt", "123456/KH-CDYT", "63/KH-CDYT ", "63/KH"}) {
    INFO(odd);
    KnownOthers others = office_knows();
    CHECK(broken(union_schema(), "report", R"({"doc_no":")" + std::string(odd) + "\"}", &others) ==
          "V18 doc_no");
  }
}

TEST_CASE("rules/union: V21 what lies in a locked period is remarked", "[rules][union]") {
  play({
      {"activity", R"({"start_date":"2025-12-31"})", "V21 start_date"},
      {"activity", R"({"start_date":"2026-01-01"})", ""},
      {"report", R"({"period":"2025-FY"})", "V21 period"},
      {"headcount", R"({"as_of":"2025-12-31"})", "V21 as_of"},
  });
  // At the very instant of the lock, and a second before.
  KnownOthers others = office_knows();
  const auto at = [&](const char* now) {
    return findings_in(union_schema(), "activity", R"({"start_date":"2025-12-31"})", &others,
                       rules::Which::kAll, {"2026-01-30", now, 420})
        .size();
  };
  CHECK(at("2026-01-30T09:59:59Z") == 0);
  CHECK(at("2026-01-30T10:00:00Z") == 1);
}

TEST_CASE("rules/union: V22 numbers and names that do not belong into free text",
          "[rules][union]") {
  play({
      {"activity", R"({"title":"Tết Thiếu nhi 1/6/2026, 1.500.000 đồng"})", ""},
      {"activity", R"({"note":"CCCD 001204123456"})", "V22 note"},
      {"activity", R"({"note":"số 03412345678"})", "V22 note"},
      {"activity", R"({"place":"gọi 0912 345 678"})", "V22 place"},
      {"activity", R"({"place":"gọi +84912345678"})", "V22 place"},
      {"activity", R"({"place":"gọi 0212345678"})", ""},
      {"activity", R"({"title":"Phòng, chống xâm hại trẻ em cho gia đình đoàn viên"})", ""},
      {"activity", R"({"note":"cháu Nguyễn Văn An bị xâm hại"})", "V22 note"},
      {"activity", R"({"note":"mẹ nhiễm HIV, cháu Trần Thị Bé"})", "V22 note"},
      {"report", R"({"sections":{"khai_quat":"Liên hệ 0912345678"}})", "V22 sections"},
      {"report", R"({"period":"2026-H1","overrides":[{"field":"x","reason":"theo 0912345678"}]})",
       "V22 overrides"},
  });
}

TEST_CASE("rules/union: every rule of the domain that a record can break is there",
          "[rules][union]") {
  std::set<std::string> ids;
  for (const Rule& rule : union_schema().rules().rules) {
    ids.insert(rule.id);
    CHECK(rule.message.count("vi") == 1);
    CHECK(rule.message.count("en") == 1);
  }
  CHECK(ids == std::set<std::string>{"V02", "V03", "V04", "V06", "V07", "V08", "V09", "V11", "V12",
                                     "V13", "V14", "V15", "V16", "V17", "V18", "V21", "V22"});
}
