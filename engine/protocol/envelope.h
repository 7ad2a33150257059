// Who speaks, as the first bytes of a body: half as long as the same in HTTP headers. What is
// signed is the same as there, the message's own bytes (signing.h).
//
//   request := 'S' 1 replica (8 bytes) varint incarnation varint counter signature (64) message
//   answer  := 'S' 1 signature (64) message
//
// A request in an envelope is answered in one, refusals too.
#pragma once

#include <optional>
#include <span>

#include "protocol/signing.h"

namespace nhip::protocol {

bool is_envelope(std::span<const std::uint8_t> body);

Bytes put_in_envelope(const RequestProof& proof, std::span<const std::uint8_t> message);
Bytes put_in_envelope(const crypto::Signature& signature, std::span<const std::uint8_t> message);

struct OpenedRequest {
  RequestProof proof;
  std::span<const std::uint8_t> message;  // within the body
};
// Nothing when it is no envelope, or a damaged one.
std::optional<OpenedRequest> open_request(std::span<const std::uint8_t> body);

struct OpenedAnswer {
  Bytes signature;
  std::span<const std::uint8_t> message;
};
std::optional<OpenedAnswer> open_answer(std::span<const std::uint8_t> body);

}  // namespace nhip::protocol
