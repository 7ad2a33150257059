// Work carried as files, with the real programs: out, in and back, twice, cut, damaged, astray.
#include <catch2/catch.hpp>

#include <filesystem>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

namespace fs = std::filesystem;

Json activity(const std::string& title) { return {{"title", title}}; }

std::string lines(const std::string& name, int count) {
  std::string text;
  for (int n = 0; n < count; ++n) text += activity(name + " " + std::to_string(n)).dump() + "\n";
  return text;
}

Finished bundle_in(const Stage& stage, const std::string& file, const std::string& reply) {
  return stage.run_central({"bundle", "in", file, "--reply", reply});
}

// A device's whole state as people see it.
Json seen_by(const Device& device) {
  return {{"records", device.records("activity")},
          {"pending", device.ask({"status"}).at("pending")},
          {"rejected", device.ask({"rejected"})}};
}

}  // namespace

TEST_CASE("e2e/bundle: a bundle is as good as a connection, also when it comes twice",
          "[e2e][bundle]") {
  const bool serving = GENERATE(true, false);
  CAPTURE(serving);
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  const Device b = stage.enrol("b", "U-01");
  b.put("activity", activity("của b"));
  b.sync();
  if (!serving) stage.stop();
  const std::string out = stage.path("out.nhip");
  const std::string reply = stage.path("reply.nhip");
  a.ask({"import", "activity", "-"}, lines("a", 30));
  CHECK(a.ask({"bundle", "out", out}).at("operations") == 30);
  const std::string later = a.put("activity", activity("sau khi ghi gói"));
  const Finished taken = bundle_in(stage, out, reply);
  INFO(taken.out << taken.err);
  REQUIRE(taken.exit_code == 0);
  CHECK(Json::parse(taken.out).at("accepted") == 30);
  const Finished again = bundle_in(stage, out, stage.path("second.nhip"));
  REQUIRE(again.exit_code == 0);
  CHECK(Json::parse(again.out).at("accepted") == 0);
  CHECK(Json::parse(again.out).at("repeated") == 30);
  CHECK(stage.records("activity", "U-01").size() == 31);
  CHECK(a.ask({"bundle", "in", reply}).at("applied") == true);
  CHECK(a.ask({"status"}).at("pending") == 1);
  CHECK(a.records("activity").size() == 32);
  // The same answer, and the answer to the file that came twice.
  const Json seen = seen_by(a);
  CHECK(a.run({"bundle", "in", reply}).exit_code == 0);
  CHECK(a.run({"bundle", "in", stage.path("second.nhip")}).exit_code == 0);
  CHECK(seen_by(a) == seen);
  if (!serving) stage.serve();
  a.sync();
  b.sync();
  CHECK(stage.records("activity", "U-01").size() == 32);
  CHECK(b.records("activity").contains(later));
  CHECK(a.records("activity") == b.records("activity"));
}

TEST_CASE("e2e/bundle: a bundle that is not right is refused by name and changes nothing",
          "[e2e][bundle]") {
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  const Device b = stage.enrol("b", "U-01");
  Stage other;
  other.serve();
  const Device far = other.enrol("far", "U-01");
  const auto out = [](const Stage& at, const Device& device, const std::string& name) {
    device.put("activity", activity("trong gói"));
    device.ask({"bundle", "out", at.path(name)});
    return at.path(name);
  };
  const std::string asked = out(stage, a, "a.nhip");
  const std::string asked_b = out(stage, b, "b.nhip");
  const std::string asked_far = out(other, far, "far.nhip");
  const std::string answer = stage.path("answer.nhip");
  const std::string answer_b = stage.path("answer-b.nhip");
  const std::string answer_far = other.path("answer.nhip");
  REQUIRE(bundle_in(stage, asked_b, answer_b).exit_code == 0);
  REQUIRE(bundle_in(other, asked_far, answer_far).exit_code == 0);
  const std::string bad = stage.path("bad.nhip");
  const std::string none = stage.path("none.nhip");
  const Json before = stage.records("activity", "U-01");
  const Json seen = seen_by(a);
  const auto at_centre = [&](const std::string& bytes) {
    write_file(bad, bytes);
    const Refusal refusal = refusal_of(bundle_in(stage, bad, none));
    CHECK_FALSE(fs::exists(none));
    return refusal;
  };
  const auto at_device = [&](const std::string& bytes) {
    write_file(bad, bytes);
    return refusal_of(a.run({"bundle", "in", bad}));
  };
  const std::string whole = read_file(asked);
  for (const std::size_t size : {std::size_t{9}, whole.size() / 2, whole.size() - 1}) {
    CHECK(at_centre(whole.substr(0, size)) == Refusal{3, "bundle_cut"});
  }
  for (const std::size_t place : {std::size_t{20}, whole.size() / 2, whole.size() - 1}) {
    std::string flipped = whole;
    flipped[place] ^= 1;
    CHECK(at_centre(flipped) == Refusal{3, "bundle_damaged"});
  }
  CHECK(at_centre(whole + "x") == Refusal{3, "bundle_damaged"});
  CHECK(at_centre("") == Refusal{3, "not_a_bundle"});
  CHECK(at_centre("một tệp khác") == Refusal{3, "not_a_bundle"});
  CHECK(at_centre(read_file(asked_far)) == Refusal{5, "other_centre"});
  CHECK(at_centre(read_file(answer_b)) == Refusal{3, "not_a_request"});
  CHECK(refusal_of(bundle_in(stage, stage.path("nowhere"), none)) == Refusal{3, "no_file"});
  CHECK(stage.records("activity", "U-01") == before);

  const std::string foreign = read_file(answer_b);
  CHECK(at_device(foreign) == Refusal{5, "other_replica"});
  CHECK(at_device(read_file(answer_far)) == Refusal{5, "other_centre"});
  CHECK(at_device(whole) == Refusal{3, "not_an_answer"});
  CHECK(at_device(foreign.substr(0, foreign.size() / 2)) == Refusal{3, "bundle_cut"});
  std::string flipped = foreign;
  flipped[flipped.size() / 2] ^= 1;
  CHECK(at_device(flipped) == Refusal{3, "bundle_damaged"});
  CHECK(refusal_of(a.run({"bundle", "in", stage.path("nowhere")})) == Refusal{3, "no_file"});
  CHECK(seen_by(a) == seen);

  REQUIRE(bundle_in(stage, asked, answer).exit_code == 0);
  CHECK(a.ask({"bundle", "in", answer}).at("applied") == true);
  CHECK(a.ask({"status"}).at("pending") == 0);
  CHECK(a.records("activity") == stage.records("activity", "U-01"));
}

}  // namespace nhip::test
