#include "commands/figures.h"

#include <nlohmann/json.hpp>

#include <array>

#include "centre/conflicts.h"
#include "commands/table.h"
#include "exports/public_figures.h"
#include "figures/locks.h"
#include "indicators/figures_json.h"

namespace nhip::server {
namespace {

using indicators::ViewKind;
using nlohmann::json;

std::string number_text(const json& value, Language language) {
  if (value.is_string()) return value.get<std::string>();  // hidden
  if (!value.is_number_integer()) return "–";
  std::string digits = std::to_string(value.get<std::int64_t>());
  const std::string mark = say(language, ".", ",");
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, mark);
  return digits;
}

std::string ratio_text(const json& ratio, Language language) {
  return number_text(ratio["num"], language) + "/" + number_text(ratio["den"], language) + " (" +
         percent_text(ratio, language) + ")";
}

std::string verdict_text(const json& ratio, Language language) {
  if (ratio["met"].is_null()) return "";
  const std::string over = say(language, " (cần trên ", " (needs over ") +
                           std::to_string(ratio["threshold"].get<std::int64_t>()) + "%)";
  return (ratio["met"] == true ? say(language, "đạt", "met")
                               : say(language, "chưa đạt", "not met")) +
         over;
}

// What a person wants to know of one indicator: its value, and what to know about it.
struct Line {
  std::string value, remark;
};

std::string list_text(const json& units) {
  std::string text;
  for (const json& unit : units) text += (text.empty() ? "" : ", ") + unit.get<std::string>();
  return text;
}

Line reach_line(const json& figure, Language language) {
  std::string remark = verdict_text(figure, language);
  if (const std::size_t missing = figure["units_missing"].size(); missing > 0) {
    remark +=
        (remark.empty() ? "" : "; ") +
        say(language, "chưa đầy đủ (thiếu số liệu nền của ", "incomplete (no base figures of ") +
        std::to_string(missing) + say(language, " đơn vị: ", " units: ") +
        list_text(figure["units_missing"]) + ")";
  }
  return {ratio_text(figure, language), remark};
}

Line share_line(const json& figure, Language language) {
  const std::string without = list_text(figure["units_without"]);
  return {ratio_text(figure, language),
          without.empty() ? "" : say(language, "chưa có: ", "without: ") + without};
}

Line line_of(const std::string& code, const json& figure, Language language) {
  const auto count = [&](const char* key) { return number_text(figure[key], language); };
  if (code == "IND01" || code == "IND02") return reach_line(figure, language);
  if (code == "IND03" || code == "IND05") return share_line(figure, language);
  if (code == "IND04") {
    return {ratio_text(figure["on_time"], language),
            say(language, "trễ ", "late ") + number_text(figure["counts"]["LATE"], language) +
                say(language, ", thiếu ", ", missing ") +
                number_text(figure["counts"]["MISSING"], language)};
  }
  if (code == "IND06") {
    return {count("activities"),
            say(language, "vì trẻ em ", "for children ") + count("child_activities") +
                say(language, "; lượt trẻ em ", "; turns of children ") + count("children_turns")};
  }
  if (code == "IND07") return {count("total") + say(language, " đồng", " dong"), ""};
  if (code == "IND08") return {ratio_text(figure, language), ""};
  if (code == "IND09") {
    return {count("rooms"), say(language, "bắt buộc: ", "obliged: ") +
                                ratio_text(figure["obligated_with_room"], language)};
  }
  if (code == "IND10") {
    return {count("cases"), count("amount_vnd") +
                                say(language, " đồng; trẻ khó khăn được hỗ trợ ",
                                    " dong; children in hardship supported ") +
                                ratio_text(figure["hardship_supported"], language)};
  }
  if (code == "IND11") {
    return {count("annual"), say(language, "đột xuất ", "ad hoc ") + count("adhoc")};
  }
  if (code == "IND12") {
    return {ratio_text(figure["on_time"], language),
            say(language, "trễ ", "late ") + count("late") +
                say(language, ", thiếu ", ", missing ") + count("missing")};
  }
  if (code == "IND13") return {count("total"), ""};
  return {ratio_text(figure["officials"], language),
          say(language, "gia đình: ", "families: ") + ratio_text(figure["families"], language)};
}

std::string view_text(const json& views, const std::string& title, Language language) {
  std::string out;
  for (const auto& [period, figures] : views.items()) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [code, figure] : figures.items()) {
      const Line line = line_of(code, figure, language);
      const Result<const indicators::Definitions*> definitions = union_definitions();
      const auto* text = definitions.ok() ? (*definitions)->indicator(code) : nullptr;
      const std::string name = text == nullptr ? "" : say(language, text->name_vi, text->name_en);
      rows.push_back({code, name, line.value, line.remark});
    }
    out += period + " – " + title + "\n" +
           print_table({say(language, "Mã", "Code"), say(language, "Chỉ tiêu", "Indicator"),
                        say(language, "Giá trị", "Value"), say(language, "Ghi chú", "Remark")},
                       rows, 60) +
           "\n";
  }
  return out;
}

