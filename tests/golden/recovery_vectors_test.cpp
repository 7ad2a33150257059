// The vectors of recovery and bundles: certificates, tokens, the byte forms of a reconciliation,
// files.
#include "crypto/digest.h"
#include "golden/vectors.h"
#include "protocol/bundle_file.h"
#include "protocol/json_encoding.h"
#include "protocol/reconcile.h"
#include "protocol/signing.h"
#include "protocol/token.h"

using namespace nhip;
using namespace nhip::golden;
using namespace nhip::protocol;
using nlohmann::json;

namespace {

std::uint64_t hex_number(const std::string& text) { return std::stoull(text, nullptr, 16); }

Bundle bundle_of(const json& vector) {
  Bundle bundle;
  bundle.answer = vector["answer"].get<bool>();
  bundle.centre_id = get(vector, "centre_id");
  bundle.replica = get(vector, "replica");
  for (const json& each : vector["parts"]) {
    const std::string body = get(each, "body");
    bundle.parts.push_back({get(each, "path"), each["status"].get<int>(),
                            each["counter"].get<std::uint64_t>(), get(each, "proof"),
                            Bytes(body.begin(), body.end())});
  }
  return bundle;
}

}  // namespace

TEST_CASE("golden/recovery: certificates are signed over their text", "[golden]") {
  for (const json& vector : of_kind("certificate")) {
    CAPTURE(get(vector, "name"));
    CHECK(json::parse(get(vector, "text"), nullptr, false) == vector["certificate"]);
    const auto certificate = decode_certificate(crypto::as_bytes(get(vector, "text")));
    REQUIRE(certificate.ok());
    CHECK(text_of(encode_json(*certificate)) == get(vector, "text"));
    const Bytes text = certificate_text(get(vector, "centre_id"), *certificate);
    CHECK(crypto::hex(text) == get(vector, "signed_hex"));
    const auto centre = array_of<crypto::PublicKey>(vector, "public_key_hex");
    CHECK(crypto::verify(centre, text, certificate->signature));
  }
}

TEST_CASE("golden/recovery: proofs of a new name", "[golden]") {
  for (const json& vector : of_kind("identity_proof")) {
    const auto proof = crypto::from_base64(get(vector, "proof"));
    REQUIRE(proof);
    const Bytes text = hex_of(vector, "signed_hex");
    CHECK(text_of(text) == "nhip identity v1" + get(vector, "replica"));
    CHECK(crypto::verify(array_of<crypto::PublicKey>(vector, "public_key_hex"), text, *proof));
  }
}

TEST_CASE("golden/recovery: tokens are chained over groups", "[golden]") {
  for (const json& vector : of_kind("token_chain")) {
    CAPTURE(get(vector, "name"));
    const auto request = decode_sync_request(crypto::as_bytes(get(vector, "text")));
    REQUIRE(request.ok());
    REQUIRE(request->push.size() == vector["tokens"].size());
    std::string token = get(vector, "before");
    for (std::size_t i = 0; i < request->push.size(); ++i) {
      token = next_token(token, request->push[i]);
      CHECK(token == vector["tokens"][i].get<std::string>());
    }
  }
}

TEST_CASE("golden/recovery: places and prints of records", "[golden]") {
  for (const json& vector : of_kind("record_print")) {
    CAPTURE(get(vector, "name"));
    const auto key = array_of<crypto::DigestKey>(vector, "key_hex");
    const Prints prints(key, hex_number(get(vector, "nonce")), vector["values"].get<bool>());
    const auto answer = decode_sync_response(crypto::as_bytes(get(vector, "text")));
    REQUIRE(answer.ok());
    const RowUpdate& row = answer->corrections.at(0);
    const Held held{row.type, row.id, row.seq, core::is_deleted(row.row.cells), &row.row.cells};
    CHECK(prints.place(held) == vector["place"].get<std::uint32_t>());
    CHECK(prints.print(held) == hex_number(get(vector, "print")));
  }
}

TEST_CASE("golden/recovery: value digests of pages", "[golden]") {
  for (const json& vector : of_kind("value_digest")) {
    CAPTURE(get(vector, "name"));
    const auto key = array_of<crypto::DigestKey>(vector, "key_hex");
    const auto answer = decode_sync_response(crypto::as_bytes(get(vector, "text")));
    REQUIRE(answer.ok());
    ValueDigest digest(key);
    for (const RowUpdate& row : answer->corrections) {
      digest.add({row.type, row.id, row.seq, core::is_deleted(row.row.cells), &row.row.cells});
    }
    CHECK(digest.sum() == hex_number(get(vector, "digest")));
  }
}

TEST_CASE("golden/recovery: sums of buckets", "[golden]") {
  for (const json& vector : of_kind("bucket_sums")) {
    CAPTURE(get(vector, "name"));
    Sums sums(vector["depth"].get<std::uint32_t>());
    for (const json& record : vector["records"])
      sums.add(record[0].get<std::uint32_t>(), hex_number(record[1].get<std::string>()));
    CHECK(crypto::hex(sums.encode()) == get(vector, "data_hex"));
  }
}

TEST_CASE("golden/recovery: prints bucket by bucket", "[golden]") {
  for (const json& vector : of_kind("bucket_prints")) {
    std::map<std::uint32_t, std::vector<Print>> buckets;
    std::vector<std::uint32_t> names;
    for (const json& each : vector["buckets"]) {
      names.push_back(each[0].get<std::uint32_t>());
      std::vector<Print>& prints = buckets[names.back()];
      for (const json& print : each[1]) prints.push_back(hex_number(print.get<std::string>()));
    }
    const Bytes data = encode_buckets(buckets);
    CHECK(crypto::hex(data) == get(vector, "data_hex"));
    const auto back = decode_buckets(names, data);
    REQUIRE(back);
    for (const auto& [bucket, prints] : buckets)
      CHECK(back->at(bucket) == std::multiset<Print>(prints.begin(), prints.end()));
  }
}

TEST_CASE("golden/recovery: bundles are these bytes", "[golden]") {
  for (const json& vector : of_kind("bundle")) {
    CAPTURE(get(vector, "name"));
    const Bundle bundle = bundle_of(vector);
    CHECK(crypto::hex(encode_bundle(bundle)) == get(vector, "hex"));
    const auto back = decode_bundle(hex_of(vector, "hex"));
    REQUIRE(back.ok());
    CHECK(*back == bundle);
  }
}

TEST_CASE("golden/recovery: what is no bundle is refused by its name", "[golden]") {
  for (const json& vector : of_kind("bundle_refused")) {
    CAPTURE(get(vector, "name"));
    CHECK(decode_bundle(hex_of(vector, "hex")).status().name() == get(vector, "error"));
  }
}
