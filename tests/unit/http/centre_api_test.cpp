// The endpoints without sockets: what is answered, and what is signed.
#include "unit/centre/centre_fixture.h"

#include "http/centre_api.h"
#include "protocol/json_encoding.h"
#include "protocol/packed_json.h"
#include "protocol/signing.h"

namespace nhip::server {
namespace {

struct ApiFixture : CentreFixture {
  std::mutex mutex;
  CentreApi api{centre, mutex, [] { return kNow; }};

  HttpReply ask(const std::string& method, const std::string& path, HttpRequest request = {}) {
    request.method = method;
    request.path = path;
    for (const Route& route : api.routes()) {
      if (route.method == method && route.path == path) return route.handler(request);
    }
    FAIL("no such route: " << path);
    return {};
  }

  bool is_signed(const HttpReply& reply, const Author& replica, std::uint64_t counter) const {
    const auto signature = crypto::from_base64(reply.signature);
    return signature &&
           crypto::verify(keys.signing.public_key(),
                          protocol::answer_text(reply.status, replica, counter, reply.body),
                          *signature);
  }

  static std::string code_of(const HttpReply& reply) {
    const auto error = protocol::decode_error(reply.body);
    REQUIRE(error.ok());
    return error->code;
  }
};

const Author kReplica{0xABCDEF, 1};

HttpRequest with_nonce(const std::string& nonce) {
  HttpRequest request;
  request.query = {{"nonce", nonce}};
  return request;
}

}  // namespace

TEST_CASE("http/centre_api: healthz answers ok", "[http][api]") {
  ApiFixture f;
  const HttpReply reply = f.ask("GET", "/healthz");
  CHECK(reply.status == 200);
  CHECK(std::string(reply.body.begin(), reply.body.end()) == "ok");
}

TEST_CASE("http/centre_api: hello takes a nonce of 16 to 64 bytes and no other", "[http][api]") {
  ApiFixture f;
  for (const std::size_t bytes : {16, 64}) {
    CHECK(f.ask("GET", "/v1/hello", with_nonce(std::string(2 * bytes, 'a'))).status == 200);
  }
  for (const std::string& nonce : {std::string(), std::string(30, 'a'), std::string(130, 'a'),
                                   std::string(33, 'a'), std::string(32, 'x')}) {
    CHECK(f.ask("GET", "/v1/hello", with_nonce(nonce)).status == 400);
  }
  HttpRequest twice = with_nonce(std::string(32, 'a'));
  twice.query.push_back(twice.query.front());
  CHECK(f.ask("GET", "/v1/hello", twice).status == 400);
}

TEST_CASE("http/centre_api: an enrolment is answered signed for the new replica", "[http][api]") {
  ApiFixture f;
  const auto made = make_code(f.centre, "U-01", "field", "", 1000, kNow);
  REQUIRE(made.ok());
  const crypto::KeyPair device = crypto::KeyPair::generate();
  protocol::EnrolRequest request;
  for (const char c : made->code) {
    if (c != '-') request.code += c;
  }
  request.public_key.assign(device.public_key().begin(), device.public_key().end());
  request.replica = kReplica;
  const auto proof = device.sign(crypto::as_bytes("nhip enrol v1" + request.code));
  request.proof.assign(proof.begin(), proof.end());
  HttpRequest http;
  http.body = crypto::seal_to(f.keys.signing.public_key(), protocol::encode_json(request));
  const HttpReply reply = f.ask("POST", "/v1/enrol", http);
  REQUIRE(reply.status == 200);
  CHECK(f.is_signed(reply, kReplica, 0));
  CHECK(protocol::decode_enrol_answer(reply.body)->unit_id == "U-01");

  // Asked again by who reads it packed: the same, in a fraction of the bytes.
  http.accept = protocol::kBinaryType;
  const HttpReply packed = f.ask("POST", "/v1/enrol", http);
  REQUIRE(packed.status == 200);
  CHECK(f.is_signed(packed, kReplica, 0));
  CHECK(packed.body.size() < reply.body.size() / 4);
  const auto unpacked = protocol::unpack_json(packed.body);
  REQUIRE(unpacked.ok());
  CHECK(*protocol::decode_enrol_answer(*unpacked) == *protocol::decode_enrol_answer(reply.body));
  const auto cut = protocol::unpack_json(std::span(packed.body).first(packed.body.size() / 2));
  CHECK(cut.status().name() == "bad_message");
}

TEST_CASE("http/centre_api: an enrolment that is not sealed to us is 400", "[http][api]") {
  ApiFixture f;
  HttpRequest http;
  http.body = to_bytes("{}");
  CHECK(f.ask("POST", "/v1/enrol", http).status == 400);
}

TEST_CASE("http/centre_api: a sync without a proof is 401 and unsigned", "[http][api]") {
  ApiFixture f;
  HttpRequest http;
  http.authorization = "Bearer x";
  const HttpReply reply = f.ask("POST", "/v1/sync", http);
  CHECK(reply.status == 401);
  CHECK(reply.signature.empty());
  CHECK(f.code_of(reply) == "unauthenticated");
}

TEST_CASE("http/centre_api: the refusal of a stranger is signed, so that it can be believed",
          "[http][api]") {
  ApiFixture f;
  HttpRequest http;
  http.body = to_bytes("{}");
  http.authorization = protocol::authorization_header(
      {.replica = kReplica, .counter = 7, .signature = Bytes(64, 1)});
  const HttpReply reply = f.ask("POST", "/v1/sync", http);
  CHECK(reply.status == 401);
  CHECK(f.is_signed(reply, kReplica, 7));
  CHECK_FALSE(f.is_signed(reply, kReplica, 8));
}

TEST_CASE("http/centre_api: a fault of ours says nothing about itself and asks to try again",
          "[http][api]") {
  const HttpReply reply = error_reply(Status(Code::kCorrupt, "secret_name", "row 17 of Mrs Mẫu"));
  CHECK(reply.status == 500);
  CHECK(reply.retry_after_seconds > 0);
  CHECK(std::string(reply.body.begin(), reply.body.end()).find("17") == std::string::npos);
}

}  // namespace nhip::server
