// What a decoder refuses of reconciliation, offers, receipts and identities.
#include <catch2/catch.hpp>

#include <string>

#include "core/limits.h"
#include "crypto/keys.h"
#include "protocol/json_encoding.h"
#include "random_messages.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

const std::string kNonce = R"("nonce":"00000000000000ab")";

std::string request_with(const std::string& more) {
  return R"({"protocol":1,"schema":1,"client":"t","clock_ms":0)" + more + "}";
}
std::string answer_with(const std::string& more) {
  return R"({"protocol":1,"schema":1,"epoch":"e","server_ms":0,"received_seq":0,"durable_seq":0,"granted":[])" +
         more + "}";
}
// `keys` replace what a good step says, because no key may stand twice.
std::string asked(const std::string& keys) {
  return request_with(R"(,"reconcile":[{)" + keys + "}]");
}
std::string answered(const std::string& keys) {
  return answer_with(R"(,"reconcile":[{)" + keys + "}]");
}
std::string offered(const std::string& row, const std::string& more = "") {
  return request_with(R"(,"authors":["0000000000000001.1"],"offers":[{"row":)" + row + more + "}]");
}
std::string lost_row(const std::string& more) {
  return R"({"t":16,"id":"018f0000-0000-7000-8000-000000000001","s":9)" + more + "}";
}
std::string with_receipt(const std::string& receipt) {
  return answer_with(
      R"(,"feeds":[{"feed":"a","head":1,"digest":"00000000000000000000000000000000","receipts":[)" +
      receipt + "]}]");
}

Status request_status(const std::string& text) {
  return decode_sync_request(crypto::as_bytes(text)).status();
}
Status answer_status(const std::string& text) {
  return decode_sync_response(crypto::as_bytes(text)).status();
}

