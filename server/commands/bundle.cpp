#include "commands/bundle.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "centre/bundle.h"
#include "centre/private_file.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr unsigned kReplyMode = 0600;

std::string text_at(const json& args, const char* name) {
  const auto it = args.find(name);
  return it != args.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Result<Bytes> read_bundle(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status(Code::kNotFound, "no_file", "cannot read " + path, "check its name");
  Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return Status(Code::kUnavailable, "io_error", "reading " + path + " failed");
  return bytes;
}

std::string report_text(const BundleOutcome& outcome, const std::string& reply,
                        const CommandContext& context) {
  const Language language = context.language;
  std::string text = say(language, "Đã nhận gói của ", "Took the bundle of ") + outcome.device_id +
                     " (" + outcome.unit_id + "): " + std::to_string(outcome.accepted) +
                     say(language, " nhóm thay đổi mới, ", " new groups of changes, ") +
                     std::to_string(outcome.repeated) +
                     say(language, " nhóm đã có từ trước, ", " that were here before, ") +
                     std::to_string(outcome.rejected + outcome.held) +
                     say(language, " nhóm cần xem lại.\n", " that need a person.\n");
  if (!outcome.refused.empty()) {
    text += say(language, "Gói không được nhận hết: ", "Not all of it was taken: ") +
            outcome.refused + "\n";
  }
  if (reply.empty()) return text;
  return text + say(language, "Hãy mang tệp này về máy: ", "Carry this file to the device: ") +
         reply + "\n";
}

}  // namespace

Result<CommandOutput> run_bundle(Centre& centre, const json& args, const CommandContext& context) {
  if (text_at(args, "action") != "in") {
    return Status(Code::kUsage, "bad_usage", "nhipd bundle knows: in",
                  "nhipd bundle in FILE --reply FILE");
  }
  NHIP_TRY_ASSIGN(const Bytes bytes, read_bundle(text_at(args, "file")));
  NHIP_TRY_ASSIGN(const BundleOutcome outcome, take_bundle(centre, bytes, context.now));
  const std::string reply = text_at(args, "reply");
  if (!reply.empty()) {
    const std::string_view text(reinterpret_cast<const char*>(outcome.answer.data()),
                                outcome.answer.size());
    NHIP_TRY(write_whole(reply, text, kReplyMode));
  }
  const json report = {{"device_id", outcome.device_id},
                       {"unit_id", outcome.unit_id},
                       {"accepted", outcome.accepted},
                       {"repeated", outcome.repeated},
                       {"rejected", outcome.rejected},
                       {"held", outcome.held},
                       {"rows", outcome.rows},
                       {"refused", outcome.refused.empty() ? json() : json(outcome.refused)},
                       {"reply", reply.empty() ? json() : json(reply)},
                       {"reply_bytes", outcome.answer.size()}};
  const bool needs_person = outcome.rejected + outcome.held > 0;
  const int exit = !outcome.refused.empty() ? exit_code(Code::kForbidden) : needs_person ? 6 : 0;
  return CommandOutput{exit, json_text(report), report_text(outcome, reply, context)};
}

}  // namespace nhip::server
