// Loading the records of an older system: what counts, what is refused, and that order does not
// matter.
#include "centre_fixture.h"

namespace nhip::server {

namespace {

constexpr const char* kFirst = "a594dc0b-a0d0-5420-91c7-4860ba94bc2f";
constexpr const char* kSecond = "60478767-4783-5249-bf5f-a897308f35f0";
const Id kFirstId = *Id::parse(kFirst);

std::vector<std::string> codes(const std::vector<LoadProblem>& problems) {
  std::vector<std::string> names;
  for (const LoadProblem& problem : problems) names.push_back(problem.code);
  return names;
}

std::vector<json> three_versions() {
  json deleted = activity(kFirst, 3, "2026-03-01T00:00:00Z", "ba");
  deleted["deleted"] = true;
  return {activity(kFirst, 1, "2026-01-01T00:00:00Z", "một"),
          activity(kFirst, 2, "2026-02-01T00:00:00Z", "hai"), deleted,
          activity(kSecond, 1, "2026-01-05T00:00:00Z", "khác")};
}

}  // namespace

TEST_CASE("centre/load: a line keeps its rev, receipt time, device and content", "[centre][load]") {
  CentreFixture f;
  const LoadReport report =
      f.load_lines("activities.jsonl", {activity(kFirst, 7, "2026-01-01T08:00:00Z", "Tết")});
  CHECK(report.stored == 1);
  CHECK(report.problems.empty());
  const json record = f.records("activity").at(0);
  CHECK(record["id"] == kFirst);
  CHECK(record["title"] == "Tết");
  CHECK(record["gifts_count"] == 5);
  CHECK(record["_meta"]["rev"] == 7);
  CHECK(record["_meta"]["received_at"] == "2026-01-01T08:00:00Z");
  CHECK(record["_meta"]["device_id"] == "DEV-01");
  CHECK(record["_meta"]["scope"] == "unit/U-01");
}

TEST_CASE("centre/load: the highest (rev, receipt time) is live in every order of the lines",
          "[centre][load][R1]") {
  std::vector<json> lines = three_versions();
  std::sort(lines.begin(), lines.end());
  do {
    CentreFixture f;
    f.load_lines("activities.jsonl", lines);
    CHECK(f.records("activity").size() == 1);  // the other one is deleted by rev 3
    CHECK(f.records("activity", "2026-01-15T00:00:00Z")[1]["title"] == "một");
    CHECK(f.records("activity", "2026-02-15T00:00:00Z")[1]["title"] == "hai");
    CHECK(f.records("activity", "2025-12-31T00:00:00Z").empty());
  } while (std::next_permutation(lines.begin(), lines.end()));
}

TEST_CASE("centre/load: versions spread over several loads give the same as one load",
          "[centre][load][R1]") {
  std::vector<json> lines = three_versions();
  CentreFixture together, apart;
  together.load_lines("activities.jsonl", lines);
  std::reverse(lines.begin(), lines.end());
  for (const json& line : lines) apart.load_lines("activities.jsonl", {line});
  for (const char* instant :
       {"2026-01-15T00:00:00Z", "2026-02-15T00:00:00Z", "2026-03-15T00:00:00Z"}) {
    json one = together.records("activity", instant), other = apart.records("activity", instant);
    for (json* list : {&one, &other}) {
      for (json& record : *list) record["_meta"].erase("seq");
    }
    CHECK(one == other);
  }
}

TEST_CASE("centre/load: loading the same folder again changes nothing", "[centre][load]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", three_versions());
  const std::uint64_t commits = *f.store->last_commit();
  const LoadReport again = f.load_lines("activities.jsonl", three_versions());
  CHECK(again.stored == 0);
  CHECK(again.repeated == 4);
  CHECK(again.problems.empty());
  CHECK(*f.store->last_commit() == commits);
}

