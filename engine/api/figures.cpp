// The device's records as facts, and the ledger's answers about one unit. A device knows no times
// of receipt, so what it shows is the current view, and a report counts by the device's own word.
#include "nhip/figures.h"

#include <nlohmann/json.hpp>

#include <array>
#include <set>

#include "indicators/explanation.h"
#include "indicators/fact_reader.h"
#include "indicators/figures_json.h"
#include "indicators/influence.h"
#include "indicators/ledger.h"
#include "replica/capture.h"
#include "replica/outbox.h"
#include "replica/store.h"

namespace nhip {
namespace {

using namespace indicators;
using nlohmann::json;
using replica::Store;

using Key = std::pair<std::uint16_t, Id>;

// Everything a question needs, in the order in which it must be made.
struct Desk {
  Definitions definitions;
  Names names;
  FormKeys forms;
  std::vector<UnitVersion> units;
  std::vector<PeriodDates> periods;
  std::set<Key> pending;
  std::unique_ptr<Ledger> ledger;
  NameId unit = 0;
  Day today = kNoDay;
  Instant now = 0;
};

Status read_pending(Store& store, std::set<Key>& pending) {
  NHIP_TRY_ASSIGN(const auto queued, replica::read_outbox(store));
  for (const auto& each : queued) pending.insert({each.operation.type, each.operation.id});
  return {};
}

Status read_definitions(Store& store, Desk& desk) {
  const auto each = [&](const char* name, const auto& take) -> Status {
    replica::RecordTable* table = store.table(name);
    if (table == nullptr) return {};
    return table->each([&](const replica::RecordTable::Found& found) {
      take(table->type(), found.cells);
      return true;
    });
  };
  NHIP_TRY(each("org_unit", [&](const Type& type, const core::Cells& cells) {
    if (auto unit = read_unit(type, cells)) desk.units.push_back(*std::move(unit));
  }));
  NHIP_TRY(each("period", [&](const Type& type, const core::Cells& cells) {
    if (auto period = read_period(type, cells)) desk.periods.push_back(*std::move(period));
  }));
  return each("form", [&](const Type& type, const core::Cells& cells) {
    read_form(type, cells, desk.forms);
  });
}

// What the device itself said stands for the receipt that it does not know.
Instant said_at(const Facts& facts) {
  if (const Report* report = std::get_if<Report>(&facts.body)) return report->submitted_at;
  if (const Ack* ack = std::get_if<Ack>(&facts.body)) return ack->acked_at;
  return 0;
}

Status read_records(Store& store, Desk& desk) {
  FactReader reader(store.schema(), desk.definitions, desk.names, desk.forms);
  for (replica::RecordTable* table : store.tables()) {
    if (!reader.reads(table->type())) continue;
    const Type& type = table->type();
    NHIP_TRY(table->each([&](const replica::RecordTable::Found& found) {
      std::optional<Facts> facts = reader.read(type, found.id, found.cells);
      if (!facts) return true;
      facts->rev = 1;
      facts->received_at = said_at(*facts);
      facts->updated_at = facts->received_at;
      facts->waiting = desk.pending.contains({type.number, found.id});
      desk.ledger->put({type.number, found.id, {*std::move(facts)}});
      return true;
    }));
  }
  return {};
}

Status open_desk(Replica& replica, const FigureQuestion& question, Desk& desk) {
  Store& store = replica.store();
  NHIP_TRY_ASSIGN(desk.definitions, Definitions::parse(question.definitions_json));
  NHIP_TRY(store.transact([&]() -> Status {
    // Work of other tools waits to be sent, too.
    NHIP_TRY(replica::seal(store, replica::SealAs::kManyGroups));
    NHIP_TRY_ASSIGN(desk.now, store.likely_now());
    NHIP_TRY(read_pending(store, desk.pending));
    NHIP_TRY(read_definitions(store, desk));
    desk.ledger = std::make_unique<Ledger>(desk.definitions, desk.names);
    desk.ledger->set_units(desk.units);
    desk.ledger->set_periods(desk.periods);
    return read_records(store, desk);
  }));
  desk.today = day_of(desk.now, desk.definitions.utc_offset_minutes);
  const std::string unit = !question.unit.empty() ? question.unit
                           : store.enrolment()    ? store.enrolment()->unit_id
                                                  : std::string();
  desk.unit = desk.names.find(unit);
  if (desk.unit == 0 || desk.ledger->lineage().last(desk.unit) == nullptr) {
    return Status(Code::kNotFound, "unknown_unit", "this device does not know the unit " + unit,
                  "sync once, so that the table of units is here");
  }
  if (!question.period.empty() && desk.ledger->period(question.period) == nullptr) {
    return Status(Code::kNotFound, "unknown_period",
                  "this device does not know the period " + question.period,
                  "sync once, so that the periods are here");
  }
  return {};
}

// The unit's share in records that the office has not received.
std::int64_t count_waiting(const Desk& desk, const PeriodDates& period) {
  std::int64_t count = 0;
  each_used_record(*desk.ledger, period, kForEver, [&](const Record&, const Facts& facts) {
    if (facts.waiting) ++count;
  });
  return count;
}

// Deleted rows are gone from the tables, but their deletion may still wait.
bool some_deletion_waits(Store& store, const Desk& desk) {
  for (const Key& key : desk.pending) {
    replica::RecordTable* table = store.table(key.first);
    if (table == nullptr) continue;
    const auto found = table->read(key.second);
    if (found.ok() && !*found) return true;
  }
  return false;
}

// What the parts of a figure are called on a screen.
struct PartName {
  std::string_view key, vi, en;
};
constexpr std::array<PartName, 27> kPartNames = {{
    {"has_activity", "đã tổ chức", "held"},
    {"has_plan", "đã ban hành", "issued"},
    {"established", "đã thành lập", "established"},
    {"status", "tình trạng", "state"},
    {"handed_in", "ngày nộp", "handed in"},
    {"activities", "hoạt động", "activities"},
    {"child_activities", "vì trẻ em", "for children"},
    {"children_turns", "lượt trẻ em", "turns of children"},
    {"union", "công đoàn", "union"},
    {"employer", "chuyên môn", "employer"},
    {"sponsor", "tài trợ", "sponsors"},
    {"other", "khác", "other"},
    {"total", "tổng số", "total"},
    {"workers_female", "lao động nữ", "women workers"},
    {"rooms", "phòng", "rooms"},
    {"rooms_standard", "đạt chuẩn", "up to standard"},
    {"cases", "trường hợp", "cases"},
    {"amount_vnd", "số tiền (đồng)", "amount (dong)"},
    {"hardship_supported", "trẻ khó khăn được hỗ trợ", "children in hardship supported"},
    {"annual", "hằng năm", "annual"},
    {"adhoc", "đột xuất", "ad hoc"},
    {"with_result", "có kết quả", "with a result"},
    {"on_time", "đúng hạn", "on time"},
    {"late", "trễ", "late"},
    {"missing", "thiếu", "missing"},
    {"ON_TIME", "đúng hạn", "on time"},
    {"LATE", "trễ", "late"},
}};

std::string part_name(std::string_view key, bool english) {
  if (key == "MISSING") return english ? "missing" : "chưa nộp";
  for (const PartName& each : kPartNames) {
    if (each.key == key) return std::string(english ? each.en : each.vi);
  }
  return std::string(key);
}

std::string grouped(std::int64_t number, bool english) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, english ? "," : ".");
  return digits;
}

