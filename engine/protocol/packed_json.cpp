#include "protocol/packed_json.h"

#include <algorithm>
#include <array>

#include "protocol/packing.h"
#include "protocol/wire_frames.h"

namespace nhip::protocol {
namespace {

// Magic, version, kind 3, compressed, no dictionary, no bare bytes.
constexpr std::array<std::uint8_t, 6> kHead = {kWireMagic, kWireVersion, 3, 1, 0, 0};

}  // namespace

Bytes pack_json(const Bytes& json) {
  const Bytes packed = compress(json, 0);
  if (packed.empty() || packed.size() + kHead.size() >= json.size()) return json;
  Bytes out(kHead.begin(), kHead.end());
  out.insert(out.end(), packed.begin(), packed.end());
  return out;
}

Result<Bytes> unpack_json(std::span<const std::uint8_t> bytes) {
  if (bytes.empty() || bytes.front() != kWireMagic) return Bytes(bytes.begin(), bytes.end());
  if (bytes.size() < kHead.size() || !std::equal(kHead.begin(), kHead.end(), bytes.begin())) {
    return Status(Code::kMalformed, "bad_message", "its head is damaged");
  }
  return decompress(bytes.subspan(kHead.size()), 0);
}

}  // namespace nhip::protocol