TEST_CASE("centre/load: a bad line is named by file and line and does not stop the rest",
          "[centre][load]") {
  const json good = activity(kFirst, 1, "2026-01-01T00:00:00Z", "tốt");
  const auto with = [&](const char* key, const json& value) {
    json line = activity(kSecond, 1, "2026-01-01T00:00:00Z", "xấu");
    line[key] = value;
    return line.dump();
  };
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"{\"id\":", "bad_json"},
      {"[1,2]", "bad_json"},
      {"{\"id\":\"a\",\"id\":\"b\"}", "bad_json"},
      {std::string(40, '[') + std::string(40, ']'), "bad_json"},
      {"{\"title\":\"\xFF\"}", "bad_utf8"},
      {with("id", nullptr), "missing_id"},
      {with("id", ""), "missing_id"},
      {with("unit_id", nullptr), "missing_unit"},
      {with("unit_id", "U-02/sealed"), "bad_unit"},
      {with("received_at", nullptr), "missing_received_at"},
      {with("received_at", "2026-02-30T00:00:00Z"), "bad_date"},
      {with("title", 5), "wrong_type"},
      {with("deleted", "no"), "wrong_type"},
      {with("start_date", "2026-02-30"), "bad_date"},
      {with("gifts_count", 100001), "out_of_range"},
      {with("gifts_count", -1), "out_of_range"},
      {with("gifts_count", 1.5), "wrong_type"},
      {with("rev", 0), "out_of_range"},
  };
  for (const auto& [line, code] : bad) {
    INFO(line);
    CentreFixture f;
    const TempFolder folder;
    folder.write("activities.jsonl", "\n" + line + "\r\n" + good.dump() + "\n");
    const LoadReport report = f.load(folder.path());
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].code == code);
    CHECK(report.problems[0].file == "activities.jsonl");
    CHECK(report.problems[0].line == 2);
    CHECK(report.refused == 1);
    CHECK(report.stored == 1);
    CHECK(f.records("activity").size() == 1);
  }
}

TEST_CASE("centre/load: long text, controls and missing rev are flagged, and the line counts",
          "[centre][load]") {
  CentreFixture f;
  json line = activity(kFirst, 1, "2026-01-01T00:00:00Z", std::string(5000, 'a'));
  line["note"] = "a\x01z";
  line.erase("rev");
  const LoadReport report = f.load_lines("activities.jsonl", {line});
  CHECK(report.stored == 1);
  CHECK(report.flagged == 1);
  CHECK(codes(report.warnings) == std::vector<std::string>{"missing_rev", "bad_text", "too_long"});
  CHECK(f.records("activity")[0]["title"] == std::string(5000, 'a'));
}

TEST_CASE("centre/load: unknown fields are kept and warned about once", "[centre][load]") {
  CentreFixture f;
  json one = activity(kFirst, 1, "2026-01-01T00:00:00Z", "a"), two = one;
  two["id"] = kSecond;
  one["weather"] = two["weather"] = json{{"rain", true}};
  const LoadReport report = f.load_lines("activities.jsonl", {one, two});
  CHECK(codes(report.warnings) == std::vector<std::string>{"unknown_field"});
  CHECK(f.records("activity")[0]["weather"] == one["weather"]);
}

TEST_CASE("centre/load: sensitive values are dropped and counted", "[centre][load][privacy]") {
  CentreFixture f;
  json line = activity(kFirst, 1, "2026-01-01T00:00:00Z", "a");
  line["sensitive"] = {{"birth_year", 2013}, {"child_name", "Cháu Ví Dụ"}, {"group", "X"}};
  const LoadReport report = f.load_lines("support_cases.jsonl", {line});
  CHECK(report.sealed_dropped == 2);
  const json record = f.records("support_case")[0];
  CHECK(record["sensitive"]["birth_year"] == 2013);
  CHECK(record.dump().find("Ví Dụ") == std::string::npos);
}

TEST_CASE("centre/load: the file decides the type, in unknown files the line does",
          "[centre][load]") {
  CentreFixture f;
  json line = activity(kFirst, 1, "2026-01-01T00:00:00Z", "a");
  line["type"] = "plan";
  CHECK(codes(f.load_lines("activities.jsonl", {line}).warnings) ==
        std::vector<std::string>{"other_type"});
  CHECK(f.records("activity").size() == 1);
  line.erase("gifts_count");
  f.load_lines("more.jsonl", {line});
  CHECK(f.records("plan").size() == 1);
  line["type"] = "nhip_conflict";
  CHECK(codes(f.load_lines("more.jsonl", {line}).problems) ==
        std::vector<std::string>{"unknown_type"});
}

TEST_CASE(
    "centre/load: the same rev with other content is reported, both are kept, either way round",
    "[centre][load][R1]") {
  const json early = activity(kFirst, 2, "2026-01-01T00:00:00Z", "sớm");
  const json late = activity(kFirst, 2, "2026-01-02T00:00:00Z", "muộn");
  for (const auto& lines : {std::vector<json>{early, late}, std::vector<json>{late, early}}) {
    CentreFixture f;
    const LoadReport report = f.load_lines("activities.jsonl", lines);
    CHECK(codes(report.problems) == std::vector<std::string>{"other_content"});
    CHECK(f.records("activity")[0]["title"] == "muộn");
    CHECK(f.records("activity", "2026-01-01T12:00:00Z")[0]["title"] == "sớm");
  }
}

