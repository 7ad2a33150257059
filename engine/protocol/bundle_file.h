// Bundle: a sync carried by hand, as a file on a stick, in a chat or a mail. It holds the very
// requests that a connection would carry, each signed as there, or their signed answers.
//
//   bundle := "nhipbun" version(1 byte) length(8 bytes, big-endian) payload hash(32 bytes)
//   payload := text kind ("request" or "answer"), text centre id, text replica, varint n,
//              n × (text path, varint status, varint counter, text proof, blob body)
//
// `length` is the payload's, so a file that was cut is told from one that was damaged; `hash` is
// BLAKE2b-256 of everything before it. Who wrote it is proved by the signatures inside.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip::protocol {

struct BundlePart {
  std::string path;           // "/v1/sync" or "/v1/identity"
  int status = 0;             // of an answer, as HTTP's; 0 in a request
  std::uint64_t counter = 0;  // of the request
  std::string proof;          // its Authorization, or the answer's Nhip-Signature
  Bytes body;

  friend bool operator==(const BundlePart&, const BundlePart&) = default;
};

struct Bundle {
  bool answer = false;
  std::string centre_id, replica;
  std::vector<BundlePart> parts;

  friend bool operator==(const Bundle&, const Bundle&) = default;
};

Bytes encode_bundle(const Bundle& bundle);
// kMalformed "not_a_bundle", "bundle_cut" (bytes are missing at its end), "bundle_damaged";
// kVersion "newer_bundle".
Result<Bundle> decode_bundle(std::span<const std::uint8_t> bytes);

}  // namespace nhip::protocol
