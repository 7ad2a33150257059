// Syncs by file: as good as a connection, whatever happens to the files on their way.
#include "centre/bundle.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void write(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::string out_file(Fleet& fleet) { return fleet.folder + "/out.nhipbundle"; }
std::string in_file(Fleet& fleet) { return fleet.folder + "/in.nhipbundle"; }

void carry_out(Fleet& fleet, Member& member) {
  fleet.advance(1000);
  const auto report = bundle_out(member.replica(), out_file(fleet));
  INFO(report.status().name() << ": " << report.status().message());
  REQUIRE(report.ok());
}

server::BundleOutcome at_centre(Fleet& fleet) {
  fleet.advance(86'400'000);
  auto outcome = server::take_bundle(*fleet.centre, read(out_file(fleet)), fleet.now_ms);
  INFO(outcome.status().name() << ": " << outcome.status().message());
  REQUIRE(outcome.ok());
  write(in_file(fleet), outcome->answer);
  return *outcome;
}

Result<BundleReport> try_in(Fleet& fleet, Member& member) {
  return bundle_in(member.replica(), in_file(fleet));
}

BundleReport carry_in(Fleet& fleet, Member& member) {
  const auto report = try_in(fleet, member);
  INFO(report.status().name() << ": " << report.status().message());
  REQUIRE(report.ok());
  return *report;
}

BundleReport round_trip(Fleet& fleet, Member& member) {
  carry_out(fleet, member);
  at_centre(fleet);
  return carry_in(fleet, member);
}

}  // namespace

TEST_CASE("fleet: a bundle carries work both ways as a connection does", "[fleet][bundle]") {
  Pair pair;
  pair.b.put("activity", kActivity);
  settle({&pair.b});
  pair.a.put("activity", kActivity);
  const BundleReport report = round_trip(pair.fleet, pair.a);
  CHECK(report.applied);
  CHECK(report.complete);
  CHECK(report.verified);
  CHECK(report.operations == 1);
  CHECK(report.received == 1);
  CHECK(pair.a.status().pending == 0);
  CHECK(pair.a.status().synced);
  CHECK(pair.a.list("activity") == pair.fleet.records("activity"));
  CHECK(pair.a.list("activity").size() == 3);
  pair.settle_and_compare();
}

TEST_CASE("fleet: a bundle that comes twice, or after a newer sync, has its effect once",
          "[fleet][bundle][I4]") {
  Pair pair;
  pair.a.put("activity", kActivity);
  carry_out(pair.fleet, pair.a);
  at_centre(pair.fleet);
  CHECK(at_centre(pair.fleet).repeated == 1);
  const bool online_between = GENERATE(true, false);
  if (online_between) {
    pair.a.put("activity", kActivity);
    settle({&pair.a});
    pair.a.put("activity", kActivity);
    settle({&pair.a});
    const server::BundleOutcome late = at_centre(pair.fleet);
    CHECK(late.refused.empty());
    CHECK(late.accepted == 0);
    CHECK_FALSE(carry_in(pair.fleet, pair.a).applied);
  } else {
    CHECK(carry_in(pair.fleet, pair.a).applied);
    CHECK_FALSE(carry_in(pair.fleet, pair.a).applied);
  }
  pair.settle_and_compare();
  CHECK(pair.fleet.records("activity").size() == (online_between ? 4U : 2U));
  auto replicas = pair.fleet.store->replicas();
  REQUIRE(replicas.ok());
  CHECK(replicas->size() == 2);
}

