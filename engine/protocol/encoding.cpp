#include "protocol/encoding.h"

#include "protocol/binary_encoding.h"
#include "protocol/json_encoding.h"

namespace nhip::protocol {

Speech best_speech() { return {Encoding::kBinary, kDictionaryNewest}; }

Encoding encoding_of(std::span<const std::uint8_t> bytes) {
  return !bytes.empty() && bytes.front() == kWireMagic ? Encoding::kBinary : Encoding::kJson;
}

Bytes encode(const SyncRequest& message, const Speech& speech) {
  if (speech.encoding == Encoding::kJson) return encode_json(message);
  return encode_binary(message, {speech.dictionary, true});
}

Bytes encode(const SyncResponse& message, const Speech& speech) {
  if (speech.encoding == Encoding::kJson) return encode_json(message);
  return encode_binary(message, {speech.dictionary, true});
}

Result<SyncRequest> decode_request(std::span<const std::uint8_t> bytes, Speech* spoken) {
  Speech speech;
  speech.encoding = encoding_of(bytes);
  auto message = speech.encoding == Encoding::kBinary
                     ? decode_binary_request(bytes, &speech.dictionary)
                     : decode_sync_request(bytes);
  // What the sender knows may be newer than what we know.
  if (!knows_dictionary(speech.dictionary)) speech.dictionary = 0;
  if (spoken != nullptr) *spoken = speech;
  return message;
}

Result<SyncResponse> decode_response(std::span<const std::uint8_t> bytes) {
  return encoding_of(bytes) == Encoding::kBinary ? decode_binary_response(bytes)
                                                 : decode_sync_response(bytes);
}

}  // namespace nhip::protocol
