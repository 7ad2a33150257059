// Refusals in the person's language.
#include <catch2/catch.hpp>
#include <string>

#include "messages.h"

namespace nhip::cli {
namespace {

// What the engine says in English, as any refusal would carry it.
Status refusal(Code code, const std::string& name) {
  return Status(code, name, "english words", "english advice");
}

}  // namespace

TEST_CASE("client_cli/errors: refused files say in Vietnamese what they are and what to do",
          "[client_cli]") {
  for (const char* name :
       {"bundle_cut",      "bundle_damaged",   "bundle_forged", "not_a_bundle",  "not_an_answer",
        "other_centre",    "other_replica",    "newer_bundle",  "not_a_replica", "not_a_database",
        "newer_replica",   "replica_upgraded", "other_schema",  "no_key",        "no_replica",
        "disk_full",       "read_only",        "io_error",      "in_use",        "needs_lead",
        "record_too_large"}) {
    INFO(name);
    const ErrorText text = describe(Language::kVietnamese, refusal(Code::kInternal, name));
    CHECK(text.message.find("english") == std::string::npos);
    CHECK(text.message != describe(Language::kVietnamese, refusal(Code::kInternal, "")).message);
    CHECK(text.hint.find("english") == std::string::npos);
    CHECK(text.hint.size() > 5);
  }
}

TEST_CASE("client_cli/errors: where the engine names the field, its words stay", "[client_cli]") {
  const ErrorText text = describe(
      Language::kVietnamese, Status(Code::kVersion, "incompatible_schema", "activity.title", ""));
  CHECK(text.message ==
        "Chương trình này mô tả bản ghi khác với dữ liệu trên máy. (activity.title)");
}

TEST_CASE("client_cli/errors: a name without a sentence of its own gets its kind's and the details",
          "[client_cli]") {
  const ErrorText text =
      describe(Language::kVietnamese, Status(Code::kDiskFull, "never_seen", "47 bytes", ""));
  CHECK(text.message == "Ổ đĩa đã đầy; chưa lưu được gì. (47 bytes)");
}

}  // namespace nhip::cli