TEST_CASE("fleet: a cut bundle and a damaged one are told apart, and nothing of them is used",
          "[fleet][bundle]") {
  Pair pair;
  pair.a.put("activity", kActivity);
  carry_out(pair.fleet, pair.a);
  const Bytes whole = read(out_file(pair.fleet));
  for (std::size_t size = 1; size < whole.size(); size += 37) {
    const auto cut =
        server::take_bundle(*pair.fleet.centre, std::span(whole).first(size), pair.fleet.now_ms);
    CHECK(cut.status().name() == "bundle_cut");
  }
  for (std::size_t at = 16; at < whole.size(); at += 41) {
    Bytes damaged = whole;
    damaged[at] ^= 0x20;
    const auto refused = server::take_bundle(*pair.fleet.centre, damaged, pair.fleet.now_ms);
    CHECK(refused.status().name() == "bundle_damaged");
  }
  const auto foreign =
      server::take_bundle(*pair.fleet.centre, crypto::as_bytes("PK\x03\x04"), pair.fleet.now_ms);
  CHECK(foreign.status().name() == "not_a_bundle");
  CHECK(pair.fleet.records("activity").size() == 1);
  at_centre(pair.fleet);
  const Bytes answer = read(in_file(pair.fleet));
  write(in_file(pair.fleet), Bytes(answer.begin(), answer.end() - 9));
  CHECK(try_in(pair.fleet, pair.a).status().name() == "bundle_cut");
  write(in_file(pair.fleet), whole);
  CHECK(try_in(pair.fleet, pair.a).status().name() == "not_an_answer");
  CHECK(pair.a.status().pending == 1);
  write(in_file(pair.fleet), answer);
  CHECK(carry_in(pair.fleet, pair.a).complete);
}

TEST_CASE("fleet: bundles go to their own centre and their own device only", "[fleet][bundle]") {
  Pair pair;
  Fleet elsewhere;
  elsewhere.keys->centre_id = *Id::parse("1f0e0d0c-0b0a-4908-8706-050403020100");
  carry_out(pair.fleet, pair.a);
  const auto other =
      server::take_bundle(*elsewhere.centre, read(out_file(pair.fleet)), elsewhere.now_ms);
  CHECK(other.status().name() == "other_centre");
  at_centre(pair.fleet);
  CHECK(try_in(pair.fleet, pair.b).status().name() == "other_replica");
}

TEST_CASE("fleet: rejected work comes back in the answer bundle with its reason",
          "[fleet][bundle][I17]") {
  Pair pair;
  pair.a.put("activity", R"({"title":"của đơn vị khác","unit_id":"U-02","category":"TE01"})");
  const BundleReport report = round_trip(pair.fleet, pair.a);
  CHECK(report.rejected == 1);
  CHECK(pair.a.status().rejected == 1);
  CHECK_FALSE(pair.a.status().synced);
}

TEST_CASE("fleet: a new device is filled from a bundle instead of the network", "[fleet][bundle]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  for (int batch = 0; batch < 4; ++batch) {
    REQUIRE(a.replica()
                .write([&](Transaction& txn) -> Status {
                  for (int i = 0; i < 900; ++i) NHIP_TRY(txn.put("activity", kActivity).status());
                  return {};
                })
                .ok());
  }
  settle({&a});
  Member& fresh = fleet.add("U-01");
  const BundleReport report = round_trip(fleet, fresh);
  CHECK(report.complete);
  CHECK(report.verified);
  CHECK(fresh.list("activity").size() == 3600);
  CHECK(fresh.list("activity") == a.list("activity"));
}

TEST_CASE("fleet: much work goes into one bundle whatever its size", "[fleet][bundle]") {
  Pair pair;
  const std::string text(30'000, 'x');
  for (int i = 0; i < 60; ++i)
    pair.a.put("activity", R"({"title":"Dài","category":"TE01","notes":")" + text + "\"}");
  CHECK(round_trip(pair.fleet, pair.a).complete);
  CHECK(pair.fleet.records("activity").size() == 61);
  pair.settle_and_compare();
}

TEST_CASE("fleet: a copy that only knows bundles takes its own name too",
          "[fleet][bundle][copies]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  copy.put("activity", kActivity);
  CHECK_FALSE(round_trip(pair.fleet, copy).complete);
  CHECK(round_trip(pair.fleet, copy).complete);
  CHECK(pair.fleet.records("activity").size() == 3);
  settle({&pair.a, &pair.b, &copy});
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
}

TEST_CASE("fleet: a restored centre is filled by bundles alone", "[fleet][bundle][restore]") {
  Pair pair;
  const auto backup = pair.fleet.backup();
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  pair.fleet.restore(*backup);
  pair.a.put("activity", kActivity);
  int trips = 1;
  while (!round_trip(pair.fleet, pair.a).complete) REQUIRE(++trips <= 6);
  CHECK(pair.fleet.records("activity").size() == 3);
  pair.settle_and_compare();
}
