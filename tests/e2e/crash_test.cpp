// Sudden ends: whatever is killed in whatever moment, nothing that was acknowledged is missing.
#include <catch2/catch.hpp>

#include <signal.h>

#include <random>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kRounds = 6;
constexpr int kRecordsPerRound = 40;

std::string lines_of_round(int round) {
  std::string lines;
  for (int i = 0; i < kRecordsPerRound; ++i) {
    lines +=
        Json{{"title", "Vòng " + std::to_string(round) + " số " + std::to_string(i)}}.dump() + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("e2e/crash: what the centre acknowledged survives kill -9 of both sides", "[e2e][I9]") {
  const unsigned seed = seed_or(7);
  INFO("NHIP_SEED=" << seed);
  std::mt19937 random(seed);
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  std::size_t entered = 0;
  for (int round = 0; round < kRounds; ++round) {
    REQUIRE(device.ask({"import", "activity", "-"}, lines_of_round(round)).at("stored") ==
            kRecordsPerRound);
    entered += kRecordsPerRound;
    {
      Process syncing = device.start({"sync", "--server", stage.url()});
      // Into a random moment of the exchange; it may also have ended by then.
      wait_until([&] { return !syncing.running(); }, milliseconds(random() % 60));
      stage.crash();
      syncing.signal(SIGKILL);
      syncing.wait(seconds(10));
    }
    const std::size_t pending = device.ask({"status"}).at("pending");
    CHECK(device.records("activity").size() == entered);
    CHECK(stage.records("activity", "U-01").size() >= entered - pending);
    stage.serve();
  }
  device.sync();
  CHECK(stage.records("activity", "U-01") == device.records("activity"));
  CHECK(device.records("activity").size() == entered);
  CHECK(device.ask({"status"}).at("synced") == true);
}

TEST_CASE("e2e/crash: a record that was stored survives kill -9 of the client", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const std::string file = stage.path("many.jsonl");
  write_file(file, lines_of_round(0) + lines_of_round(1) + lines_of_round(2));
  Process importing = device.start({"import", "activity", file});
  wait_until([&] { return !device.records("activity").empty() || !importing.running(); },
             seconds(30));
  const Json seen = device.records("activity");
  importing.signal(SIGKILL);
  importing.wait(seconds(10));
  const Json after = device.records("activity");
  CHECK(after.size() >= seen.size());
  CHECK(device.ask({"status"}).at("pending") == after.size());
  device.sync();
  CHECK(stage.records("activity", "U-01") == after);
}

TEST_CASE("e2e/crash: an interrupted sync goes on where it was", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  std::string lines;
  for (int round = 0; round < 5; ++round) lines += lines_of_round(round);
  device.ask({"import", "activity", "-"}, lines);
  const Json first = device.ask({"sync", "--server", stage.url(), "--budget", "20000"});
  CHECK(first.at("bytes_up").get<int>() + first.at("bytes_down").get<int>() <= 20000);
  const std::size_t pending = device.ask({"status"}).at("pending");
  CHECK(pending < 5 * kRecordsPerRound);
  const Json rest = device.sync();
  CHECK(rest.at("sent") == pending);
  CHECK(stage.records("activity", "U-01") == device.records("activity"));
}

}  // namespace nhip::test