void check_refused(const Status& status, const std::string& place) {
  CAPTURE(status.message());
  CHECK(status.code() == Code::kMalformed);
  CHECK(status.name() == "bad_message");
  CHECK(status.message().substr(0, place.size()) == place);
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("protocol/json: the samples of recovery are good before they are spoilt", "[protocol]") {
  CHECK(request_status(asked(R"("feed":"a","depth":0,"data":"AAAAAAAA",)" + kNonce)).ok());
  CHECK(request_status(asked(R"("feed":"a","depth":4,"buckets":[0,1,14],"data":"AA==",)" + kNonce))
            .ok());
  CHECK(answer_status(answered(R"("feed":"a","depth":24,"buckets":[16777215],)" + kNonce)).ok());
  CHECK(request_status(offered(lost_row(R"(,"x":"unit/A")"))).ok());
  CHECK(
      request_status(offered(lost_row(R"(,"x":"unit/A")"), R"(,"receipt":[1,9,5,"AAAAAAAAAAA="])"))
          .ok());
  CHECK(answer_status(with_receipt(R"([1,2,-3,"AAAAAAAAAAA=","unit/A"])")).ok());
}

TEST_CASE("protocol/json: what a device says of its history has its type", "[protocol]") {
  check_refused(request_status(request_with(R"(,"epoch":1)")), "epoch: ");
  check_refused(request_status(request_with(R"(,"received":-1)")), "received: ");
  check_refused(request_status(request_with(R"(,"received":"1")")), "received: ");
  check_refused(request_status(request_with(R"(,"token":null)")), "token: ");
  check_refused(request_status(request_with(R"(,"token_next":[])")), "token_next: ");
  check_refused(request_status(request_with(R"(,"authors":["x"])")), "authors[0]: ");
  check_refused(request_status(request_with(R"(,"purged":"a")")), "purged: ");
  check_refused(request_status(request_with(R"(,"purged":["a",1])")), "purged[1]: ");
  check_refused(request_status(request_with(",\"purged\":[\"" +
                                            std::string(core::kScopeBytesMax + 1, 'x') + "\"]")),
                "purged[0]: ");
}

TEST_CASE("protocol/json: a step of a reconciliation names feed, nonce and depth", "[protocol]") {
  check_refused(request_status(asked(R"("depth":0,)" + kNonce)), "reconcile[0].feed: is missing");
  check_refused(request_status(asked(R"("feed":"","depth":0,)" + kNonce)), "reconcile[0]: ");
  check_refused(request_status(asked(R"("feed":"a","depth":0)")), "reconcile[0].nonce: is missing");
  check_refused(request_status(asked(R"("feed":"a",)" + kNonce)), "reconcile[0].depth: is missing");
  check_refused(request_status(asked(R"("feed":"a","depth":25,)" + kNonce)),
                "reconcile[0].depth: ");
  check_refused(request_status(asked(R"("feed":"a","depth":0,"nonce":171)")),
                "reconcile[0].nonce: ");
  check_refused(request_status(asked(R"("feed":"a","depth":0,"values":1,)" + kNonce)),
                "reconcile[0].values: ");
  check_refused(request_status(asked(R"("feed":"a","depth":0,"data":"A",)" + kNonce)),
                "reconcile[0].data: ");
  const std::string step = R"({"feed":"a","depth":0,)" + kNonce + "}";
  check_refused(request_status(request_with(",\"reconcile\":[" + step + "," + step + "]")),
                "reconcile: ");
  check_refused(request_status(request_with(R"(,"reconcile":{})")), "reconcile: ");
}

TEST_CASE("protocol/json: buckets ascend, as distances, within the trie", "[protocol]") {
  for (const char* buckets : {"[1,0]", "[0,0]", "[16777216]", "[16777215,1]", "[-1]", "[1.5]", "3",
                              "[\"1\"]", "[18446744073709551615,1]"}) {
    CAPTURE(buckets);
    const std::string keys =
        R"("feed":"a","depth":24,"buckets":)" + std::string(buckets) + "," + kNonce;
    check_refused(request_status(asked(keys)), "reconcile[0].buckets");
    check_refused(answer_status(answered(keys)), "reconcile[0].buckets");
  }
  const auto read = decode_sync_request(
      crypto::as_bytes(asked(R"("feed":"a","depth":24,"buckets":[5,1,10],"data":"",)" + kNonce)));
  REQUIRE(read.ok());
  CHECK(read->reconcile.at(0).buckets == std::vector<std::uint32_t>{5, 6, 16});
}

TEST_CASE("protocol/json: an answer to a comparison is well-formed", "[protocol]") {
  check_refused(answer_status(answered(R"("feed":"a")")), "reconcile[0].nonce: is missing");
  check_refused(answer_status(answered(R"("feed":"a","unknown":"x",)" + kNonce)),
                "reconcile[0].unknown: ");
  check_refused(answer_status(answered(R"("feed":"a","floor":-1,)" + kNonce)),
                "reconcile[0].floor: ");
  check_refused(answer_status(answered(R"("feed":"a","more":0,)" + kNonce)), "reconcile[0].more: ");
  check_refused(answer_status(answered(R"("feed":"a","salt":1,)" + kNonce)), "reconcile[0].salt: ");
  check_refused(answer_status(answered(R"("feed":"a","rows":[{}],)" + kNonce)),
                "reconcile[0].rows[0].");
}

TEST_CASE("protocol/json: an offer is a whole record with its scope", "[protocol]") {
  check_refused(request_status(request_with(R"(,"offers":[{}])")), "offers[0].row: is missing");
  check_refused(request_status(offered(lost_row(""))), "offers[0]: ");
  check_refused(request_status(offered(lost_row(R"(,"x":"unit/A","w":false)"))), "offers[0]: ");
  check_refused(request_status(offered(lost_row(R"(,"x":"unit/A","l":true)"))), "offers[0]: ");
  check_refused(request_status(offered(lost_row(R"(,"x":"unit/A","v":["0000000000000001",1,9])"))),
                "offers[0].row.v: ");
  check_refused(request_status(offered(lost_row(R"(,"x":"unit/A")"), R"(,"receipt":[1])")),
                "offers[0].receipt: ");
}

TEST_CASE("protocol/json: a receipt has four parts, and a scope when it needs one", "[protocol]") {
  for (const char* receipt :
       {"[]", R"([1,2,3])", R"([1,2,3,"AAAAAAAAAAA=","a",0])", R"([-1,2,3,"AA=="])",
        R"([1,"2",3,"AA=="])", R"([1,2,3.5,"AA=="])", R"([1,2,3,4])", R"([1,2,3,"AA==",5])",
        R"([1,2,3,"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])", R"({"first":1})"}) {
    CAPTURE(receipt);
    check_refused(answer_status(with_receipt(receipt)), "feeds[0].receipts[0]: ");
  }
  check_refused(
      answer_status(answer_with(
          R"(,"feeds":[{"feed":"a","head":1,"collected":-1,"digest":"00000000000000000000000000000000"}])")),
      "feeds[0].collected: ");
}