TEST_CASE("centre/load: which of two equal (rev, receipt time) counts does not depend on order",
          "[centre][load][R1]") {
  const json a = activity(kFirst, 2, "2026-01-01T00:00:00Z", "a");
  const json b = activity(kFirst, 2, "2026-01-01T00:00:00Z", "b");
  CentreFixture forth, back;
  forth.load_lines("activities.jsonl", {a, b});
  back.load_lines("activities.jsonl", {b, a});
  CHECK(forth.records("activity")[0]["title"] == back.records("activity")[0]["title"]);
}

TEST_CASE("centre/load: a receipt time in the future is kept and counts now", "[centre][load]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "nay"),
                                    activity(kFirst, 2, "2040-01-01T00:00:00Z", "mai sau")});
  CHECK(f.records("activity")[0]["title"] == "mai sau");
  CHECK(f.records("activity", "2027-01-15T00:00:00Z")[0]["title"] == "nay");
}

TEST_CASE("centre/load: ids that are no UUID become the same UUID everywhere, references alike",
          "[centre][load]") {
  CentreFixture f;
  json line = activity("a2", 1, "2026-01-01T00:00:00Z", "hai");
  line["duplicate_of"] = "a1";
  f.load_lines("activities.jsonl", {activity("a1", 1, "2026-01-01T00:00:00Z", "một"), line});
  json by_source;
  for (const json& record : f.records("activity")) {
    by_source[record["_meta"]["source_id"].get<std::string>()] = record;
  }
  CHECK(by_source["a1"]["id"] == make_uuid_v5(f.keys.centre_id, "a1").text());
  CHECK(by_source["a2"]["duplicate_of"] == by_source["a1"]["id"]);
}

TEST_CASE("centre/load: loaded versions change only fields that no device touched",
          "[centre][load][local]") {
  const json first = activity(kFirst, 1, "2026-01-01T00:00:00Z", "cũ");
  json second = activity(kFirst, 5, "2026-02-01T00:00:00Z", "hệ cũ sửa");
  second["gifts_count"] = 9;
  json third = activity(kFirst, 4, "2026-02-02T00:00:00Z", "không thắng");
  third["gifts_count"] = 8;
  const auto run = [&](const std::vector<json>& later) {
    auto f = std::make_unique<CentreFixture>();
    f->load_lines("activities.jsonl", {first});
    f->edit("activity", kFirstId, "title", Value("của thiết bị"),
            f->instant("2026-03-01T00:00:00Z"));
    for (const json& line : later) f->load_lines("activities.jsonl", {line});
    return f;
  };
  const auto forth = run({second, third}), back = run({third, second});
  for (const auto& f : {forth.get(), back.get()}) {
    const json record = f->records("activity")[0];
    CHECK(record["title"] == "của thiết bị");
    CHECK(record["gifts_count"] == 9);
    CHECK(record["_meta"]["rev"] == 6);
    CHECK(f->records("activity", "2026-02-01T12:00:00Z")[0]["title"] == "hệ cũ sửa");
    CHECK(f->records("activity", "2026-03-02T00:00:00Z")[0]["title"] == "của thiết bị");
  }
}

TEST_CASE("centre/load: a loaded deletion does not delete what a device has edited",
          "[centre][load][local]") {
  CentreFixture f;
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "cũ")});
  f.edit("activity", kFirstId, "title", Value("mới"), f.instant("2026-03-01T00:00:00Z"));
  json deleted = activity(kFirst, 2, "2026-02-01T00:00:00Z", "cũ");
  deleted["deleted"] = true;
  const LoadReport report = f.load_lines("activities.jsonl", {deleted});
  CHECK(codes(report.warnings) == std::vector<std::string>{"kept_edited"});
  CHECK(f.records("activity")[0]["title"] == "mới");
}

TEST_CASE("centre/load: a record made here is not changed by a loaded one of the same id",
          "[centre][load][local]") {
  CentreFixture f;
  f.edit("activity", kFirstId, "title", Value("ở đây"), f.instant("2026-03-01T00:00:00Z"));
  f.load_lines("activities.jsonl", {activity(kFirst, 3, "2026-01-01T00:00:00Z", "ở kia")});
  CHECK(f.records("activity")[0]["title"] == "ở đây");
  CHECK(f.records("activity", "2026-02-01T00:00:00Z")[0]["title"] == "ở kia");
}

