// nhipd period: which periods there are, and locking them.
#include <nlohmann/json.hpp>

#include "centre/time_text.h"
#include "commands/figures.h"
#include "commands/table.h"
#include "figures/adjustments.h"
#include "figures/completeness.h"
#include "figures/locks.h"

namespace nhip::server {
namespace {

using nlohmann::json;

json lock_json(const StoredLock& lock) {
  return {{"number", lock.number},
          {"at", iso_text(lock.at)},
          {"made_at", iso_text(lock.made_at)},
          {"reason", lock.reason.empty() ? json() : json(lock.reason)},
          {"stored", lock.stored}};
}

std::string screen_day(const json& day) {
  if (!day.is_string()) return "";
  const std::string text = day.get<std::string>();
  return text.substr(8, 2) + "/" + text.substr(5, 2) + "/" + text.substr(0, 4);
}

Result<CommandOutput> list_periods(FigureBook& book, Language language) {
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  const auto day = [](indicators::Day each) {
    return each == indicators::kNoDay ? json() : json(indicators::day_text(each));
  };
  for (const indicators::PeriodDates& period : book.ledger().periods()) {
    NHIP_TRY_ASSIGN(const std::vector<StoredLock> locks, locks_of(book.centre(), period.code));
    json entry{{"code", period.code},
               {"year", period.year},
               {"kind", period.kind},
               {"start", day(period.start)},
               {"end", day(period.end)},
               {"due_unit", day(period.due_unit)},
               {"due_sector", day(period.due_sector)},
               {"lock_at", period.lock_at ? json(iso_text(*period.lock_at)) : json()},
               {"locks", json::array()}};
    for (const StoredLock& lock : locks) entry["locks"].push_back(lock_json(lock));
    rows.push_back({period.code, screen_day(entry["start"]), screen_day(entry["end"]),
                    screen_day(entry["due_unit"]),
                    period.lock_at ? screen_text(*period.lock_at) : "",
                    locks.size() > 1 ? std::to_string(locks.size() - 1) : ""});
    list.push_back(std::move(entry));
  }
  return CommandOutput{
      0, json_text(list),
      print_table(
          {say(language, "Kỳ", "Period"), say(language, "Từ", "From"), say(language, "Đến", "To"),
           say(language, "Hạn đơn vị", "Units' due day"), say(language, "Chốt lúc", "Locked at"),
           say(language, "Lần điều chỉnh", "Restated")},
          rows)};
}

// Official and current side by side, and the records in between.
Result<CommandOutput> list_changes(FigureBook& book, const std::string& code, Language language) {
  NHIP_TRY_ASSIGN(const json out, adjustments(book, code));
  std::string text =
      code + say(language, ": điều chỉnh sau chốt, ", ": changed since the lock, ") +
      std::to_string(out["indicators"].size()) + say(language, " chỉ tiêu, ", " indicators, ") +
      std::to_string(out["records"].size()) + say(language, " bản ghi\n", " records\n");
  for (const json& each : out["indicators"]) text += "  " + each["code"].get<std::string>() + "\n";
  for (const json& each : out["records"]) {
    text += "  " + each["type"].get<std::string>() + " " + each["id"].get<std::string>() + "  " +
            each["unit_id"].get<std::string>() + "  " +
            screen_text(*parse_instant(each["received_at"].get<std::string>())) +
            (each["deleted"] == true ? say(language, "  đã xóa", "  deleted") : "") + "\n";
  }
  return CommandOutput{0, json_text(out), text};
}

std::string completeness_text(const json& each, Language language) {
  const auto count = [&](const char* key) { return std::to_string(each[key].get<std::int64_t>()); };
  std::string text = each["period"].get<std::string>() +
                     say(language, ": phải nộp ", ": expected ") + count("expected") +
                     say(language, ", đã nộp ", ", received ") + count("received") +
                     say(language, " (có nội dung ", " (not empty ") + count("non_empty") +
                     say(language, "), đúng hạn ", "), on time ") + count("on_time") +
                     say(language, ", trễ ", ", late ") + count("late") +
                     say(language, ", thiếu ", ", missing ") + count("missing") + "\n";
  for (const json& unit : each["units"]) {
    if (unit["status"] != "MISSING") continue;
    text += say(language, "  cần nhắc: ", "  to be reminded: ") +
            unit["unit_id"].get<std::string>() + "  " + unit["name"].get<std::string>() + "\n";
  }
  return text;
}

}  // namespace

Result<CommandOutput> run_completeness(Centre& centre, const json& args,
                                       const CommandContext& context) {
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  NHIP_TRY_ASSIGN(const std::vector<std::string> codes,
                  asked_periods(*book, argument(args, "period")));
  json out = json::array();
  std::string text;
  for (const std::string& code : codes) {
    out.push_back(completeness(*book, code));
    text += completeness_text(out.back(), context.language);
  }
  return CommandOutput{0, json_text(out), text};
}

Result<CommandOutput> run_period(Centre& centre, const json& args, const CommandContext& context) {
  const std::string action = argument(args, "action"), code = argument(args, "code");
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  if (action == "list") return list_periods(*book, context.language);
  if (action == "load") {
    return run_definition_load(*book, false, argument(args, "file"),
                               argument(args, "dry_run") == "yes", context);
  }
  if (action != "lock" && action != "restate" && action != "changes") {
    return Status(Code::kUsage, "bad_usage",
                  "nhipd period knows: list, load, lock, restate, changes");
  }
  if (code.empty()) {
    return Status(Code::kUsage, "bad_usage", "say which period",
                  "nhipd period " + action + " 2026-FY");
  }
  if (action == "changes") return list_changes(*book, code, context.language);
  LockOrder order{code, context.now, action == "restate", argument(args, "reason")};
  if (const std::string at = argument(args, "at"); !at.empty()) {
    const auto instant = parse_moment(at);
    if (!instant || order.restate) {
      return Status(Code::kUsage, "bad_time", "--at is the instant of a lock: " + at,
                    "for example 2027-01-30T10:00:00Z or 2027-01-30T17:00:00+07:00");
    }
    order.at = *instant;
  }
  NHIP_TRY_ASSIGN(const StoredLock lock, order_lock(*book, order, context.now));
  json out = lock_json(lock);
  out["code"] = code;
  const std::string said =
      lock.stored ? say(context.language, " đã chốt số liệu lúc ", " is locked as of ")
                  : say(context.language, " sẽ chốt số liệu lúc ", " will be locked as of ");
  return CommandOutput{0, json_text(out), code + said + screen_text(lock.at) + ".\n"};
}

}  // namespace nhip::server
