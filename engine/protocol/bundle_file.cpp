#include "protocol/bundle_file.h"

#include <algorithm>

#include "core/bytes.h"
#include "crypto/keys.h"

namespace nhip::protocol {

namespace {

constexpr std::string_view kMagic = "nhipbun";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadBytes = 7 + 1 + 8;
constexpr std::size_t kHashBytes = 32;

Status damaged() {
  return {Code::kMalformed, "bundle_damaged", "The bundle was damaged on its way.",
          "Copy the original file again; nothing of this one was used."};
}

Status cut() {
  return {Code::kMalformed, "bundle_cut", "The bundle is not whole: its end is missing.",
          "Copy it again and wait until the copy is done; nothing of this one was used."};
}

Bytes payload_of(const Bundle& bundle) {
  core::Writer out;
  out.text(bundle.answer ? "answer" : "request");
  out.text(bundle.centre_id);
  out.text(bundle.replica);
  out.varint(bundle.parts.size());
  for (const BundlePart& part : bundle.parts) {
    out.text(part.path);
    out.varint(static_cast<std::uint64_t>(part.status));
    out.varint(part.counter);
    out.text(part.proof);
    out.blob(part.body);
  }
  return out.take();
}

}  // namespace

Bytes encode_bundle(const Bundle& bundle) {
  const Bytes payload = payload_of(bundle);
  core::Writer out;
  out.raw(crypto::as_bytes(kMagic));
  out.byte(kVersion);
  out.fixed64(payload.size());
  out.raw(payload);
  const crypto::Hash hash = crypto::hash(out.bytes());
  out.raw(hash);
  return out.take();
}

Result<Bundle> decode_bundle(std::span<const std::uint8_t> bytes) {
  const auto magic = crypto::as_bytes(kMagic);
  const std::size_t shown = std::min(bytes.size(), magic.size());
  if (bytes.empty() ||
      !std::equal(magic.begin(), magic.begin() + static_cast<long>(shown), bytes.begin())) {
    return Status(Code::kMalformed, "not_a_bundle", "This file is no bundle.",
                  "Choose the file that 'bundle out' or the centre wrote.");
  }
  if (bytes.size() < kHeadBytes) return cut();
  if (bytes[magic.size()] > kVersion) {
    return Status(Code::kVersion, "newer_bundle", "A newer program wrote this bundle.",
                  "Update this program; the bundle stays good.");
  }
  core::Reader head(bytes.subspan(magic.size() + 1));
  const std::uint64_t length = head.fixed64();
  const std::uint64_t rest = bytes.size() - kHeadBytes;
  if (length > UINT64_MAX - kHashBytes || rest < length + kHashBytes) return cut();
  if (rest != length + kHashBytes) return damaged();
  const crypto::Hash hash = crypto::hash(bytes.first(bytes.size() - kHashBytes));
  if (!std::equal(hash.begin(), hash.end(), bytes.end() - kHashBytes)) return damaged();
  core::Reader in(bytes.subspan(kHeadBytes, static_cast<std::size_t>(length)));
  Bundle bundle;
  const std::string kind = in.text();
  bundle.answer = kind == "answer";
  bundle.centre_id = in.text();
  bundle.replica = in.text();
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    BundlePart part;
    part.path = in.text();
    part.status = static_cast<int>(in.varint() & 0xFFFF);
    part.counter = in.varint();
    part.proof = in.text();
    part.body = in.blob();
    bundle.parts.push_back(std::move(part));
  }
  if (!in.done() || (kind != "answer" && kind != "request")) return damaged();
  return bundle;
}

}  // namespace nhip::protocol
