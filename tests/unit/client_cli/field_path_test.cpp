// Values given on the command line.
#include "field_path.h"

#include <catch2/catch.hpp>

namespace nhip::cli {
namespace {

// The object that these assignments make; null when one is refused.
Json object_of(std::initializer_list<const char*> arguments) {
  Json object = Json::object();
  for (const char* argument : arguments) {
    const auto assignment = parse_assignment(argument);
    if (!assignment || !assign(object, *assignment)) return {};
  }
  return object;
}

bool record_matches(const char* record, const char* condition) {
  return matches(nlohmann::json::parse(record), parse_assignment(condition).value());
}

}  // namespace

TEST_CASE("client_cli/path: dotted paths become nested objects", "[client_cli]") {
  CHECK(object_of({"funding.union=500000", "funding.other=0", "title=Tết"}) ==
        Json::parse(R"({"funding":{"union":500000,"other":0},"title":"Tết"})"));
}

TEST_CASE("client_cli/path: a value is JSON if it parses, else text", "[client_cli]") {
  CHECK(value_from_text("12") == Json(12));
  CHECK(value_from_text("true") == Json(true));
  CHECK(value_from_text("null") == Json());
  CHECK(value_from_text("[\"T1\",\"T2\"]") == Json({"T1", "T2"}));
  CHECK(value_from_text("\"12\"") == Json("12"));
  CHECK(value_from_text("Hội trường") == Json("Hội trường"));
  CHECK(value_from_text("01/06") == Json("01/06"));
  CHECK(value_from_text("") == Json(""));
}

TEST_CASE("client_cli/path: the first equals sign divides", "[client_cli]") {
  CHECK(object_of({"note=a=b"}) == Json::parse(R"({"note":"a=b"})"));
}

TEST_CASE("client_cli/path: what is no assignment is refused", "[client_cli]") {
  for (const char* argument : {"", "title", "=1", ".a=1", "a.=1", "a..b=1"}) {
    INFO(argument);
    CHECK_FALSE(parse_assignment(argument));
  }
}

TEST_CASE("client_cli/path: a field named twice is refused, either way round", "[client_cli]") {
  CHECK(object_of({"a=1", "a=2"}).is_null());
  CHECK(object_of({"a=1", "a.b=2"}).is_null());
  CHECK(object_of({"a.b=2", "a=1"}).is_null());
}

TEST_CASE("client_cli/path: a condition compares JSON values and texts", "[client_cli]") {
  const char* record =
      R"({"title":"Tết","n":12,"ok":true,"funding":{"union":5},"code":"12","topics":["T1"]})";
  CHECK(record_matches(record, "title=Tết"));
  CHECK(record_matches(record, "title=\"Tết\""));
  CHECK(record_matches(record, "n=12"));
  CHECK(record_matches(record, "ok=true"));
  CHECK(record_matches(record, "funding.union=5"));
  CHECK(record_matches(record, "code=12"));
  CHECK(record_matches(record, "topics=[\"T1\"]"));
  CHECK_FALSE(record_matches(record, "title=tết"));
  CHECK_FALSE(record_matches(record, "n=\"12\""));
  CHECK_FALSE(record_matches(record, "n=13"));
  CHECK_FALSE(record_matches(record, "ok=1"));
  CHECK_FALSE(record_matches(record, "topics=T1"));
}

TEST_CASE("client_cli/path: an absent field is null", "[client_cli]") {
  CHECK(record_matches(R"({"a":null})", "a=null"));
  CHECK(record_matches(R"({})", "a.b=null"));
  CHECK_FALSE(record_matches(R"({})", "a=1"));
  CHECK_FALSE(record_matches(R"({"a":"null"})", "b=x"));
}

TEST_CASE("client_cli/path: composed and decomposed letters are the same text", "[client_cli]") {
  CHECK(record_matches("{\"title\":\"B\xE1\xBB\x87nh\"}", "title=Be\xCC\xA3\xCC\x82nh"));
  CHECK(record_matches("{\"title\":\"Be\xCC\xA3\xCC\x82nh\"}", "title=B\xE1\xBB\x87nh"));
}

}  // namespace nhip::cli
