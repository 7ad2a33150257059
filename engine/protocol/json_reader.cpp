// The parts of JSON reading that know no message.
#include "protocol/json_reader.h"

#include "core/limits.h"
#include "crypto/keys.h"
#include "text/normalise.h"

namespace nhip::protocol {
namespace {

Status bad_json(std::string_view what) {
  return Status(Code::kMalformed, "bad_json", std::string(what));
}

// What must hold of the bytes before the parser sees them: it would take a NUL for the end of the
// text, pass over a byte order mark, and build any depth.
Status scan(std::span<const std::uint8_t> bytes) {
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  if (bytes.empty() || bytes.front() != '{') return bad_json("a message is one JSON object");
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')
      return bad_json("control character");
    if (in_string) {
      if (!escaped && byte == '"') in_string = false;
      escaped = !escaped && byte == '\\';
      continue;
    }
    if (byte == '"') in_string = true;
    if (byte == '{' || byte == '[') ++depth;
    if ((byte == '}' || byte == ']') && depth > 0) --depth;
    if (depth > core::kJsonDepthMax) return bad_json("nested too deeply");
  }
  return {};
}

}  // namespace

Result<Json> parse_message(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > core::kMessageBytesMax) {
    return Status(Code::kLimit, "message_too_large",
                  "a message has at most " + std::to_string(core::kMessageBytesMax) + " bytes");
  }
  NHIP_TRY(scan(bytes));
  // The parser keeps one value per key; a key that came twice shows as a key too many.
  std::vector<std::size_t> keys_seen;
  bool repeated = false;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys_seen.push_back(0);
    if (event == Json::parse_event_t::key) ++keys_seen.back();
    if (event == Json::parse_event_t::object_end) {
      repeated = repeated || parsed.size() != keys_seen.back();
      keys_seen.pop_back();
    }
    return true;
  };
  Json message = Json::parse(bytes.begin(), bytes.end(), watch, false);
  if (!message.is_object()) return bad_json("this is no JSON");
  if (repeated) return bad_json("a key stands twice in one object");

  Fault fault;
  std::vector<std::string> critical;
  ObjectReader(message, fault)
      .list("critical", 64, critical, [](const Json& json, Fault& at, std::string& out) {
        out = read_string(json, core::kProseBytesMax, at);
      });
  if (!fault.ok()) return fault.status();
  if (!critical.empty()) {
    return Status(Code::kVersion, "critical_unknown",
                  "the message needs something this version does not know", "update this program");
  }
  return message;
}

Bytes dump_message(const Json& message) {
  const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  return {text.begin(), text.end()};
}

void Fault::set(Code code, std::string_view name, std::string_view what) {
  if (ok()) status_ = Status(code, std::string(name), std::string(what));
}

void Fault::under(std::string_view key) {
  const bool joined = place_.empty() || place_.front() == '[';
  place_ = std::string(key) + (joined ? "" : ".") + place_;
}

void Fault::under(std::size_t index) {
  const bool joined = place_.empty() || place_.front() == '[';
  place_ = "[" + std::to_string(index) + "]" + (joined ? "" : ".") + place_;
}

std::uint64_t read_unsigned(const Json& json, std::uint64_t max, Fault& fault) {
  // The parser gives numbers without a minus, fraction or exponent as unsigned.
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (value <= max) return value;
  }
  fault.set("must be an integer from 0 to " + std::to_string(max));
  return 0;
}

std::int64_t read_integer(const Json& json, Fault& fault) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool too_large = json.is_number_unsigned() && json.get<std::uint64_t>() > kMax;
  if (json.is_number_integer() && !too_large) return json.get<std::int64_t>();
  fault.set("must be an integer of 64 bits");
  return 0;
}

std::string read_string(const Json& json, std::size_t bytes_max, Fault& fault) {
  const auto* text = json.get_ptr<const std::string*>();
  if (text != nullptr && text->size() <= bytes_max) return *text;
  fault.set("must be a string of at most " + std::to_string(bytes_max) + " bytes");
  return {};
}

std::string read_text(const Json& json, std::size_t bytes_max, Fault& fault) {
  if (json.is_string()) return read_string(json, bytes_max, fault);
  if (!json.is_object() || json.size() != 1 || !json.contains("t")) {
    fault.set("must be a string or {\"t\": base64}");
    return {};
  }
  const Bytes bytes = read_base64(json["t"], bytes_max, fault);
  std::string text(bytes.begin(), bytes.end());
  // One form per text: what can be a string is one.
  if (fault.ok() && text::is_utf8(text)) fault.set("text that is UTF-8 must be a string");
  return text;
}

