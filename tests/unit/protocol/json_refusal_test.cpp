// What a decoder refuses, and that it names the place.
#include <catch2/catch.hpp>

#include <string>

#include "core/limits.h"
#include "crypto/keys.h"
#include "protocol/json_encoding.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

const std::string kId = "018f0000-0000-7000-8000-000000000001";

std::string request_with(const std::string& more) {
  return R"({"protocol":1,"schema":1,"client":"t","clock_ms":0)" + more + "}";
}
std::string operation_with(const std::string& more, const std::string& seq = "1") {
  return R"({"n":)" + seq + R"(,"t":16,"id":")" + kId + R"(","h":"0000000000000001","x":"unit/A")" +
         more + "}";
}
std::string push_of(const std::string& groups) {
  return request_with(R"(,"push":[)" + groups + "]");
}
std::string changes_of(const std::string& changes) {
  return push_of("[" + operation_with(R"(,"c":[)" + changes + "]") + "]");
}
std::string response_with(const std::string& more) {
  return R"({"protocol":1,"schema":1,"epoch":"e","server_ms":0,"received_seq":0,"durable_seq":0,"granted":[])" +
         more + "}";
}
std::string row_with(const std::string& more) {
  return response_with(R"(,"authors":["0000000000000001.1"],"corrections":[{"t":16,"id":")" + kId +
                       R"(","s":1)" + more + "}]");
}

Status request_status(const std::string& text) {
  return decode_sync_request(crypto::as_bytes(text)).status();
}
Status response_status(const std::string& text) {
  return decode_sync_response(crypto::as_bytes(text)).status();
}

void check_malformed(const Status& status, const std::string& name, const std::string& place) {
  CHECK(status.code() == Code::kMalformed);
  CHECK(status.name() == name);
  CAPTURE(status.message());
  CHECK(status.message().substr(0, place.size()) == place);
}

}  // namespace

TEST_CASE("protocol/json: the samples of this file are good before they are spoilt", "[protocol]") {
  CHECK(request_status(request_with("")).ok());
  CHECK(request_status(changes_of(R"([1,"a"],[1,"x",5],[2,null])")).ok());
  CHECK(response_status(response_with("")).ok());
  CHECK(response_status(row_with(R"(,"c":[[1,2]],"v":["0000000000000001",0,1])")).ok());
}

TEST_CASE("protocol/json: what is no single JSON object with distinct keys is bad_json",
          "[protocol]") {
  const std::string text = GENERATE(
      std::string(), std::string("[]"), std::string("1"), std::string("{"), std::string("{}{}"),
      std::string("{} x"), std::string("{}\0", 3), std::string("{}\0{}", 5),
      std::string("\xEF\xBB\xBF{}"), std::string(" {}"), std::string("{\"a\":1,}"),
      std::string("{'a':1}"), std::string("{\"a\":1 /* */}"), std::string("{\"a\":01}"),
      std::string("{\"a\":1e999}"), std::string("{\"a\":NaN}"), std::string("{\"a\":\"\xFF\"}"),
      std::string("{\"a\":\"\\ud800\"}"), std::string("{\"a\":\"\n\"}"),
      std::string("{\"a\":1,\"a\":1}"), std::string("{\"a\":{\"b\":[{\"c\":1,\"\\u0063\":2}]}}"));
  CAPTURE(text);
  check_malformed(request_status(text), "bad_json", "");
}

