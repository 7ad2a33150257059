#include "exports/report_page.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "centre/time_text.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr const char* kStyle = R"(@page{size:A4;margin:20mm 20mm 20mm 30mm;
@top-center{content:counter(page)}}@page:first{@top-center{content:none}}
body{font-family:"Times New Roman",Tinos,"Liberation Serif",serif;font-size:13pt;line-height:1.35;
max-width:165mm;margin:0 auto;color:#000}
table.head,table.foot{width:100%;border-collapse:collapse}
table.head td,table.foot td{width:50%;vertical-align:top;text-align:center;padding:0 2mm}
table.foot td:first-child{text-align:left;font-size:11pt}
h1{font-size:14pt;text-align:center;margin:8mm 0 0}p.about{text-align:center;font-weight:bold;margin:0 0 6mm}
h2{font-size:13pt;margin:5mm 0 1mm}h3{font-size:13pt;font-weight:bold;font-style:italic;margin:3mm 0 1mm}
p{margin:1mm 0;text-align:justify;text-indent:10mm}p.plain{text-indent:0}.c{text-align:center}
table.data{width:100%;border-collapse:collapse;font-size:11pt;margin:2mm 0}
table.data th,table.data td{border:0.3mm solid #000;padding:0.8mm 1.5mm}
table.data td.n{text-align:right;white-space:nowrap}tr{page-break-inside:avoid}
thead{display:table-header-group}.annex{page-break-before:always})";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "<br>"; break;
      default: out += c;
    }
  }
  return out;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ".");
  return number < 0 ? "-" + digits : digits;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_day(const std::string& text) {
  return text.size() == 10 && indicators::parse_day(text) != indicators::kNoDay;
}

std::string screen_day(const std::string& day) {
  return day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4);
}

// "ngày 05 tháng 01 năm 2027": days below 10 and the months 1 and 2 have two digits (§8.6).
std::string long_day(const std::string& day) {
  const std::string month = day.substr(5, 2);
  const bool padded = month == "01" || month == "02" || month[0] != '0';
  return "ngày " + day.substr(8, 2) + " tháng " + (padded ? month : month.substr(1)) + " năm " +
         day.substr(0, 4);
}

class Page {
 public:
  Page(FigureBook& book, const json& report, std::int64_t now)
      : book_(book),
        report_(report),
        period_(*book.ledger().period(report["period"].get<std::string>())),
        now_(now),
        unit_(text_at(report, "unit_id")) {}

  std::string write() {
    out_ = "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>" +
           escaped("Báo cáo " + period_.code) + "</title><style>" + kStyle +
           "</style></head><body>\n";
    head();
    body();
    foot();
    annex();
    if (!of_unit()) units();
    return out_ + "</body></html>\n";
  }

 private:
  bool of_unit() const { return !unit_.empty(); }

  const indicators::UnitVersion* version_of(const std::string& unit) const {
    return book_.ledger().lineage().on(book_.names().find(unit), period_.end);
  }
  std::string name_of(const std::string& unit) const {
    const auto* version = version_of(unit);
    return version == nullptr ? unit : version->name;
  }

  // The unit that reports, else the one above all others that report: the sector.
  std::string reporting_unit() const {
    if (of_unit()) return unit_;
    for (const json& row : report_["units"]) {
      const auto* version = version_of(row["unit_id"].get<std::string>());
      if (version != nullptr && !version->parent_id.empty()) return version->parent_id;
    }
    return {};
  }

  std::string report_day() const {
    const std::string submitted = text_at(report_, "submitted_at");
    const auto instant = parse_moment(submitted);
    const int offset = book_.ledger().definitions().utc_offset_minutes;
    return indicators::day_text(indicators::day_of(instant.value_or(now_), offset));
  }

