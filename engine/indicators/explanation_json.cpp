// The words for why a record does not count, and an explanation as JSON and as text.
#include <nlohmann/json.hpp>

#include "indicators/explanation.h"
#include "indicators/figures_json.h"

namespace nhip::indicators {
namespace {

using nlohmann::json;

struct Wording {
  Exclusion why;
  std::string_view code, vietnamese, english;
};

constexpr Wording kWordings[] = {
    {Exclusion::kCounts, "counted", "được tính", "counted"},
    {Exclusion::kUnknownThen, "after_the_lock", "đến sau thời điểm chốt", "came after the lock"},
    {Exclusion::kDeleted, "deleted", "đã xóa", "deleted"},
    {Exclusion::kNotReviewed, "draft", "còn là bản nháp hoặc bị trả lại", "a draft, or returned"},
    {Exclusion::kNotDone, "not_countable", "chưa thực hiện hoặc đã hủy", "not done, or cancelled"},
    {Exclusion::kDuplicate, "duplicate", "trùng với hoạt động khác", "a duplicate"},
    {Exclusion::kOtherPeriod, "other_period", "ngày nằm ngoài kỳ", "its date lies outside"},
    {Exclusion::kOtherCategory, "not_countable", "thuộc loại khác", "of another category"},
    {Exclusion::kNoTopic, "not_countable", "không có nội dung được tính", "no topic that counts"},
    {Exclusion::kNobodyCredited, "nobody_credited", "không ghi ai hoặc số nào của đơn vị",
     "names and counts nobody of the unit"},
    {Exclusion::kNotOurs, "not_countable", "không do đơn vị tổ chức", "not organised by the unit"},
    {Exclusion::kIncomplete, "not_countable", "chưa đủ điều kiện của chỉ tiêu",
     "does not meet what the indicator asks"},
    {Exclusion::kNoConsent, "no_consent", "chưa có đồng ý", "without consent"},
    {Exclusion::kUnknownForm, "unknown_form", "phiếu theo phiên bản mẫu chưa công bố",
     "of a form version that is not published"},
    {Exclusion::kOutdone, "outdone", "đã có bản ghi lớn hơn hoặc mới hơn đại diện",
     "a larger or newer one stands for it"},
};

const Wording& wording(Exclusion why) {
  for (const Wording& each : kWordings) {
    if (each.why == why) return each;
  }
  return kWordings[0];
}

std::string say(Tongue tongue, std::string_view vietnamese, std::string_view english) {
  return std::string(tongue == Tongue::kVietnamese ? vietnamese : english);
}

Day day_of(const Body& body) {
  if (const auto* each = std::get_if<Activity>(&body)) return each->start;
  if (const auto* each = std::get_if<Headcount>(&body)) return each->as_of;
  if (const auto* each = std::get_if<Plan>(&body)) return each->issued;
  if (const auto* each = std::get_if<Document>(&body)) return each->issued;
  if (const auto* each = std::get_if<Room>(&body)) return each->opened;
  if (const auto* each = std::get_if<Coordination>(&body)) return each->signed_on;
  if (const auto* each = std::get_if<Contribution>(&body)) return each->submitted;
  if (const auto* each = std::get_if<Response>(&body)) return each->answered;
  if (const auto* each = std::get_if<Case>(&body)) return each->disbursed;
  return kNoDay;
}

json entry_json(const Explained& each, const ExplanationView& view) {
  const Day day = day_of(each.facts->body);
  const Type* type = view.schema.type(each.record->type);
  json entry{{"type", type == nullptr ? "" : type->name},
             {"id", each.record->id.text()},
             {"unit_id", view.ledger.names().text(each.facts->unit)},
             {"rev", each.facts->rev},
             {"date", day == kNoDay ? json() : json(day_text(day))},
             {"amount", each.amount},
             {"changed_after_lock", each.after_lock},
             {"not_received", each.facts->waiting}};
  if (each.why != Exclusion::kCounts) {
    entry["reason"] = exclusion_code(each.why);
    entry["text"] = exclusion_text(each.why, view.tongue);
  }
  return entry;
}

json list_json(const std::vector<Explained>& list, const ExplanationView& view) {
  json entries = json::array();
  for (const Explained& each : list) entries.push_back(entry_json(each, view));
  return entries;
}

// The part of the indicator's figure that speaks of the unit.
json figure_of(const json& all, const ExplanationView& view) {
  json figure = all.at(view.question.code);
  if (view.question.unit == 0) return figure;
  const std::string unit = view.ledger.names().text(view.question.unit);
  const json units = units_json(view.figures, {view.ledger.definitions(), view.ledger.names()});
  const auto row = units.find(unit);
  return row != units.end() && row->contains(view.question.code) ? (*row)[view.question.code]
                                                                 : json();
}

json remarks_json(const json& figure, const ExplanationView& view) {
  json remarks = json::array();
  const auto flags = figure.is_object() ? figure.find("flags") : figure.end();
  if (!figure.is_object() || flags == figure.end()) return remarks;
  for (const json& flag : *flags) {
    const std::string code = flag.get<std::string>();
    json remark{{"code", code}};
    if (code == "CAPPED") {
      remark["amount"] = figure["reach"].get<std::int64_t>() - figure["den"].get<std::int64_t>();
      remark["text"] = say(view.tongue, "số đạt lớn hơn mẫu số, phần vượt không tính",
                           "more were reached than there are, what is above does not count");
    } else if (code == "DERIVED_DENOM") {
      remark["text"] = say(view.tongue, "mẫu số cộng từ các đơn vị đã hợp nhất",
                           "the denominator is the sum of the merged units");
    } else if (code == "MISSING_DENOM") {
      remark["text"] = say(view.tongue, "thiếu số liệu nền, không tính vào tỷ lệ",
                           "no base figures, so it is in no percentage");
    } else {
      remark["text"] = say(view.tongue, "mẫu số bằng 0, không tính vào tỷ lệ",
                           "nobody to reach, so it is in no percentage");
    }
    remarks.push_back(std::move(remark));
  }
  return remarks;
}

std::string entry_text(const json& entry) {
  const std::string date = entry["date"].is_null() ? "" : entry["date"].get<std::string>();
  std::string text = "  " + entry["type"].get<std::string>() + " " +
                     entry["id"].get<std::string>() + "  " + entry["unit_id"].get<std::string>();
  if (date.size() == 10) {
    text += "  " + date.substr(8, 2) + "/" + date.substr(5, 2) + "/" + date.substr(0, 4);
  }
  return text + "  " + std::to_string(entry["amount"].get<std::int64_t>());
}

}  // namespace

std::string_view exclusion_code(Exclusion why) { return wording(why).code; }
std::string exclusion_text(Exclusion why, Tongue tongue) {
  return say(tongue, wording(why).vietnamese, wording(why).english);
}

json explanation_json(const Explanation& explanation, const ExplanationView& view) {
  const Definitions& definitions = view.ledger.definitions();
  const IndicatorText* text = definitions.indicator(view.question.code);
  const json all = figures_json(view.figures, {definitions, view.ledger.names()});
  const json figure = figure_of(all, view);
  json out{{"indicator", view.question.code},
           {"name", text == nullptr ? "" : say(view.tongue, text->name_vi, text->name_en)},
           {"unit",
            view.question.unit == 0 ? json() : json(view.ledger.names().text(view.question.unit))},
           {"period", view.question.period},
           {"definitions_version", definitions.version},
           {"figure", figure},
           {"numerator", list_json(explanation.numerator, view)},
           {"denominator", list_json(explanation.denominator, view)},
           {"left_out", list_json(explanation.left_out, view)},
           {"remarks", remarks_json(figure, view)}};
  return out;
}

std::string explanation_text(const json& out, Tongue tongue) {
  std::string text = out["indicator"].get<std::string>() + " – " + out["name"].get<std::string>() +
                     ", " + out["period"].get<std::string>();
  if (out["unit"].is_string()) text += ", " + out["unit"].get<std::string>();
  text += "\n";
  const json& figure = out["figure"];
  if (figure.is_object() && figure.contains("num") && figure.contains("den")) {
    text += say(tongue, "Kết quả: ", "Result: ") + figure["num"].dump() + "/" +
            figure["den"].dump() + "\n";
  }
  const auto section = [&](const char* key, std::string_view vietnamese, std::string_view english) {
    if (out[key].empty()) return;
    text += say(tongue, vietnamese, english) + " (" + std::to_string(out[key].size()) + ")\n";
    for (const json& entry : out[key]) {
      text += entry_text(entry);
      if (entry.contains("text")) text += "  – " + entry["text"].get<std::string>();
      if (entry["not_received"] == true) {
        text += say(tongue, "  – văn phòng chưa nhận", "  – not yet received by the office");
      }
      if (entry["changed_after_lock"] == true) {
        text += say(tongue, "  – đã thay đổi sau chốt", "  – changed after the lock");
      }
      text += "\n";
    }
  };
  section("numerator", "Được tính", "Counted");
  section("denominator", "Mẫu số", "Denominator");
  section("left_out", "Không tính", "Left out");
  for (const json& remark : out["remarks"]) text += "! " + remark["text"].get<std::string>() + "\n";
  return text;
}

}  // namespace nhip::indicators
