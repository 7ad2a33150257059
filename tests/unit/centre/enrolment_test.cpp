// Enrolment: a code works once, for one device, in time; a lost answer costs nothing.
#include "centre_fixture.h"

#include "crypto/enrolment_code.h"
#include "protocol/json_encoding.h"

namespace nhip::server {
namespace {

constexpr std::int64_t kTtl = 72 * 3'600'000;

// A device that tries to enrol.
struct Newcomer {
  crypto::KeyPair keys = crypto::KeyPair::generate();
  Author replica{0xABCDEF0011223344, 1};
  std::string label = "phone";

  Bytes request(const CentreFixture& f, const std::string& code) const {
    protocol::EnrolRequest request;
    request.code = crypto::normalise_enrolment_code(code).value_or(code);
    request.public_key.assign(keys.public_key().begin(), keys.public_key().end());
    request.replica = replica;
    request.label = label;
    request.client = "test 1";
    const auto proof = keys.sign(crypto::as_bytes("nhip enrol v1" + request.code));
    request.proof.assign(proof.begin(), proof.end());
    return crypto::seal_to(f.keys.signing.public_key(), protocol::encode_json(request));
  }
};

std::string make(CentreFixture& f, const std::string& role = "field", std::int64_t now = kNow) {
  const auto made = make_code(f.centre, "U-01", role, "office's label", kTtl, now);
  INFO(made.status().name() << ": " << made.status().message());
  REQUIRE(made.ok());
  return made->code;
}

// The code with another secret behind its first four characters.
std::string guess(const std::string& code) {
  std::string text = *crypto::normalise_enrolment_code(code);
  text[6] = text[6] == '0' ? '1' : '0';
  return text;
}

std::string refusal(CentreFixture& f, const Bytes& request, std::int64_t now = kNow) {
  const auto done = enrol(f.centre, request, now);
  REQUIRE_FALSE(done.ok());
  CHECK(done.status().code() == Code::kUnauthenticated);
  return done.status().name();
}

}  // namespace

TEST_CASE("centre/enrolment: a code makes a device of its unit and role", "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  const auto done = enrol(f.centre, device.request(f, make(f)), kNow);
  REQUIRE(done.ok());
  CHECK(done->first.replica == device.replica);
  CHECK(done->second.unit_id == "U-01");
  CHECK(done->second.role == "field");
  CHECK(done->second.centre_id == f.keys.centre_id.text());
  CHECK(done->second.schema_json == f.centre.schema().source());
  const auto devices = f.store->devices();
  REQUIRE(devices->size() == 1);
  CHECK(devices->at(0).label == "phone");
  CHECK(f.store->replica(device.replica)->value().device_id == done->second.device_id);
}

TEST_CASE("centre/enrolment: a code names this server and no other", "[centre][enrolment]") {
  CentreFixture f;
  const std::string code = *crypto::normalise_enrolment_code(make(f));
  CHECK(crypto::code_names_server(code, f.keys.signing.public_key()));
  CHECK_FALSE(crypto::code_names_server(code, crypto::KeyPair::generate().public_key()));
}

TEST_CASE("centre/enrolment: a lost answer is given again to the same key", "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  const std::string code = make(f);
  const auto first = enrol(f.centre, device.request(f, code), kNow);
  const auto again = enrol(f.centre, device.request(f, code), kNow + 1000);
  REQUIRE(first.ok());
  REQUIRE(again.ok());
  CHECK(again->second.device_id == first->second.device_id);
  CHECK(f.store->devices()->size() == 1);
}

TEST_CASE("centre/enrolment: a code works for one device only", "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  Newcomer other;
  other.replica.replica += 1;
  const std::string code = make(f);
  REQUIRE(enrol(f.centre, device.request(f, code), kNow).ok());
  CHECK(refusal(f, other.request(f, code)) == "used_code");
  CHECK(f.store->devices()->size() == 1);
}

TEST_CASE("centre/enrolment: a code expires, also for the device that used it",
          "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  const std::string code = make(f);
  CHECK(refusal(f, device.request(f, code), kNow + kTtl) == "expired_code");
  REQUIRE(enrol(f.centre, device.request(f, code), kNow + kTtl - 1).ok());
  CHECK(refusal(f, device.request(f, code), kNow + kTtl) == "expired_code");
}

TEST_CASE("centre/enrolment: five wrong guesses end a code", "[centre][enrolment]") {
  const Newcomer device;
  for (const int guesses : {4, 5}) {
    CentreFixture f;
    const std::string code = make(f);
    for (int i = 0; i < guesses; ++i) {
      CHECK(refusal(f, device.request(f, guess(code))) == "wrong_code");
    }
    CHECK(enrol(f.centre, device.request(f, code), kNow).ok() == (guesses < 5));
  }
}

TEST_CASE("centre/enrolment: a guess after its use does not take the answer away",
          "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  const std::string code = make(f);
  REQUIRE(enrol(f.centre, device.request(f, code), kNow).ok());
  for (int i = 0; i < 6; ++i) refusal(f, device.request(f, guess(code)));
  CHECK(enrol(f.centre, device.request(f, code), kNow).ok());
}

TEST_CASE("centre/enrolment: a request that is not its sender's own is refused",
          "[centre][enrolment]") {
  CentreFixture f;
  Newcomer device;
  const std::string code = make(f);
  SECTION("sealed to another server") {
    CentreFixture other;
    CHECK(enrol(f.centre, device.request(other, code), kNow).status().name() == "bad_box");
  }
  SECTION("signed by another key") {
    const Newcomer thief;
    protocol::EnrolRequest request;
    request.code = *crypto::normalise_enrolment_code(code);
    request.public_key.assign(device.keys.public_key().begin(), device.keys.public_key().end());
    request.replica = device.replica;
    const auto proof = thief.keys.sign(crypto::as_bytes("nhip enrol v1" + request.code));
    request.proof.assign(proof.begin(), proof.end());
    const Bytes box = crypto::seal_to(f.keys.signing.public_key(), protocol::encode_json(request));
    CHECK(enrol(f.centre, box, kNow).status().name() == "bad_proof");
  }
  SECTION("bytes of no meaning") {
    CHECK(enrol(f.centre, Bytes(100, 7), kNow).status().code() == Code::kMalformed);
  }
  CHECK(f.store->devices()->empty());
}

TEST_CASE("centre/enrolment: a replica's identity belongs to one key", "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device, twin;
  REQUIRE(enrol(f.centre, device.request(f, make(f)), kNow).ok());
  CHECK(enrol(f.centre, twin.request(f, make(f)), kNow).status().name() == "replica_taken");
}

TEST_CASE("centre/enrolment: codes are made for known units and roles that hold a replica",
          "[centre][enrolment]") {
  CentreFixture f;
  const auto name = [&](const char* unit, const char* role) {
    return make_code(f.centre, unit, role, "", kTtl, kNow).status().name();
  };
  CHECK(name("U-01", "king") == "unknown_role");
  CHECK(name("U-01", "reader") == "role_without_replica");
  CHECK(name("", "field") == "unknown_unit");
  CHECK(name("U-01/sealed", "field") == "unknown_unit");
  CHECK(name("U-77", "field").empty());  // nobody has told us the units yet
  const TempFolder folder;
  folder.write("org_units.csv",
               "unit_id,version,name,valid_from,valid_to\nU-01,1,A,2021-01-01,2022-12-31\n");
  f.load(folder.path());
  CHECK(name("U-77", "field") == "unknown_unit");
  CHECK(name("U-01", "field")
            .empty());  // ended, but its devices must be able to bring what they hold
}

TEST_CASE("centre/enrolment: revoking ends a device once and for all", "[centre][enrolment]") {
  CentreFixture f;
  const Newcomer device;
  const std::string code = make(f);
  const auto done = enrol(f.centre, device.request(f, code), kNow);
  REQUIRE(done.ok());
  REQUIRE(revoke(f.centre, done->second.device_id, kNow + 5).ok());
  REQUIRE(revoke(f.centre, done->second.device_id, kNow + 9).ok());
  CHECK(f.store->device(done->second.device_id)->value().revoked_at == kNow + 5);
  CHECK(refusal(f, device.request(f, code)) == "revoked");
  CHECK(revoke(f.centre, "D-none", kNow).code() == Code::kNotFound);
}

TEST_CASE("centre/enrolment: hello proves the key over the caller's nonce", "[centre][enrolment]") {
  CentreFixture f;
  const Bytes nonce(16, 9);
  const protocol::HelloAnswer answer = hello(f.centre, nonce);
  std::string text = "nhip hello v1" + std::string(16, 9);
  CHECK(crypto::verify(f.keys.signing.public_key(), crypto::as_bytes(text), answer.proof));
  text.back() = 8;
  CHECK_FALSE(crypto::verify(f.keys.signing.public_key(), crypto::as_bytes(text), answer.proof));
}

}  // namespace nhip::server