  void head() {
    const std::string unit = reporting_unit();
    const auto* version = version_of(unit);
    const std::string above =
        version == nullptr || version->parent_id.empty() ? "" : name_of(version->parent_id);
    const std::string place =
        version == nullptr || version->district.empty() ? "…………" : version->district;
    const std::string number = text_at(report_, "doc_no");
    out_ += "<table class=\"head\"><tr><td>" + escaped(above) + "<br><b>" + escaped(name_of(unit)) +
            "</b><br>Số: " +
            escaped(number.empty() ? (of_unit() ? "……/BC-CĐCS" : "……/BC-CĐN") : number) +
            "</td><td><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập - Tự do - Hạnh "
            "phúc</b><br><i>" +
            escaped(place + ", " + long_day(report_day())) + "</i></td></tr></table>\n";
    const bool half = period_.kind != book_.ledger().definitions().full_year_kind;
    out_ += "<h1>BÁO CÁO</h1><p class=\"about\">Kết quả công tác nữ công " +
            std::string(half ? "6 tháng đầu năm " : "năm ") + std::to_string(period_.year) +
            "<br>(lồng ghép kết quả thực hiện Chương trình hành động quốc gia vì trẻ em)</p>\n";
  }

  // A text that somebody wrote for this place.
  void section(const char* key) {
    const json& sections = report_.value("sections", json::object());
    const std::string text = sections.is_object() ? text_at(sections, key) : "";
    used_.insert(key);
    if (!text.empty()) out_ += "<p>" + escaped(text) + "</p>\n";
  }

  void lines(const std::vector<std::string_view>& starts) {
    for (const json& line : report_["lines"]) {
      const std::string code = line["code"];
      const std::string whole = code.substr(0, 5);
      if (std::find(starts.begin(), starts.end(), whole) == starts.end()) continue;
      const std::string measure = line["measure"];
      const std::string value = report_cell(line["value"], measure);
      const bool bare = measure.empty() || measure == "%" || value == "–";
      out_ += "<p>- " + escaped(line["name"].get<std::string>()) + " (" + code +
              "): " + escaped(value) +
              (bare ? (measure == "%" && value != "–" ? "%" : "") : " " + measure) + ";</p>\n";
    }
  }

  void body() {
    out_ += "<h2>I. ĐẶC ĐIỂM TÌNH HÌNH</h2>\n";
    section("khai_quat");
    lines({"PL-01", "PL-02", "PL-03", "PL-04"});
    out_ += "<h2>II. KẾT QUẢ THỰC HIỆN</h2>\n";
    struct Chapter {
      const char* title;
      const char* key;
      std::vector<std::string_view> codes;
    };
    const std::array<Chapter, 7> chapters = {{
        {"1. Công tác truyền thông", "truyen_thong", {"PL-10", "PL-11", "PL-12", "PL-13"}},
        {"2. Ban Nữ công quần chúng, mô hình", "nu_cong", {"PL-05", "PL-06"}},
        {"3. Chương trình, kế hoạch, lồng ghép, nguồn lực", "ke_hoach", {"PL-07"}},
        {"4. Chăm lo, bảo vệ quyền lợi; tham gia chính sách; phòng vắt, trữ sữa",
         "cham_lo",
         {"PL-30", "PL-31", "PL-32", "PL-33", "PL-40"}},
        {"5. Hoạt động xã hội, hỗ trợ",
         "ho_tro",
         {"PL-34", "PL-35", "PL-36", "PL-37", "PL-38", "PL-39"}},
        {"6. Công tác phối hợp", "phoi_hop", {"PL-41"}},
        {"7. Hoạt động vì trẻ em",
         "tre_em",
         {"PL-14", "PL-20", "PL-21", "PL-22", "PL-23", "PL-24", "PL-25", "PL-26"}},
    }};
    for (const Chapter& chapter : chapters) {
      out_ += "<h3>" + std::string(chapter.title) + "</h3>\n";
      section(chapter.key);
      lines(chapter.codes);
    }
    conclusion();
  }