std::string part_text(const json& value, bool english) {
  if (value.is_null()) return "–";
  if (value.is_boolean()) {
    if (value == true) return english ? "yes" : "có";
    return english ? "no" : "không";
  }
  if (value.is_number_integer()) return grouped(value.get<std::int64_t>(), english);
  if (value.is_object()) return value["num"].dump() + "/" + value["den"].dump();
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() != 10 || parse_day(text) == kNoDay) return part_name(text, english);
  return text.substr(8, 2) + "/" + text.substr(5, 2) + "/" + text.substr(0, 4);
}

// Empty for what is no indicator.
std::string line_text(const std::string& code, const json& figure, const Definitions& definitions,
                      bool english) {
  const IndicatorText* text = definitions.indicator(code);
  if (text == nullptr) return {};
  std::string line = "  " + code + "  " + (english ? text->name_en : text->name_vi);
  std::string_view between = " – ";
  for (const auto& [key, value] : figure.items()) {
    const bool is_ratio = value.is_object() && value.contains("num");
    if (value.is_array() || (value.is_object() && !is_ratio)) continue;
    line += std::string(between) + part_name(key, english) + ": " + part_text(value, english);
    between = ", ";
  }
  return line + "\n";
}

// 924 → "92,4%".
std::string percent_text(const json& tenths, bool english) {
  if (!tenths.is_number_integer()) return "–";
  const std::int64_t value = tenths.get<std::int64_t>();
  return std::to_string(value / 10) + (english ? "." : ",") + std::to_string(value % 10) + "%";
}