Json text_json(std::string_view text) {
  if (text::is_utf8(text)) return Json(text);
  return Json{{"t", crypto::base64(crypto::as_bytes(text))}};
}

std::uint64_t read_hex64(const Json& json, Fault& fault) {
  const auto* text = json.get_ptr<const std::string*>();
  std::uint64_t value = 0;
  bool good = text != nullptr && text->size() == 16;
  for (std::size_t i = 0; good && i < 16; ++i) {
    const char c = (*text)[i];
    const bool digit = c >= '0' && c <= '9';
    good = digit || (c >= 'a' && c <= 'f');
    value = (value << 4) | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  if (good) return value;
  fault.set("must be 16 lower-case hexadecimal digits");
  return 0;
}

Json hex64_json(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

Id read_id(const Json& json, Fault& fault) {
  const auto* text = json.get_ptr<const std::string*>();
  const auto id = text == nullptr ? std::nullopt : Id::parse(*text);
  if (id && id->text() == *text) return *id;
  fault.set("must be a UUID in lower case");
  return {};
}

Author read_author(const Json& json, Fault& fault) {
  const auto* text = json.get_ptr<const std::string*>();
  const auto author = text == nullptr ? std::nullopt : Author::parse(*text);
  if (author) return *author;
  fault.set("must be a replica like 0123456789abcdef.1");
  return {};
}

Bytes read_base64(const Json& json, std::size_t bytes_max, Fault& fault) {
  const auto* text = json.get_ptr<const std::string*>();
  const bool fits = text != nullptr && text->size() / 4 * 3 <= bytes_max + 2;
  auto bytes = fits ? crypto::from_base64(*text) : std::nullopt;
  if (bytes && bytes->size() <= bytes_max) return std::move(*bytes);
  fault.set("must be base64 of at most " + std::to_string(bytes_max) + " bytes");
  return {};
}

ObjectReader::ObjectReader(const Json& json, Fault& fault) : fault_(fault) {
  if (json.is_object()) {
    object_ = &json;
  } else {
    fault.set("must be an object");
  }
}

const Json* ObjectReader::find(const char* key, Need need) {
  if (!fault_.ok()) return nullptr;
  const auto found = object_->find(key);
  if (found != object_->end()) return &*found;
  if (need == Need::kRequired) {
    fault_.set("is missing");
    fault_.under(key);
  }
  return nullptr;
}

std::uint64_t ObjectReader::unsigned_number(const char* key, Need need, std::uint64_t max) {
  return read<std::uint64_t>(
      key, need, [max](const Json& json, Fault& at) { return read_unsigned(json, max, at); });
}

std::int64_t ObjectReader::integer(const char* key, Need need) {
  return read<std::int64_t>(key, need, read_integer);
}

std::string ObjectReader::string(const char* key, Need need) {
  return read<std::string>(key, need, [](const Json& json, Fault& at) {
    return read_string(json, core::kProseBytesMax, at);
  });
}

std::string ObjectReader::text(const char* key, std::size_t bytes_max, Need need) {
  return read<std::string>(key, need, [bytes_max](const Json& json, Fault& at) {
    return read_text(json, bytes_max, at);
  });
}

std::uint64_t ObjectReader::hex64(const char* key, Need need) {
  return read<std::uint64_t>(key, need, read_hex64);
}

Id ObjectReader::id(const char* key) { return read<Id>(key, Need::kRequired, read_id); }

Author ObjectReader::author(const char* key) {
  return read<Author>(key, Need::kRequired, read_author);
}

Bytes ObjectReader::base64(const char* key, std::size_t exact_bytes) {
  return read<Bytes>(key, Need::kRequired, [exact_bytes](const Json& json, Fault& at) {
    Bytes bytes = read_base64(json, exact_bytes, at);
    if (at.ok() && bytes.size() != exact_bytes) {
      at.set("must be base64 of " + std::to_string(exact_bytes) + " bytes");
    }
    return bytes;
  });
}

bool ObjectReader::boolean(const char* key, bool otherwise) {
  const Json* json = find(key, Need::kOptional);
  if (json == nullptr) return otherwise;
  const auto* value = json->get_ptr<const bool*>();
  if (value != nullptr) return *value;
  fault_.set("must be true or false");
  fault_.under(key);
  return otherwise;
}

}  // namespace nhip::protocol