  void conclusion() {
    out_ += "<h2>III. ĐÁNH GIÁ CHUNG</h2>\n<h3>1. Ưu điểm</h3>\n";
    section("uu_diem");
    out_ += "<h3>2. Hạn chế</h3>\n";
    section("han_che");
    out_ += "<h3>3. Nguyên nhân</h3>\n";
    section("nguyen_nhan");
    out_ += "<h2>IV. PHƯƠNG HƯỚNG, NHIỆM VỤ KỲ TỚI</h2>\n";
    section("phuong_huong");
    out_ += "<h2>V. KIẾN NGHỊ, ĐỀ XUẤT</h2>\n";
    section("kien_nghi");
    // Nothing that was written is left out, wherever it was meant to stand.
    const json& sections = report_.value("sections", json::object());
    if (sections.is_object()) {
      for (const auto& [key, text] : sections.items()) {
        if (used_.contains(key) || !text.is_string() || text.get<std::string>().empty()) continue;
        out_ += "<h3>" + escaped(key) + "</h3>\n<p>" + escaped(text.get<std::string>()) + "</p>\n";
      }
    }
    out_ += "<p class=\"plain\">./.</p>\n";
  }

  void foot() {
    out_ += "<table class=\"foot\"><tr><td><b><i>Nơi nhận:</i></b><br>" +
            std::string(of_unit() ? "- CĐ ngành (để báo cáo);" : "- LĐLĐ tỉnh (để báo cáo);") +
            "<br>- Lưu: VP, NC.</td><td><b>" +
            (of_unit() ? "TM. BAN CHẤP HÀNH" : "TM. BAN THƯỜNG VỤ") +
            "<br>CHỦ TỊCH</b><br><i>(ký, họ tên)</i><br><br><br><br></td></tr></table>\n";
  }

  std::string remark_of(const std::string& code) const {
    std::string text;
    for (const json& each : report_.value("overrides", json::array())) {
      if (text_at(each, "field") != code) continue;
      const json manual = each.value("manual", json());
      text += "Nhập tay: " +
              (manual.is_string() ? manual.get<std::string>() : report_cell(manual, "số")) + " (" +
              text_at(each, "reason") + ")";
    }
    return text;
  }

  void annex() {
    out_ += "<h2 class=\"annex c\">PHỤ LỤC SỐ LIỆU</h2>\n";
    if (!of_unit()) {
      out_ += "<p class=\"plain c\">" +
              std::string(report_["view"] == "official" ? "Số liệu đã chốt"
                                                        : "Số liệu hiện tại, chưa chốt") +
              ". “&lt;5” và “…”: ô được che để bảo vệ trẻ em.</p>\n";
    }
    out_ +=
        "<table class=\"data\"><thead><tr><th>TT</th><th>Chỉ tiêu</th><th>Mã</th><th>ĐVT</th>"
        "<th>Kỳ này (luỹ kế năm)</th><th>Cùng kỳ năm trước</th><th>Ghi chú</th></tr></thead>"
        "<tbody>\n";
    std::size_t number = 0;
    for (const json& line : report_["lines"]) {
      const std::string code = line["code"], measure = line["measure"];
      out_ += "<tr><td class=\"n\">" + std::to_string(++number) + "</td><td>" +
              escaped(line["name"].get<std::string>()) + "</td><td>" + code + "</td><td>" +
              escaped(measure) + "</td><td class=\"n\">" +
              escaped(report_cell(line["value"], measure)) + "</td><td class=\"n\">" +
              escaped(report_cell(line["previous"], measure)) + "</td><td>" +
              escaped(remark_of(code)) + "</td></tr>\n";
    }
    out_ += "</tbody></table>\n";
  }

  static std::string ratio(const json& each) {
    if (!each.is_object() || !each["den"].is_number_integer()) return "thiếu số liệu nền";
    return report_cell(each["num"], "số") + "/" + report_cell(each["den"], "số") + " (" +
           report_cell(each["pct_tenths"], "%") + "%)";
  }

