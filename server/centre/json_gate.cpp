#include "centre/json_gate.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

#include "core/limits.h"
#include "text/normalise.h"

namespace nhip::server {
namespace {

// Calls `each(depth, line)` at every opening bracket outside of text, with the depth it stands at.
template <typename Each>
void each_opening(std::string_view text, const Each& each) {
  std::size_t depth = 0;
  std::uint64_t line = 1;
  bool in_text = false, escaped = false;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (in_text) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_text = false;
      }
      continue;
    }
    if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      each(depth++, line);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
}

}  // namespace

Result<nlohmann::json> parse_json_text(std::string_view text) {
  if (!text::is_utf8(text)) {
    return Status(Code::kMalformed, "bad_utf8", "this is not UTF-8",
                  "convert files in TCVN3, VNI or another legacy encoding to UTF-8 first");
  }
  bool too_deep = false;
  each_opening(text, [&](std::size_t depth, std::uint64_t) {
    too_deep = too_deep || depth >= core::kJsonDepthMax;
  });
  if (too_deep) return Status(Code::kMalformed, "bad_json", "this JSON is nested too deeply");

  bool repeated = false;
  std::vector<std::set<std::string>> keys;
  using Event = nlohmann::json::parse_event_t;
  const auto watch = [&](int, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end && !keys.empty()) keys.pop_back();
    if (event == Event::key && !keys.empty()) {
      repeated = !keys.back().insert(parsed.get<std::string>()).second || repeated;
    }
    return true;
  };
  nlohmann::json parsed = nlohmann::json::parse(text.begin(), text.end(), watch, false);
  if (parsed.is_discarded()) return Status(Code::kMalformed, "bad_json", "this is not JSON");
  if (repeated) return Status(Code::kMalformed, "bad_json", "a key stands twice in one object");
  return parsed;
}

std::vector<std::uint64_t> element_lines(std::string_view text, std::size_t depth) {
  std::vector<std::uint64_t> lines;
  each_opening(text, [&](std::size_t at, std::uint64_t line) {
    if (at == depth) lines.push_back(line);
  });
  return lines;
}

}  // namespace nhip::server