TEST_CASE("protocol/json: a notice is an instant, a word and what it is about", "[protocol]") {
  CHECK(answer_status(answer_with(R"(,"notices":[[-5,"replica_copied","D-1"]])")).ok());
  for (const char* notice :
       {"[]", R"([1,"a"])", R"([1,"a","b","c"])", R"(["1","a","b"])", R"([1.5,"a","b"])",
        R"([1,2,"b"])", R"([1,"a",null])", R"({"at":1})"}) {
    CAPTURE(notice);
    check_refused(answer_status(answer_with(",\"notices\":[" + std::string(notice) + "]")),
                  "notices[0]: ");
  }
}

TEST_CASE("protocol/json: certificates and identities have every part in its size", "[protocol]") {
  RandomMessages random(5);
  IdentityRequest message = random.identity_request();
  message.certificate.label = "máy 1";
  const auto status = [](const IdentityRequest& request) {
    return decode_identity_request(encode_json(request)).status();
  };
  CHECK(status(message).ok());
  IdentityRequest wrong = message;
  wrong.proof.pop_back();
  check_refused(status(wrong), "proof: ");
  wrong = message;
  wrong.public_key.push_back(0);
  check_refused(status(wrong), "public_key: ");
  wrong = message;
  wrong.certificate.signature.clear();
  check_refused(status(wrong), "certificate.signature: ");
  wrong = message;
  wrong.certificate.public_key.clear();
  check_refused(status(wrong), "certificate.public_key: ");
  const std::string text = text_of(encode_json(message));
  for (const char* key : {"device_id", "unit_id", "role", "label", "enrolled_at"}) {
    const std::string name = "\"" + std::string(key) + "\"";
    const std::string spoilt = replaced(text, name, "\"x\"");
    check_refused(decode_identity_request(crypto::as_bytes(spoilt)).status(),
                  "certificate." + std::string(key) + ": is missing");
  }
  const std::string spoilt = replaced(text, "\"certificate\"", "\"x\"");
  check_refused(decode_identity_request(crypto::as_bytes(spoilt)).status(),
                "certificate: is missing");
  check_refused(decode_identity_answer(crypto::as_bytes("{}")).status(), "certificate: is missing");
}

TEST_CASE("protocol/json: an enrolment may come without a certificate, not with half of one",
          "[protocol]") {
  RandomMessages random(6);
  EnrolAnswer message = random.enrol_answer();
  message.certificate = {};
  const Bytes bare = encode_json(message);
  CHECK(text_of(bare).find("certificate") == std::string::npos);
  const auto read = decode_enrol_answer(bare);
  REQUIRE(read.ok());
  CHECK(read->certificate == Certificate{});
  message.certificate = random.certificate();
  message.certificate.signature.pop_back();
  check_refused(decode_enrol_answer(encode_json(message)).status(), "certificate.signature: ");
}
