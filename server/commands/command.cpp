#include "commands/command.h"

#include <nlohmann/json.hpp>

#include <array>

#include "centre/conflicts.h"
#include "centre/devices.h"
#include "centre/inbox.h"
#include "centre/records.h"
#include "centre/review_list.h"
#include "centre/review_verdict.h"
#include "centre/time_text.h"
#include "commands/backup.h"
#include "commands/bundle.h"
#include "commands/figures.h"
#include "commands/present.h"
#include "figures/definition_judge.h"
#include "figures/form_publication.h"

namespace nhip::server {

std::string argument(const nlohmann::json& args, const char* name) {
  const auto it = args.find(name);
  return it != args.end() && it->is_string() ? it->get<std::string>() : std::string();
}

namespace {

using nlohmann::json;

constexpr std::int64_t kTtlMsDefault = 72LL * 3'600'000;
constexpr std::int64_t kTtlMsMax = 30LL * 86'400'000;

Result<CommandOutput> run_load(Centre& centre, const json& args, const CommandContext& context) {
  NHIP_TRY_ASSIGN(const LoadReport report,
                  load_judged(centre, argument(args, "dir"), context.now, context.progress));
  // A load also enters history behind live versions, which no feed shows.
  if (context.figures != nullptr) context.figures->forget();
  return CommandOutput{report.problems.empty() ? 0 : 6, json_text(load_json(report)),
                       load_text(report, context.language)};
}

Result<CommandOutput> run_enrol(Centre& centre, const json& args, const CommandContext& context) {
  std::int64_t ttl_ms = kTtlMsDefault;
  if (const std::string given = argument(args, "ttl"); !given.empty()) {
    const auto span = parse_span(given);
    if (!span || *span > kTtlMsMax) {
      return Status(Code::kUsage, "bad_span", "--ttl must be a time such as 45m, 72h or 7d",
                    "at most 30d");
    }
    ttl_ms = *span;
  }
  NHIP_TRY_ASSIGN(const MadeCode made,
                  make_code(centre, argument(args, "unit"), argument(args, "role"),
                            argument(args, "label"), ttl_ms, context.now));
  return CommandOutput{0,
                       json_text({{"code", made.code},
                                  {"unit_id", made.unit_id},
                                  {"role", made.role},
                                  {"expires_at", iso_text(made.expires_at)}}),
                       enrol_text(made, context.language)};
}

Result<CommandOutput> run_devices(Centre& centre, const json&, const CommandContext& context) {
  NHIP_TRY_ASSIGN(const json list, devices(centre));
  return CommandOutput{0, json_text(list), devices_text(list, context.language)};
}

Result<CommandOutput> run_revoke(Centre& centre, const json& args, const CommandContext& context) {
  const std::string device_id = argument(args, "device");
  NHIP_TRY(revoke(centre, device_id, context.now));
  NHIP_TRY_ASSIGN(const std::optional<Device> device, centre.store().device(device_id));
  return CommandOutput{
      0,
      json_text({{"device_id", device_id},
                 {"revoked_at", iso_text(device->revoked_at.value_or(context.now))}}),
      revoked_text(device_id, context.language)};
}

Result<CommandOutput> run_records(Centre& centre, const json& args, const CommandContext& context) {
  RecordQuery query;
  query.type = argument(args, "type");
  query.unit_id = argument(args, "unit");
  if (const std::string given = argument(args, "as_of"); !given.empty()) {
    query.as_of = parse_moment(given);
    if (!query.as_of) {
      return Status(Code::kUsage, "bad_time", "--as-of must be an instant: " + given,
                    "for example 2026-03-31T10:00:00Z or 2026-03-31T17:00:00+07:00");
    }
  }
  NHIP_TRY_ASSIGN(const json list, records(centre, query));
  const Type* type = centre.schema().type(query.type);
  return CommandOutput{0, json_text(list), records_text(*type, list, context.language)};
}

Result<CommandOutput> run_conflicts(Centre& centre, const json&, const CommandContext& context) {
  NHIP_TRY_ASSIGN(const json list, open_conflicts(centre));
  return CommandOutput{0, json_text(list), conflicts_text(list, context.language)};
}

Result<CommandOutput> run_inbox(Centre& centre, const json&, const CommandContext& context) {
  NHIP_TRY_ASSIGN(const json list, inbox(centre));
  return CommandOutput{0, json_text(list), inbox_text(list, context.language)};
}

Result<CommandOutput> run_review(Centre& centre, const json& args, const CommandContext& context) {
  const std::string action = argument(args, "action");
  if (action == "return" || action == "approve") {
    const Verdict verdict{argument(args, "type"), argument(args, "id"), action == "approve",
                          argument(args, "reason")};
    NHIP_TRY(give_verdict(centre, verdict, context.now));
    const char* state = verdict.approve ? "APPROVED" : "RETURNED";
    return CommandOutput{0,
                         json_text({{"type", verdict.type}, {"id", verdict.id}, {"state", state}}),
                         verdict_text(verdict.approve, context.language)};
  }
  if (action != "list") {
    return Status(Code::kUsage, "bad_usage", "nhipd review knows: list, return, approve",
                  "nhipd review list");
  }
  const bool vietnamese = context.language == Language::kVietnamese;
  NHIP_TRY_ASSIGN(const json list, review_list(centre, vietnamese ? "vi" : "en"));
  return CommandOutput{0, json_text(list), review_text(list, context.language)};
}

Result<CommandOutput> run_form(Centre& centre, const json& args, const CommandContext& context) {
  if (argument(args, "action") != "publish") {
    return Status(Code::kUsage, "bad_usage", "nhipd form knows: publish",
                  "nhipd form publish survey_forms.json");
  }
  const bool dry_run = argument(args, "dry_run") == "yes";
  NHIP_TRY_ASSIGN(const LoadReport report,
                  publish_forms(centre, argument(args, "file"), dry_run, context.now));
  json out = load_json(report);
  out["dry_run"] = dry_run;
  return CommandOutput{report.problems.empty() ? 0 : 3, json_text(out),
                       load_text(report, context.language)};
}

struct Command {
  std::string_view name;
  Result<CommandOutput> (*run)(Centre&, const json&, const CommandContext&);
};

constexpr std::array<Command, 19> kCommands = {{
    {"form", run_form},
    {"load", run_load},
    {"enrol", run_enrol},
    {"devices", run_devices},
    {"revoke", run_revoke},
    {"records", run_records},
    {"conflicts", run_conflicts},
    {"inbox", run_inbox},
    {"backup", run_backup},
    {"verify", run_verify},
    {"review", run_review},
    {"bundle", run_bundle},
    {"indicators", run_indicators},
    {"explain", run_explain},
    {"period", run_period},
    {"units", run_units},
    {"report", run_report},
    {"export", run_export},
    {"completeness", run_completeness},
}};

}  // namespace

int exit_code(Code code) {
  switch (code) {
    case Code::kOk: return 0;
    case Code::kInternal: return 1;
    case Code::kUsage: return 2;
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kLimit: return 3;
    case Code::kUnavailable:
    case Code::kDiskFull: return 4;
    case Code::kUnauthenticated:
    case Code::kForbidden:
    case Code::kVersion: return 5;
    case Code::kBusy:
    case Code::kCorrupt: return 7;
  }
  return 1;
}

std::string json_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<CommandOutput> run_command(Centre& centre, const std::string& name, const json& args,
                                  const CommandContext& context) {
  for (const Command& command : kCommands) {
    if (command.name == name && args.is_object()) return command.run(centre, args, context);
  }
  return Status(Code::kUsage, "unknown_command", "no such command: " + name);
}

}  // namespace nhip::server
