// What is signed, and the header that carries it.
#include "protocol/signing.h"

#include <catch2/catch.hpp>

using namespace nhip;
using namespace nhip::protocol;

namespace {

const Author kReplica{0x0123456789ABCDEFULL, 2};
const char kCentre[] = "018f0000-0000-7000-8000-000000000001";

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("protocol/signing: a request's text is its lines and the hash of its body",
          "[protocol]") {
  const auto body = crypto::as_bytes("{}");
  const auto digest = crypto::hash(body);
  const std::string expected = std::string("nhip request v1\nPOST\n/v1/sync\n") + kCentre +
                               "\n0123456789abcdef.2\n42\n" +
                               std::string(digest.begin(), digest.end());
  CHECK(text_of(request_text("POST", "/v1/sync", kCentre, kReplica, 42, body)) == expected);
}

TEST_CASE("protocol/signing: an answer's text names its status and its request", "[protocol]") {
  const auto body = crypto::as_bytes("{}");
  const auto digest = crypto::hash(body);
  const std::string expected =
      "nhip answer v1\n200\n0123456789abcdef.2\n42\n" + std::string(digest.begin(), digest.end());
  CHECK(text_of(answer_text(200, kReplica, 42, body)) == expected);
}

TEST_CASE("protocol/signing: everything in a request changes its text", "[protocol]") {
  const auto body = crypto::as_bytes("{}");
  const Bytes text = request_text("POST", "/v1/sync", kCentre, kReplica, 42, body);
  CHECK(request_text("GET", "/v1/sync", kCentre, kReplica, 42, body) != text);
  CHECK(request_text("POST", "/v1/enrol", kCentre, kReplica, 42, body) != text);
  CHECK(request_text("POST", "/v1/sync", "other", kReplica, 42, body) != text);
  CHECK(request_text("POST", "/v1/sync", kCentre, Author{kReplica.replica, 3}, 42, body) != text);
  CHECK(request_text("POST", "/v1/sync", kCentre, kReplica, 43, body) != text);
  CHECK(request_text("POST", "/v1/sync", kCentre, kReplica, 42, crypto::as_bytes("{ }")) != text);
}

TEST_CASE("protocol/signing: the header comes back", "[protocol]") {
  RequestProof proof{kReplica, ~std::uint64_t{0}, Bytes(64, 0xA5)};
  const std::string header = authorization_header(proof);
  CHECK(header.substr(0, 45) == "Nhip 0123456789abcdef.2 18446744073709551615 ");
  const auto back = parse_authorization(header);
  REQUIRE(back);
  CHECK(back->replica == proof.replica);
  CHECK(back->counter == proof.counter);
  CHECK(back->signature == proof.signature);
}

TEST_CASE("protocol/signing: a header that is written otherwise is refused", "[protocol]") {
  const std::string signature = crypto::base64(Bytes(64, 1));
  const std::string replica = "0123456789abcdef.2";
  REQUIRE(parse_authorization("Nhip " + replica + " 1 " + signature));
  for (const std::string& header :
       {std::string(), std::string("Nhip"), std::string("Nhip "),
        "nhip " + replica + " 1 " + signature, "Bearer " + replica + " 1 " + signature,
        "Nhip  " + replica + " 1 " + signature, "Nhip " + replica + "  1 " + signature,
        "Nhip " + replica + " 1  " + signature, "Nhip " + replica + " 01 " + signature,
        "Nhip " + replica + " -1 " + signature, "Nhip " + replica + " +1 " + signature,
        "Nhip " + replica + " 18446744073709551616 " + signature,
        "Nhip " + replica + " 1 " + signature + " ",
        "Nhip " + replica + " 1 " + crypto::base64(Bytes(63, 1)), "Nhip " + replica + " 1 ",
        "Nhip " + replica + " 1", "Nhip 0123456789ABCDEF.2 1 " + signature,
        "Nhip " + replica + "\n 1 " + signature}) {
    CAPTURE(header);
    CHECK_FALSE(parse_authorization(header));
  }
}