  void named(const char* title, const json& units) {
    out_ += "<p class=\"plain\"><b>" + std::string(title) + ":</b> ";
    std::string list;
    for (const json& unit : units) {
      list += (list.empty() ? "" : "; ") + name_of(unit.get<std::string>());
    }
    out_ += (list.empty() ? "không có" : escaped(list)) + ".</p>\n";
  }

  static std::string verdict(const json& met) {
    if (!met.is_boolean()) return "chỉ theo dõi";
    return met == true ? "đạt" : "chưa đạt";
  }

  void units() {
    out_ +=
        "<h2 class=\"annex c\">TỔNG HỢP THEO ĐƠN VỊ</h2>\n<table class=\"data\"><thead><tr>"
        "<th>TT</th><th>Đơn vị</th><th>Cán bộ được truyền thông</th><th>Gia đình được truyền "
        "thông</th><th>Hoạt động vì trẻ em</th><th>Báo cáo</th><th>Kế hoạch</th></tr></thead>"
        "<tbody>\n";
    std::size_t number = 0;
    for (const json& row : report_["units"]) {
      const std::string handed = row["IND04"];
      out_ += "<tr><td class=\"n\">" + std::to_string(++number) + "</td><td>" +
              escaped(row["name"].get<std::string>()) + "</td><td>" + ratio(row["IND01"]) +
              "</td><td>" + ratio(row["IND02"]) + "</td><td>" +
              (row["IND03"] == true ? "có" : "không") + "</td><td>" +
              (handed == "ON_TIME" ? "đúng hạn"
               : handed == "LATE"  ? "trễ"
                                   : "chưa nộp") +
              "</td><td>" + (row["IND05"] == true ? "có" : "không") + "</td></tr>\n";
    }
    out_ += "</tbody></table>\n";
    named("Đơn vị chưa có hoạt động vì trẻ em", report_["units_without_activity"]);
    named("Đơn vị nộp báo cáo trễ", report_["units_late"]);
    named("Đơn vị chưa nộp báo cáo", report_["units_missing"]);
    named("Đơn vị thiếu số liệu nền về cán bộ công đoàn", report_["units_without_base"]["IND01"]);
    named("Đơn vị thiếu số liệu nền về gia đình", report_["units_without_base"]["IND02"]);
    const json& verdicts = report_["verdicts"];
    out_ += "<p class=\"plain\"><b>Chỉ tiêu năm:</b> cán bộ được truyền thông: " +
            verdict(verdicts["IND01"]) +
            "; gia đình được truyền thông: " + verdict(verdicts["IND02"]) +
            "; mọi đơn vị có hoạt động vì trẻ em: " + verdict(verdicts["IND03"]) + ".</p>\n";
    const json& changes = report_["adjustments"];
    if (!changes.is_object()) return;
    std::string codes;
    for (const json& each : changes["indicators"]) {
      codes += (codes.empty() ? "" : ", ") + each["code"].get<std::string>();
    }
    out_ += "<p class=\"plain\"><b>Điều chỉnh sau chốt:</b> " +
            (codes.empty() ? std::string("không có") : escaped(codes)) + ".</p>\n";
  }

  FigureBook& book_;
  const json& report_;
  const indicators::PeriodDates& period_;
  std::int64_t now_;
  std::string unit_, out_;
  std::set<std::string> used_;
};

}  // namespace

std::string report_cell(const json& value, const std::string& measure) {
  if (value.is_boolean()) return value == true ? "có" : "không";
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    return is_day(text) ? screen_day(text) : text;
  }
  if (!value.is_number_integer()) return "–";
  const std::int64_t number = value.get<std::int64_t>();
  if (measure != "%") return grouped(number);
  return grouped(number / 10) + "," + std::to_string(number % 10);
}

std::string report_page(FigureBook& book, const json& report, std::int64_t now) {
  return Page(book, report, now).write();
}

}  // namespace nhip::server