TEST_CASE("centre/load: units, periods, forms and code lists get ids of their natural keys",
          "[centre][load]") {
  CentreFixture f;
  const TempFolder folder;
  folder.write("org_units.csv",
               "\xEF\xBB\xBFunit_id,version,name,type,valid_from,valid_to,note\r\n"
               "U-01,1,\"Bệnh viện \"\"A\"\", cơ sở 1\",CDCS,2021-01-01,,\"hai\ndòng\"\r\n"
               "U-02,1,B,CDCS,2021-02-30,,\r\n"
               "U-03,1,thiếu cột\r\n"
               "U-04,1,D,CDCS,2021-01-01,,\r\n");
  folder.write("periods.json", R"([{"code":"2026-FY","year":2026,"kind":"FY","start":"2026-01-01",
                                   "end":"2026-12-31","lock_at":"2027-01-30T10:00:00Z"},
                                  {"code":5}])");
  folder.write("survey_forms.json",
               R"({"forms":[{"form_id":"KS","version":2,"questions":[{"id":"q"}]}]})");
  folder.write("codes.json", R"({"topic":[{"code":"T1"}],
                                "role":[{"code":"X"}]})");
  const LoadReport report = f.load(folder.path());
  CHECK(codes(report.problems) == std::vector<std::string>{"bad_date", "bad_csv", "wrong_type"});
  CHECK(report.problems[0].line == 4);
  CHECK(report.problems[1].line == 5);
  CHECK(report.problems[2].line == 3);
  const json units = f.records("org_unit");
  REQUIRE(units.size() == 2);
  const json& unit = units[units[0]["unit_id"] == "U-01" ? 0 : 1];
  CHECK(unit["id"] == make_uuid_v5(f.keys.centre_id, "org_unit/U-01/1").text());
  CHECK(unit["name"] == "Bệnh viện \"A\", cơ sở 1");
  CHECK(unit["org_type"] == "CDCS");
  CHECK(unit["valid_to"].is_null());
  CHECK(unit["note"] == "hai\ndòng");
  CHECK(f.records("period")[0]["lock_at"] == "2027-01-30T10:00:00Z");
  CHECK(f.records("form")[0]["questions"] == json::parse(R"([{"id":"q"}])"));
  CHECK(f.records("code_list").size() == 2);
  CHECK(f.load(folder.path()).stored == 0);
}

TEST_CASE("centre/load: a definition that changed becomes the next version", "[centre][load]") {
  CentreFixture f;
  const TempFolder folder;
  folder.write("periods.json", R"([{"code":"2026-H1","lock_at":null}])");
  f.load(folder.path());
  folder.write("periods.json", R"([{"code":"2026-H1","lock_at":"2026-07-30T10:00:00Z"}])");
  f.load(folder.path());
  CHECK(f.records("period")[0]["lock_at"] == "2026-07-30T10:00:00Z");
  CHECK(f.records("period")[0]["_meta"]["rev"] == 2);
}

TEST_CASE("centre/load: a version of another unit moves the record there", "[centre][load]") {
  CentreFixture f;
  json moved = activity(kFirst, 2, "2026-02-01T00:00:00Z", "a");
  moved["unit_id"] = "U-02";
  f.load_lines("activities.jsonl", {activity(kFirst, 1, "2026-01-01T00:00:00Z", "a")});
  f.load_lines("activities.jsonl", {moved});  // the fixture verifies the heads of both scopes
  CHECK(f.records("activity")[0]["_meta"]["scope"] == "unit/U-02");
  CHECK(f.store->head("unit/U-01")->rows == 1);  // the marker that tells its readers to forget it
}

TEST_CASE("centre/load: a folder without known files, or no folder, is refused", "[centre][load]") {
  CentreFixture f;
  const TempFolder folder;
  CHECK(load_folder(f.centre, folder.path(), kNow, {}).status().name() == "no_known_files");
  CHECK(load_folder(f.centre, folder.path() + "/none", kNow, {}).status().name() == "no_folder");
}

TEST_CASE("centre/load: a load of many batches stores all of its lines", "[centre][load]") {
  CentreFixture f;
  std::vector<json> lines;
  for (int i = 0; i < 2500; ++i) {
    lines.push_back(activity("x" + std::to_string(i), 1, "2026-01-01T00:00:00Z", "t"));
  }
  std::vector<std::uint64_t> steps;
  const TempFolder folder;
  std::string text;
  for (const json& line : lines) text += line.dump() + "\n";
  folder.write("activities.jsonl", text);
  const auto report = load_folder(f.centre, folder.path(), kNow,
                                  [&](const std::string&, std::uint64_t n) { steps.push_back(n); });
  REQUIRE(report.ok());
  CHECK(report->stored == 2500);
  CHECK(steps == std::vector<std::uint64_t>{1000, 2000, 2500});
  CHECK(f.records("activity").size() == 2500);
  CHECK(f.store->verify().ok());
}

}  // namespace nhip::server