Result<json> figures_of(FigureBook& book, const std::string& code, ViewKind view, bool is_public) {
  if (is_public) {
    NHIP_TRY_ASSIGN(json covered, public_figures(book, code, view));
    return std::move(covered["figures"]);
  }
  return view == ViewKind::kOfficial ? official_figures(book, code) : current_figures(book, code);
}

// What has a meaning in a quarter: verdicts, reports, plans and lists of children are of a year.
constexpr std::array<std::string_view, 6> kOfQuarters = {"IND01", "IND02", "IND06",
                                                         "IND07", "IND11", "IND13"};

// {"2026-Q1": {IND01 …}, …} of the quarters that lie within the period.
json quarters(FigureBook& book, const std::string& code) {
  const indicators::PeriodDates period = *book.ledger().period(code);
  json out = json::object();
  constexpr std::array<const char*, 5> kStarts = {"-01-01", "-04-01", "-07-01", "-10-01", "-01-01"};
  for (std::size_t i = 0; i < 4; ++i) {
    indicators::PeriodDates days = period;
    const std::string year = std::to_string(period.year);
    days.code = year + "-Q" + std::to_string(i + 1);
    days.kind = "Q" + std::to_string(i + 1);
    days.start = indicators::parse_day(year + kStarts[i]);
    const std::string next = i == 3 ? std::to_string(period.year + 1) : year;
    days.end = indicators::parse_day(next + kStarts[i + 1]) - 1;
    if (days.start < period.start || days.end > period.end) continue;
    const json figures = indicators::figures_json(book.ledger().figures_between(days),
                                                  {book.ledger().definitions(), book.names()});
    for (const std::string_view indicator : kOfQuarters) {
      out[days.code][std::string(indicator)] = figures[std::string(indicator)];
    }
  }
  return out;
}

// A stored result is of its time; by-groups are computed for views that follow from records.
Result<json> grouped(FigureBook& book, const std::string& code, const std::string& by,
                     bool is_public) {
  if (by == "quarter") return quarters(book, code);
  if (by != "unit")
    return indicators::groups_json(*book.ledger().figures(code, ViewKind::kCurrent), by);
  if (!is_public) return current_units(book, code);
  NHIP_TRY_ASSIGN(json covered, public_figures(book, code, ViewKind::kCurrent));
  return std::move(covered["units"]);
}

Status add_groups(FigureBook& book, const std::vector<std::string>& codes, const std::string& by,
                  bool is_public, json& into) {
  json& groups = into["by_" + by] = json::object();
  for (const std::string& code : codes) {
    if (book.ledger().figures(code, ViewKind::kCurrent) == nullptr) continue;
    NHIP_TRY_ASSIGN(groups[code], grouped(book, code, by, is_public));
  }
  return {};
}