TEST_CASE("protocol/json: depth ends at its limit", "[protocol]") {
  const auto nested = [](std::size_t depth) {
    return request_with(",\"x\":" + std::string(depth, '[') + std::string(depth, ']'));
  };
  CHECK(request_status(nested(core::kJsonDepthMax - 1)).ok());
  check_malformed(request_status(nested(core::kJsonDepthMax)), "bad_json", "nested");
  check_malformed(request_status(nested(200'000)), "bad_json", "nested");
  // Brackets inside strings are no depth.
  CHECK(request_status(request_with(",\"x\":\"" + std::string(100, '[') + "\\\"[\\\\\"")).ok());
}

TEST_CASE("protocol/json: a message larger than the limit is refused unread", "[protocol]") {
  const Status status = request_status(std::string(core::kMessageBytesMax + 1, '{'));
  CHECK(status.code() == Code::kLimit);
  CHECK(status.name() == "message_too_large");
}

TEST_CASE("protocol/json: unknown keys are passed over, critical ones are not", "[protocol]") {
  CHECK(request_status(request_with(R"(,"later":{"a":[1]})")).ok());
  CHECK(request_status(push_of("[" + operation_with(R"(,"later":1)") + "]")).ok());
  CHECK(request_status(request_with(R"(,"critical":[])")).ok());
  const Status status = request_status(request_with(R"(,"critical":["later"],"later":1)"));
  CHECK(status.code() == Code::kVersion);
  CHECK(status.name() == "critical_unknown");
  // It comes before any other complaint: the message may have another shape.
  CHECK(response_status(R"({"critical":["later"]})").name() == "critical_unknown");
  check_malformed(request_status(request_with(R"(,"critical":"later")")), "bad_message",
                  "critical: ");
}

TEST_CASE("protocol/json: another protocol version is told apart from a bad message",
          "[protocol]") {
  CHECK(request_status(R"({"protocol":2})").name() == "unknown_protocol");
  CHECK(request_status(R"({"protocol":2})").code() == Code::kVersion);
  CHECK(response_status(R"({"protocol":0})").name() == "unknown_protocol");
}

TEST_CASE("protocol/json: a missing or mistyped key is named", "[protocol]") {
  check_malformed(request_status("{}"), "bad_message", "protocol: is missing");
  check_malformed(request_status(R"({"protocol":1,"schema":1,"client":"t"})"), "bad_message",
                  "clock_ms: is missing");
  check_malformed(request_status(R"({"protocol":1,"schema":1.0,"client":"t","clock_ms":0})"),
                  "bad_message", "schema: ");
  check_malformed(request_status(R"({"protocol":1,"schema":4294967296,"client":"t","clock_ms":0})"),
                  "bad_message", "schema: ");
  check_malformed(request_status(R"({"protocol":true,"schema":1,"client":"t","clock_ms":0})"),
                  "bad_message", "protocol: ");
  check_malformed(request_status(request_with(R"(,"feeds":{})")), "bad_message", "feeds: ");
  check_malformed(request_status(request_with(R"(,"feeds":[{"feed":"a"},{"feed":"b","salt":5}])")),
                  "bad_message", "feeds[1].salt: ");
  check_malformed(request_status(changes_of(R"([1,"a"],[2,1.5])")), "bad_message",
                  "push[0][0].c[1]: ");
  check_malformed(response_status(row_with(R"(,"v":["0000000000000001",1,1])")), "bad_message",
                  "corrections[0].v: ");
}

TEST_CASE("protocol/json: a refusal never quotes what stood there", "[protocol]") {
  const Status status = request_status(changes_of(R"([1,{"secret":"Nguyen"}])"));
  REQUIRE_FALSE(status.ok());
  CHECK(status.message().find("Nguyen") == std::string::npos);
  CHECK(status.message().find("secret") == std::string::npos);
}

TEST_CASE("protocol/json: values have one form each", "[protocol]") {
  const auto* value =
      GENERATE("true", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "[]", "{}",
               R"({"r":"3ff0"})", R"({"r":1.5})", R"({"r":"3FF0000000000000"})", R"({"b":"A"})",
               R"({"b":"QQ"})", R"({"b":"QQ==","r":"3ff0000000000000"})", R"({"t":"QQ=="})",
               R"({"t":"/w"})", R"({"x":1})");
  CAPTURE(value);
  check_malformed(request_status(changes_of("[1," + std::string(value) + "]")), "bad_message",
                  "push[0][0].c[0]: ");
}

TEST_CASE("protocol/json: cells and changes ascend, have a key and no empty element",
          "[protocol]") {
  const auto* changes =
      GENERATE(R"([2,1],[1,1])", R"([1,1],[1,1])", R"([1,"b",1],[1,"a",1])", R"([1,"a",1],[1,1])",
               R"([1,"",1])", R"([65536,1])", R"([-1,1])", R"(["1",1])", R"([1])", R"([])",
               R"([1,"a",1,1])", R"([1,2,1])", R"({"1":1})", "1");
  CAPTURE(changes);
  CHECK(request_status(changes_of(changes)).name() == "bad_message");
  CHECK(response_status(row_with(R"(,"c":[)" + std::string(changes) + "]")).name() ==
        "bad_message");
}

TEST_CASE("protocol/json: a cell of a row is never null", "[protocol]") {
  CHECK(response_status(row_with(R"(,"c":[[1,null]])")).name() == "bad_message");
}

TEST_CASE("protocol/json: groups are consecutive, ascending and within their limit", "[protocol]") {
  const auto op = [](int seq) { return operation_with("", std::to_string(seq)); };
  CHECK(request_status(push_of("[" + op(1) + "," + op(2) + "],[" + op(3) + "]")).ok());
  CHECK(request_status(push_of("[]")).name() == "bad_message");
  CHECK(request_status(push_of("[" + op(0) + "]")).name() == "bad_message");
  CHECK(request_status(push_of("[" + op(1) + "," + op(3) + "]")).name() == "bad_message");
  CHECK(request_status(push_of("[" + op(2) + "],[" + op(2) + "]")).name() == "bad_message");
  CHECK(request_status(push_of("[" + op(2) + "],[" + op(1) + "]")).name() == "bad_message");
  std::string group;
  for (std::size_t i = 1; i <= core::kGroupOperationsMax; ++i)
    group += op(static_cast<int>(i)) + ",";
  CHECK(request_status(push_of("[" + group.substr(0, group.size() - 1) + "]")).ok());
  CHECK(request_status(
            push_of("[" + group + op(static_cast<int>(core::kGroupOperationsMax) + 1) + "]"))
            .name() == "bad_message");
}

TEST_CASE("protocol/json: sizes of values, elements and scopes end at their limits", "[protocol]") {
  const auto text = [](std::size_t size) { return "\"" + std::string(size, 'x') + "\""; };
  CHECK(request_status(changes_of("[1," + text(core::kValueBytesMax) + "]")).ok());
  CHECK_FALSE(request_status(changes_of("[1," + text(core::kOperationBytesMax + 1) + "]")).ok());
  const auto blob = [](std::size_t size) {
    return "[1,{\"b\":\"" + crypto::base64(Bytes(size, 7)) + "\"}]";
  };
  CHECK(request_status(changes_of(blob(core::kValueBytesMax))).ok());
  CHECK_FALSE(request_status(changes_of(blob(core::kValueBytesMax + 1))).ok());
  CHECK(request_status(changes_of("[1," + text(core::kElementBytesMax) + ",1]")).ok());
  CHECK_FALSE(request_status(changes_of("[1," + text(core::kElementBytesMax + 1) + ",1]")).ok());
  const auto feed = [&](std::size_t size) {
    return request_with(",\"feeds\":[{\"feed\":" + text(size) + "}]");
  };
  CHECK(request_status(feed(core::kScopeBytesMax)).ok());
  CHECK_FALSE(request_status(feed(core::kScopeBytesMax + 1)).ok());
  CHECK_FALSE(request_status(feed(0)).ok());
  std::string large;
  for (int i = 1; i <= 5; ++i)
    large += "[" + std::to_string(i) + "," + text(core::kValueBytesMax - 10) + "],";
  CHECK_FALSE(request_status(changes_of(large.substr(0, large.size() - 1))).ok());
}

TEST_CASE("protocol/json: feeds differ and their ranges ascend", "[protocol]") {
  const auto feeds = [](const std::string& list) {
    return request_with(",\"feeds\":[" + list + "]");
  };
  const auto have = [&](const std::string& ranges) {
    return feeds(R"({"feed":"a","epoch":"e","seq":5,"have":[)" + ranges + "]}");
  };
  CHECK(request_status(have("[6,6],[8,9]")).ok());
  // What lies below the cursor or twice says nothing new, and is no reason to stop a device.
  CHECK(request_status(have("[4,6],[5,5],[6,8]")).ok());
  for (const char* ranges :
       {"[7,6]", "[6,8],[6,9]", "[8,9],[6,7]", "[6]", "[6,7,8]", "6", "[-1,7]"}) {
    CAPTURE(ranges);
    CHECK(request_status(have(ranges)).name() == "bad_message");
  }
  CHECK(request_status(feeds(R"({"feed":"a"},{"feed":"a"})")).name() == "bad_message");
  CHECK(request_status(feeds(R"({"feed":"*","have":[[1,2]]})")).name() == "bad_message");
  std::string many;
  for (std::size_t i = 0; i <= core::kFeedsMax; ++i)
    many += R"({"feed":"f)" + std::to_string(i) + "\"},";
  CHECK(request_status(feeds(many.substr(0, many.size() - 1))).name() == "bad_message");
  std::string ranges;
  for (std::size_t i = 0; i <= core::kHaveRangesMax; ++i) {
    ranges += "[" + std::to_string(10 + 2 * i) + "," + std::to_string(10 + 2 * i) + "],";
  }
  CHECK(request_status(have(ranges.substr(0, ranges.size() - 1))).name() == "bad_message");
}

TEST_CASE("protocol/json: verdicts are known words about whole groups", "[protocol]") {
  const auto verdict = [](const std::string& body) {
    return response_with(",\"verdicts\":[" + body + "]");
  };
  CHECK(response_status(verdict(R"({"first":1,"last":2,"verdict":"accepted","seqs":[4,5]})")).ok());
  for (const char* body :
       {R"({"first":1,"last":2,"verdict":"ACCEPTED"})", R"({"first":2,"last":1,"verdict":"held"})",
        R"({"first":0,"last":1,"verdict":"held"})", R"({"first":1,"last":1001,"verdict":"held"})",
        R"({"first":1,"last":2,"verdict":"accepted","seqs":[4]})",
        R"({"first":1,"verdict":"held"})"}) {
    CAPTURE(body);
    CHECK(response_status(verdict(body)).name() == "bad_message");
  }
}

TEST_CASE("protocol/json: ids, stamps, digests and authors have one text", "[protocol]") {
  const auto in_row = [](const std::string& id, const std::string& author,
                         const std::string& stamp) {
    return response_with(R"(,"authors":[")" + author + R"("],"corrections":[{"t":16,"id":")" + id +
                         R"(","s":1,"v":[")" + stamp + R"(",0,1]}])");
  };
  const std::string author = "0000000000000001.1", stamp = "00000000000000ab";
  CHECK(response_status(in_row(kId, author, stamp)).ok());
  CHECK_FALSE(response_status(in_row("018F0000-0000-7000-8000-000000000001", author, stamp)).ok());
  CHECK_FALSE(response_status(in_row(kId, "0000000000000001.01", stamp)).ok());
  CHECK_FALSE(response_status(in_row(kId, author, "00000000000000AB")).ok());
  CHECK_FALSE(response_status(in_row(kId, author, "ab")).ok());
  const auto digest = [](const std::string& text) {
    return response_with(R"(,"feeds":[{"feed":"a","head":1,"digest":")" + text + "\"}]");
  };
  CHECK(response_status(digest(std::string(32, 'a'))).ok());
  CHECK_FALSE(response_status(digest(std::string(32, 'A'))).ok());
  CHECK_FALSE(response_status(digest("")).ok());
  CHECK_FALSE(response_status(response_with(R"(,"devices":{"x":"d"})")).ok());
}

TEST_CASE("protocol/json: a record that left has no cells", "[protocol]") {
  CHECK(response_status(row_with(R"(,"l":true)")).ok());
  CHECK(response_status(row_with(R"(,"l":true,"c":[[1,1]])")).name() == "bad_message");
}

TEST_CASE("protocol/json: keys and proofs have their exact sizes", "[protocol]") {
  const auto hello = [](std::size_t key, std::size_t proof) {
    HelloAnswer message;
    message.centre_id = kId;
    message.public_key = Bytes(key, 1);
    message.proof = Bytes(proof, 2);
    return decode_hello(encode_json(message)).ok();
  };
  CHECK(hello(32, 64));
  for (const std::size_t wrong : {0U, 31U, 33U, 34U}) CHECK_FALSE(hello(wrong, 64));
  CHECK_FALSE(hello(32, 63));
}

TEST_CASE("protocol/json: text for people that is no UTF-8 still travels", "[protocol]") {
  SyncRequest message;
  message.client = "a\xFF";
  const auto back = decode_sync_request(encode_json(message));
  REQUIRE(back.ok());
  CHECK(back->client == "a\xEF\xBF\xBD");
}
