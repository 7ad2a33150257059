// The texts that are signed, and the header that carries a request's proof.
#include "protocol/signing.h"

#include <charconv>

namespace nhip::protocol {
namespace {

constexpr std::string_view kScheme = "Nhip ";
constexpr std::size_t kSignatureBytes = 64;

// Every part but the last is a line of text, so no two requests share one signed text.
Bytes signed_text(const std::string& lines, std::span<const std::uint8_t> body) {
  const auto head = crypto::as_bytes(lines);
  const crypto::Hash digest = crypto::hash(body);
  Bytes out(head.begin(), head.end());
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

Bytes request_text(std::string_view method, std::string_view path, std::string_view centre_id,
                   const Author& replica, std::uint64_t counter,
                   std::span<const std::uint8_t> body) {
  std::string lines = "nhip request v1\n";
  lines.append(method).append("\n");
  lines.append(path).append("\n");
  lines.append(centre_id).append("\n");
  lines.append(replica.text()).append("\n");
  lines.append(std::to_string(counter)).append("\n");
  return signed_text(lines, body);
}

Bytes answer_text(int http_status, const Author& replica, std::uint64_t counter,
                  std::span<const std::uint8_t> body) {
  std::string lines = "nhip answer v1\n";
  lines.append(std::to_string(http_status)).append("\n");
  lines.append(replica.text()).append("\n");
  lines.append(std::to_string(counter)).append("\n");
  return signed_text(lines, body);
}

Bytes certificate_text(std::string_view centre_id, const Certificate& certificate) {
  core::Writer out;
  out.raw(crypto::as_bytes("nhip certificate v1\n"));
  out.text(centre_id);
  out.text(certificate.device_id);
  out.text(certificate.unit_id);
  out.text(certificate.role);
  out.text(certificate.label);
  out.zigzag(certificate.enrolled_at);
  out.text(certificate.replica.text());
  out.blob(certificate.public_key);
  return out.take();
}

std::string authorization_header(const RequestProof& proof) {
  std::string out(kScheme);
  out.append(proof.replica.text()).append(" ");
  out.append(std::to_string(proof.counter)).append(" ");
  out.append(crypto::base64(proof.signature));
  return out;
}

// Exactly what authorization_header writes, and nothing like it.
std::optional<RequestProof> parse_authorization(std::string_view header) {
  if (header.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  header.remove_prefix(kScheme.size());
  const std::size_t first = header.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = header.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto replica = Author::parse(header.substr(0, first));
  const auto counter = decimal(header.substr(first + 1, second - first - 1));
  auto signature = crypto::from_base64(header.substr(second + 1));
  if (!replica || !counter || !signature || signature->size() != kSignatureBytes)
    return std::nullopt;
  return RequestProof{*replica, *counter, std::move(*signature)};
}

}  // namespace nhip::protocol
