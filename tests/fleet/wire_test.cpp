// How device and centre agree on an encoding, with every pair of versions, and what their words
// cost.
#include <catch2/catch.hpp>

#include "protocol/encoding.h"
#include "protocol/envelope.h"
#include "protocol/json_encoding.h"
#include "support/fleet.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr const char* kActivity =
    R"({"title":"Tọa đàm về phòng, chống bạo lực gia đình cho đoàn viên","category":"TE02",)"
    R"("start_date":"2026-06-01","end_date":"2026-06-01","place":"Hội trường tầng 3",)"
    R"("status":"DONE","organiser_level":"CDCS","attendance_mode":"HEADCOUNT",)"
    R"("reached":{"officials":12,"families":140,"children":37},)"
    R"("funding":{"union":4500000,"employer":2000000},"gifts_count":60})";

// What went over the wire, as it went.
class Watched final : public Transport {
 public:
  explicit Watched(Transport& inner) : inner_(inner) {}
  Result<Response> send(const Request& request) override {
    requests.push_back(request);
    Request changed = request;
    if (change) change(changed);
    if (refuse) {
      if (auto refusal = refuse(changed)) return *refusal;
    }
    auto answer = inner_.send(changed);
    if (answer.ok()) answers.push_back(*answer);
    return answer;
  }
  void cancel() override {}

  bool asked_binary(std::size_t which) const {
    return requests.at(which).content_type == protocol::kBinaryType &&
           protocol::is_envelope(requests.at(which).body);
  }
  // Of the answer's message, whatever is around it.
  bool answered_binary(std::size_t which) const {
    const auto opened = protocol::open_answer(answers.at(which).body);
    return protocol::encoding_of(opened ? opened->message : answers.at(which).body) ==
           protocol::Encoding::kBinary;
  }

  std::vector<Request> requests;
  std::vector<Response> answers;
  std::function<void(Request&)> change;
  std::function<std::optional<Response>(const Request&)> refuse;

 private:
  Transport& inner_;
};

void must_sync(Member& member, Transport& transport, bool json = false) {
  SyncOptions options;
  options.json = json;
  const auto report = nhip::sync(member.replica(), transport, options);
  INFO(report.status().message());
  REQUIRE(report.ok());
  REQUIRE(report->verified);
}

// What a centre from before the binary encoding does with it.
std::optional<Response> as_before(const Request& request) {
  if (request.content_type != protocol::kBinaryType) return std::nullopt;
  Response refusal;
  refusal.status = 415;
  const std::string_view text = R"({"error":{"code":"unsupported_type","message":"no"}})";
  refusal.body.assign(text.begin(), text.end());
  return refusal;
}

}  // namespace

TEST_CASE("fleet/wire: both sides speak binary from the first sync on", "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Watched wire(a.transport);
  a.put("activity", kActivity);
  must_sync(a, wire);
  REQUIRE_FALSE(wire.requests.empty());
  for (std::size_t i = 0; i < wire.requests.size(); ++i) {
    CHECK(wire.asked_binary(i));
    CHECK(wire.answered_binary(i));
    CHECK(wire.requests[i].authorization.empty());
    CHECK(wire.answers[i].signature.empty());
  }
  CHECK(fleet.records("activity").size() == 1);
}

TEST_CASE("fleet/wire: who asks in JSON alone is answered in JSON", "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Watched wire(a.transport);
  a.put("activity", kActivity);
  must_sync(a, wire, true);
  for (std::size_t i = 0; i < wire.requests.size(); ++i) {
    CHECK(wire.requests[i].body.front() == '{');
    CHECK(wire.requests[i].accept.empty());
    CHECK_FALSE(wire.answered_binary(i));
  }
  CHECK(fleet.records("activity").size() == 1);
}

TEST_CASE("fleet/wire: a device enrolled before learns from the first answer", "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sql("DELETE FROM _nhip_setting WHERE name='binary'");
  a.reopen();
  Watched wire(a.transport);
  must_sync(a, wire);
  CHECK(wire.requests.at(0).body.front() == '{');
  CHECK(wire.requests.at(0).accept == protocol::kBinaryType);
  CHECK(wire.answered_binary(0));
  const std::size_t first = wire.requests.size();
  must_sync(a, wire);
  CHECK(wire.requests.size() == first + 1);
  CHECK(wire.asked_binary(first));
}