std::string target_text(const std::string& code, const json& figure, const Desk& desk,
                        bool english) {
  if (!figure.contains("reach")) return line_text(code, figure, desk.definitions, english);
  const IndicatorText* text = desk.definitions.indicator(code);
  return "  " + code + "  " + (english ? text->name_en : text->name_vi) + ": " +
         figure["num"].dump() + "/" + figure["den"].dump() + " (" +
         percent_text(figure["pct_tenths"], english) + ")\n";
}

std::vector<std::string> asked_periods(const Desk& desk, const FigureQuestion& question) {
  if (!question.period.empty()) return {question.period};
  std::vector<std::string> codes;
  for (const PeriodDates& each : desk.ledger->periods()) {
    if (is_within(desk.today, each)) codes.push_back(each.code);
  }
  if (codes.empty() && !desk.ledger->periods().empty()) {
    codes.push_back(desk.ledger->periods().back().code);
  }
  return codes;
}

}  // namespace

Result<FigureAnswer> targets(Replica& replica, const FigureQuestion& question) {
  Desk desk;
  NHIP_TRY(open_desk(replica, question, desk));
  const std::string unit = desk.names.text(desk.unit);
  json out{{"unit_id", unit},
           {"definitions_version", desk.definitions.version},
           {"as_of", day_text(desk.today)},
           {"periods", json::object()}};
  std::string text;
  const bool deletion_waits = some_deletion_waits(replica.store(), desk);
  for (const std::string& code : asked_periods(desk, question)) {
    const Figures* figures = desk.ledger->figures(code, ViewKind::kCurrent);
    const json units = units_json(*figures, {desk.definitions, desk.names});
    const std::int64_t waiting = count_waiting(desk, figures->period);
    const bool received = waiting == 0 && !deletion_waits;
    const json mine = units.value(unit, json());
    out["periods"][code] = {{"received", received}, {"not_received", waiting}, {"figures", mine}};
    text += code + ", " + unit;
    if (!received) {
      text += question.english ? " – not yet received by the office" : " – văn phòng chưa nhận";
      if (waiting > 0) text += " (" + std::to_string(waiting) + ")";
    }
    text += "\n";
    if (!mine.is_object()) {
      text += question.english ? "  the unit does not exist on the last day of the period\n"
                               : "  đơn vị không còn vào ngày cuối kỳ\n";
      continue;
    }
    for (const auto& [indicator, figure] : mine.items()) {
      text += target_text(indicator, figure, desk, question.english);
    }
  }
  return FigureAnswer{out.dump(-1, ' ', false, json::error_handler_t::replace), text};
}

Result<FigureAnswer> explain_figure(Replica& replica, const FigureQuestion& question) {
  Desk desk;
  NHIP_TRY(open_desk(replica, question, desk));
  if (desk.definitions.indicator(question.indicator) == nullptr) {
    return Status(Code::kUsage, "unknown_indicator", "there is no indicator " + question.indicator,
                  "IND01 to IND15");
  }
  const auto codes = asked_periods(desk, question);
  if (codes.empty()) {
    return Status(Code::kNotFound, "unknown_period", "this device knows no periods", "nhip sync");
  }
  const Question asked{question.indicator, desk.unit, codes.back(), kForEver};
  const Figures* figures = desk.ledger->figures(asked.period, ViewKind::kCurrent);
  const Tongue tongue = question.english ? Tongue::kEnglish : Tongue::kVietnamese;
  const json out = explanation_json(explain(*desk.ledger, asked),
                                    {replica.schema(), *desk.ledger, asked, *figures, tongue});
  return FigureAnswer{out.dump(-1, ' ', false, json::error_handler_t::replace),
                      explanation_text(out, tongue)};
}

}  // namespace nhip
