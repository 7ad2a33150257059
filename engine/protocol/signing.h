// What is signed, byte for byte, in requests and answers. Grammar: schema/protocol/v1.md,
// "Signatures".
//
//   request := "nhip request v1" 0x0A  method 0x0A  path 0x0A  centre id 0x0A  replica text 0x0A
//              counter (decimal) 0x0A  BLAKE2b-256 of the body
//   answer  := "nhip answer v1"  0x0A  HTTP status 0x0A  replica text 0x0A  counter 0x0A
//   BLAKE2b-256 of the body
//
// The header of a request is  Authorization: Nhip REPLICA COUNTER BASE64(signature)
// and of an answer            Nhip-Signature: BASE64(signature).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/keys.h"
#include "nhip/id.h"
#include "protocol/messages.h"

namespace nhip::protocol {

struct RequestProof {
  Author replica;
  std::uint64_t counter = 0;
  Bytes signature;
};

Bytes request_text(std::string_view method, std::string_view path, std::string_view centre_id,
                   const Author& replica, std::uint64_t counter,
                   std::span<const std::uint8_t> body);
Bytes answer_text(int http_status, const Author& replica, std::uint64_t counter,
                  std::span<const std::uint8_t> body);

// certificate := "nhip certificate v1" 0x0A  centre id, device id, unit id, role, label as texts,
//   enrolled_at zigzag, replica text, public key as blob
Bytes certificate_text(std::string_view centre_id, const Certificate& certificate);

std::string authorization_header(const RequestProof& proof);
std::optional<RequestProof> parse_authorization(std::string_view header);

}  // namespace nhip::protocol