TEST_CASE("fleet/wire: a centre of before gets JSON, and binary again once it was updated",
          "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.put("activity", kActivity);
  Watched wire(a.transport);
  wire.refuse = as_before;
  wire.change = [](Request& request) { request.accept.clear(); };
  must_sync(a, wire);
  CHECK(wire.asked_binary(0));  // the one round trip it costs to be told
  for (std::size_t i = 1; i < wire.requests.size(); ++i)
    CHECK(wire.requests[i].body.front() == '{');
  CHECK(fleet.records("activity").size() == 1);

  const std::size_t later = wire.requests.size();
  must_sync(a, wire);
  CHECK(wire.requests.size() == later + 1);
  CHECK(wire.requests[later].body.front() == '{');

  wire.refuse = {};
  wire.change = {};
  must_sync(a, wire);
  must_sync(a, wire);
  CHECK(wire.asked_binary(wire.requests.size() - 1));
}

TEST_CASE("fleet/wire: a dictionary that the centre does not have is done without",
          "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.put("activity", kActivity);
  Watched wire(a.transport);
  wire.refuse = [&](const Request& request) -> std::optional<Response> {
    const auto opened = protocol::open_request(request.body);
    if (!opened || opened->message[4] == 0) return std::nullopt;
    const Bytes body = protocol::encode_json(
        protocol::ErrorAnswer{"unknown_dictionary", "not known", "send it without one"});
    const Bytes text =
        protocol::answer_text(426, opened->proof.replica, opened->proof.counter, body);
    Response refusal;
    refusal.status = 426;
    refusal.body = protocol::put_in_envelope(fleet.keys->signing.sign(text), body);
    return refusal;
  };
  must_sync(a, wire);
  CHECK(wire.asked_binary(0));
  for (std::size_t i = 1; i < wire.requests.size(); ++i) {
    REQUIRE(wire.asked_binary(i));
    CHECK(protocol::open_request(wire.requests[i].body)->message[4] == 0);
    CHECK(wire.answered_binary(i - 1));
  }
  CHECK(fleet.records("activity").size() == 1);
}

TEST_CASE("fleet/wire: a stranger who refuses the encoding is no centre", "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("activity", kActivity);
  Watched wire(a.transport);
  wire.refuse = [](const Request&) -> std::optional<Response> {
    Response page;
    page.status = 415;
    return page;
  };
  SyncOptions options;
  options.patience_ms = 0;
  const auto report = nhip::sync(a.replica(), wire, options);
  CHECK(report.status().name() == "not_the_centre");
  CHECK(a.status().pending == 1);
  wire.refuse = {};
  must_sync(a, wire);
  CHECK(wire.asked_binary(wire.requests.size() - 1));
}

TEST_CASE("fleet/wire: a new record, edits and nothing at all cost a few bytes", "[fleet][wire]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  std::vector<Id> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(a.put("activity", kActivity));
  a.sync();
  a.sync();
  Watched wire(a.transport);
  must_sync(a, wire);
  REQUIRE(wire.requests.size() == 1);
  // Signature, name, counter, clock, epoch, token and three cursors.
  CHECK(wire.requests[0].body.size() <= 175);
  CHECK(wire.answers[0].body.size() <= 165);

  a.put("activity", kActivity);
  must_sync(a, wire);
  REQUIRE(wire.requests.size() == 2);
  CHECK(protocol::open_request(wire.requests[1].body)->message.size() <= 200);
  CHECK(wire.requests[1].body.size() <= 275);
  CHECK(wire.answers[1].body.size() <= 180);

  for (int i = 0; i < 20; ++i) {
    const std::string count = std::to_string(17 * i);
    a.edit("activity", ids[static_cast<std::size_t>(2 * i)], R"({"gifts_count":)" + count + "}");
  }
  must_sync(a, wire);
  REQUIRE(wire.requests.size() == 3);
  CHECK(wire.requests[2].body.size() + wire.answers[2].body.size() <= 20 * 50);
}