Status check_words(const std::string& view, const std::string& by) {
  if (view != "official" && view != "current" && view != "both") {
    return Status(Code::kUsage, "bad_view", "--view is official, current or both");
  }
  constexpr std::array<std::string_view, 6> kGroups = {"",         "unit",    "host_type",
                                                       "district", "quarter", "funding"};
  if (std::find(kGroups.begin(), kGroups.end(), by) == kGroups.end()) {
    return Status(Code::kUsage, "bad_group",
                  "--by is unit, host_type, district, funding or quarter");
  }
  return {};
}

}  // namespace

std::string percent_text(const json& ratio, Language language) {
  if (!ratio["pct_tenths"].is_number_integer()) return "–";
  const std::int64_t tenths = ratio["pct_tenths"].get<std::int64_t>();
  return std::to_string(tenths / 10) + say(language, ",", ".") + std::to_string(tenths % 10) + "%";
}

Result<OpenBook> OpenBook::open(Centre& centre, const CommandContext& context) {
  OpenBook opened;
  if (context.figures == nullptr) opened.own_ = std::make_unique<FigureBook>(centre);
  opened.book_ = context.figures == nullptr ? opened.own_.get() : context.figures;
  NHIP_TRY(opened.book_->refresh(context.figures == nullptr ? FigureBook::Unlocked{}
                                                            : context.unlocked));
  NHIP_TRY(store_due_locks(*opened.book_, context.now));
  return opened;
}

Result<std::vector<std::string>> asked_periods(FigureBook& book, const std::string& codes) {
  std::vector<std::string> asked;
  for (std::size_t begin = 0; begin < codes.size();) {
    const std::size_t end = std::min(codes.find(',', begin), codes.size());
    asked.push_back(codes.substr(begin, end - begin));
    if (book.ledger().period(asked.back()) == nullptr) {
      return Status(Code::kInvalid, "unknown_period", "there is no period " + asked.back(),
                    "nhipd period list");
    }
    begin = end + 1;
  }
  if (!asked.empty()) return asked;
  for (const auto& period : book.ledger().periods()) asked.push_back(period.code);
  return asked;
}

Result<CommandOutput> run_indicators(Centre& centre, const json& args,
                                     const CommandContext& context) {
  const std::string given = argument(args, "view");
  const std::string view = given.empty() ? "both" : given, by = argument(args, "by");
  NHIP_TRY(check_words(view, by));
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  NHIP_TRY_ASSIGN(const std::vector<std::string> codes,
                  asked_periods(*book, argument(args, "period")));
  const bool is_public = argument(args, "public") == "yes";
  json out{{"definitions_version", book->ledger().definitions().version}};
  std::string text;
  if (view != "current") {
    json& official = out["official"] = json::object();
    for (const std::string& code : codes) {
      NHIP_TRY_ASSIGN(json figures, figures_of(*book, code, ViewKind::kOfficial, is_public));
      if (!figures.is_null()) official[code] = std::move(figures);
    }
    text += view_text(official, say(context.language, "chính thức", "official"), context.language);
  }
  if (view != "official") {
    json& current = out["current"] = json::object();
    for (const std::string& code : codes) {
      NHIP_TRY_ASSIGN(current[code], figures_of(*book, code, ViewKind::kCurrent, is_public));
    }
    text += view_text(current, say(context.language, "hiện tại", "current"), context.language);
  }
  if (!by.empty()) NHIP_TRY(add_groups(*book, codes, by, is_public, out));
  // Beside the figures, never inside them: until it is settled the winner's value counts.
  NHIP_TRY_ASSIGN(json conflicts, open_conflicts(centre));
  if (!conflicts.empty() && !is_public) {
    text += say(context.language, "Số xung đột chưa giải quyết (không ảnh hưởng số liệu): ",
                "Open conflicts (beside the figures): ") +
            std::to_string(conflicts.size()) + "\n";
    out["open_conflicts"] = std::move(conflicts);
  }
  return CommandOutput{0, json_text(out), text};
}

}  // namespace nhip::server
