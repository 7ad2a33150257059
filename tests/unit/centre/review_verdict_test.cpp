// The office's verdict: who gets it, what it says, and that the past stays as it was.
#include "centre/review_verdict.h"

#include "centre_fixture.h"

namespace nhip::server {
namespace {

const std::string kId = "7c0d4f7e-1111-4000-8000-000000000001";

struct ReviewedCentre : CentreFixture {
  ReviewedCentre() {
    load_lines("reports.jsonl", {{{"id", kId},
                                  {"unit_id", "U-01"},
                                  {"rev", 1},
                                  {"received_at", "2026-07-01T00:00:00Z"},
                                  {"period", "2026-H1"},
                                  {"status", "SUBMITTED"},
                                  {"review_status", "SUBMITTED"},
                                  {"submitted_at", "2026-07-01T00:00:00Z"}}});
  }
  Status verdict(bool approve, const std::string& reason = "") {
    return give_verdict(centre, {"report", kId, approve, reason}, kNow);
  }
  json report() { return records("report")[0]; }
};

}  // namespace

TEST_CASE("centre: a returned report says why, and an approved one says so in both states") {
  ReviewedCentre centre;
  REQUIRE(centre.verdict(false, "Thiếu số liệu nền").ok());
  CHECK(centre.report()["review_status"] == "RETURNED");
  CHECK(centre.report()["status"] == "RETURNED");
  CHECK(centre.report()["review_note"] == "Thiếu số liệu nền");
  REQUIRE(centre.verdict(true).ok());
  CHECK(centre.report()["review_status"] == "APPROVED");
  CHECK(centre.report()["status"] == "ACCEPTED");
  CHECK(centre.report()["review_note"].is_null());
  CHECK(centre.records("report", "2026-12-31T00:00:00Z")[0]["status"] == "SUBMITTED");
  CHECK(centre.store->verify().ok());
}

TEST_CASE("centre: the same verdict again is no new version") {
  ReviewedCentre centre;
  REQUIRE(centre.verdict(true).ok());
  const json once = centre.report();
  REQUIRE(centre.verdict(true).ok());
  CHECK(centre.report() == once);
}

TEST_CASE("centre: a return needs a reason, and a draft or an unknown record gets no verdict") {
  ReviewedCentre centre;
  CHECK(centre.verdict(false).name() == "no_reason");
  centre.edit("report", *Id::parse(kId), "review_status", Value("DRAFT"), kNow);
  CHECK(centre.verdict(true).name() == "not_submitted");
  CHECK(give_verdict(centre.centre, {"report", "x", true, ""}, kNow).name() == "no_record");
  CHECK(give_verdict(centre.centre, {"period", kId, true, ""}, kNow).name() == "not_reviewed");
  CHECK(give_verdict(centre.centre, {"nothing", kId, true, ""}, kNow).name() == "unknown_type");
}

TEST_CASE("centre: after an edit on a device a verdict leaves what was known before it") {
  ReviewedCentre centre;
  centre.edit("report", *Id::parse(kId), "doc_no", Value("5/BC-CĐCS"), kNow - 1000);
  REQUIRE(centre.verdict(false, "Thiếu").ok());
  CHECK(centre.report()["doc_no"] == "5/BC-CĐCS");
  CHECK(centre.report()["review_status"] == "RETURNED");
  CHECK(centre.records("report", iso_text(kNow - 1000))[0]["review_status"] == "SUBMITTED");
}

}  // namespace nhip::server
