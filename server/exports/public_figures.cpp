#include "exports/public_figures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "exports/suppression.h"
#include "figures/locks.h"
#include "figures/report.h"
#include "figures/report_lines.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kAboutPeople = {"support_case", "survey_response",
                                                          "person"};

void hide(json& value, Shown shown) {
  if (shown != Shown::kAsIs) value = shown_text(shown);
}

// Cases and amounts of one place: an amount would tell how many cases there were.
void hide_cases(json& figure, Shown shown) {
  if (shown == Shown::kAsIs) return;
  hide(figure["cases"], shown);
  figure["amount_vnd"] = "…";
}

// Children supported, and those who were not, are the two cells of a list.
void hide_children(json& supported) {
  if (!supported.is_object() || !supported["num"].is_number_integer()) return;
  const std::int64_t num = supported["num"], den = supported["den"];
  const Cover covered = cover({num, den - num});
  if (covered.sum == Shown::kAsIs && covered.counts[0] == Shown::kAsIs &&
      covered.counts[1] == Shown::kAsIs) {
    return;
  }
  // Of num and den the rest follows, so neither stays; nor does their percentage.
  hide(supported["num"], covered.counts[0] == Shown::kFewer ? Shown::kFewer : Shown::kHidden);
  hide(supported["den"], covered.sum == Shown::kFewer ? Shown::kFewer : Shown::kHidden);
  supported["pct_tenths"] = "…";
}

// Lines that show what the figures hide show it as they do.
void hide_lines(json& lines, const json& figures, const char* column) {
  if (!figures.is_object()) return;
  const json fresh = report_lines(ReportOf::kSector, figures, json());
  for (std::size_t i = 0; i < lines.size() && i < fresh.size(); ++i) {
    if (fresh[i]["value"].is_string()) lines[i][column] = fresh[i]["value"];
  }
}

// Types of a unit are the row of a case list that §7.3 is about: none of them is shown by unit.
void hide_by_unit(json& row, Shown shown) {
  if (!row.is_object() || !row.contains("IND10")) return;
  json& figure = row["IND10"];
  hide_cases(figure, shown);
  figure.erase("by_type");
  if (figure.contains("hardship_supported")) figure.erase("hardship_supported");
}

}  // namespace

bool is_about_people(std::string_view type) {
  return std::find(kAboutPeople.begin(), kAboutPeople.end(), type) != kAboutPeople.end();
}

json make_public(json figures, json units) {
  if (!figures.is_object()) return {{"figures", nullptr}, {"units", nullptr}};
  json& figure = figures["IND10"];
  std::vector<std::int64_t> by_unit, by_type;
  std::vector<std::string> names;
  if (units.is_object()) {
    for (const auto& [unit, row] : units.items()) {
      names.push_back(unit);
      by_unit.push_back(row["IND10"].value("cases", std::int64_t{0}));
    }
  }
  for (const auto& [type, each] : figure["by_type"].items()) by_type.push_back(each["cases"]);
  // Both tables have the same sum, so what hides it in one hides it in the other.
  Cover types = cover(by_type), of_units = cover(by_unit);
  if (types.sum != Shown::kAsIs || of_units.sum != Shown::kAsIs) {
    types = cover(by_type, true);
    of_units = cover(by_unit, true);
  }
  std::size_t at = 0;
  for (auto& [type, each] : figure["by_type"].items()) hide_cases(each, types.counts[at++]);
  hide_cases(figure, types.sum);
  hide_children(figure["hardship_supported"]);
  for (std::size_t i = 0; i < names.size(); ++i) {
    hide_by_unit(units[names[i]], of_units.counts[i]);
  }
  return {{"figures", std::move(figures)}, {"units", std::move(units)}};
}

Result<json> public_figures(FigureBook& book, const std::string& code, indicators::ViewKind view) {
  const bool official = view == indicators::ViewKind::kOfficial;
  NHIP_TRY_ASSIGN(json figures,
                  official ? official_figures(book, code) : current_figures(book, code));
  if (figures.is_null()) return make_public(json(), json());
  NHIP_TRY_ASSIGN(json units, official ? official_units(book, code) : current_units(book, code));
  return make_public(std::move(figures), std::move(units));
}

Status make_report_public(FigureBook& book, const std::string& code, json& report) {
  using indicators::ViewKind;
  const ViewKind view = report["view"] == "official" ? ViewKind::kOfficial : ViewKind::kCurrent;
  NHIP_TRY_ASSIGN(const json shown, public_figures(book, code, view));
  NHIP_TRY_ASSIGN(const json now, public_figures(book, code, ViewKind::kCurrent));
  json before = make_public(json(), json());
  if (const std::string earlier = year_earlier(book, code); !earlier.empty()) {
    NHIP_TRY_ASSIGN(before, public_figures(book, earlier, ViewKind::kOfficial));
    if (before["figures"].is_null()) {
      NHIP_TRY_ASSIGN(before, public_figures(book, earlier, ViewKind::kCurrent));
    }
  }
  hide_lines(report["lines"], shown["figures"], "value");
  hide_lines(report["lines"], before["figures"], "previous");
  json& changes = report["adjustments"];
  if (!changes.is_object()) return {};
  for (json& each : changes["indicators"]) {
    const std::string indicator = each["code"];
    each["official"] = shown["figures"].value(indicator, json());
    each["current"] = now["figures"].value(indicator, json());
  }
  std::int64_t about_people = 0;
  json listed = json::array();
  for (json& each : changes["records"]) {
    if (is_about_people(each["type"].get<std::string>())) {
      ++about_people;
    } else {
      listed.push_back(std::move(each));
    }
  }
  changes["records"] = std::move(listed);
  changes["records_about_people"] = about_people;
  hide(changes["records_about_people"], cover({about_people}).sum);
  return {};
}

}  // namespace nhip::server
