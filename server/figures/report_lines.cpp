#include "figures/report_lines.h"

#include <nlohmann/json.hpp>

#include <array>

namespace nhip::server {
namespace {

using nlohmann::json;

struct ReportLine {
  const char* code;
  const char* name;
  const char* measure;
  const char* of_unit;    // empty: not in a unit's report
  const char* of_sector;  // empty: not in the sector's report
};

constexpr const char* kPeople = "người";
constexpr const char* kUnits = "đơn vị";
constexpr const char* kCases = "trường hợp";
constexpr const char* kMoney = "đồng";

constexpr std::array<ReportLine, 49> kLines = {{
    {"PL-01", "CNVCLĐ", kPeople, "/headcount/workers_total", "/headcount/workers_total"},
    {"PL-01.1", "Trong đó: nữ", kPeople, "/headcount/workers_female", "/headcount/workers_female"},
    {"PL-02", "Đoàn viên", kPeople, "/headcount/members_total", "/headcount/members_total"},
    {"PL-02.1", "Trong đó: nữ", kPeople, "/headcount/members_female", "/headcount/members_female"},
    {"PL-03", "Cán bộ công đoàn", kPeople, "/IND01/den", "/IND01/den"},
    {"PL-04", "Gia đình CNVCLĐ", "gia đình", "/IND02/den", "/IND02/den"},
    {"PL-04.1", "Gia đình có con", "gia đình", "/headcount/families_with_children",
     "/headcount/families_with_children"},
    {"PL-04.2", "Trẻ em dưới 16 tuổi", "trẻ", "/headcount/children_under16",
     "/headcount/children_under16"},
    {"PL-04.3", "Trẻ em dưới 6 tuổi", "trẻ", "/headcount/children_under6",
     "/headcount/children_under6"},
    {"PL-05", "Ban Nữ công quần chúng đã thành lập", "", "/IND08/established", ""},
    {"PL-05", "Đơn vị có Ban Nữ công quần chúng", kUnits, "", "/IND08/num"},
    {"PL-06", "Ngày kiện toàn Ban Nữ công gần nhất", "", "/committee/consolidated_on", ""},
    {"PL-06.1", "Mô hình chăm lo nữ và trẻ em", "mô hình", "/committee/models", ""},
    {"PL-07", "Kế hoạch có lồng ghép mục tiêu trẻ em", "", "/IND05/has_plan", ""},
    {"PL-07", "Đơn vị có kế hoạch lồng ghép mục tiêu trẻ em", kUnits, "", "/IND05/num"},
    {"PL-10", "Cán bộ được truyền thông", kPeople, "/IND01/num", "/IND01/num"},
    {"PL-11", "Tỷ lệ cán bộ được truyền thông", "%", "/IND01/pct_tenths", "/IND01/pct_tenths"},
    {"PL-12", "Gia đình được truyền thông", "gia đình", "/IND02/num", "/IND02/num"},
    {"PL-13", "Tỷ lệ gia đình được truyền thông", "%", "/IND02/pct_tenths", "/IND02/pct_tenths"},
    {"PL-14", "Có hoạt động vì trẻ em", "", "/IND03/has_activity", ""},
    {"PL-14", "Đơn vị có hoạt động vì trẻ em", kUnits, "", "/IND03/num"},
    {"PL-20", "Số hoạt động", "hoạt động", "/IND06/activities", "/IND06/activities"},
    {"PL-21", "Số hoạt động vì trẻ em", "hoạt động", "/IND06/child_activities",
     "/IND06/child_activities"},
    {"PL-22", "Lượt trẻ em", "lượt", "/IND06/children_turns", "/IND06/children_turns"},
    {"PL-23", "Kinh phí công đoàn", kMoney, "/IND07/union", "/IND07/union"},
    {"PL-24", "Kinh phí chuyên môn", kMoney, "/IND07/employer", "/IND07/employer"},
    {"PL-25", "Kinh phí tài trợ", kMoney, "/IND07/sponsor", "/IND07/sponsor"},
    {"PL-26", "Kinh phí khác", kMoney, "/IND07/other", "/IND07/other"},
    {"PL-30", "Phòng vắt, trữ sữa", "phòng", "/IND09/rooms", "/IND09/rooms"},
    {"PL-31", "Phòng đạt đủ tiêu chuẩn", "phòng", "/IND09/rooms_standard", "/IND09/rooms_standard"},
    {"PL-32", "Đơn vị bắt buộc đã có phòng", kUnits, "", "/IND09/obligated_with_room/num"},
    {"PL-33", "Đơn vị bắt buộc có phòng", kUnits, "", "/IND09/obligated_with_room/den"},
    {"PL-34", "Hỗ trợ vay vốn", kCases, "/IND10/by_type/LOAN/cases", "/IND10/by_type/LOAN/cases"},
    {"PL-34.1", "Số tiền", kMoney, "/IND10/by_type/LOAN/amount_vnd",
     "/IND10/by_type/LOAN/amount_vnd"},
    {"PL-35", "Học bổng, hỗ trợ học tập", kCases, "/IND10/by_type/SCHOLARSHIP/cases",
     "/IND10/by_type/SCHOLARSHIP/cases"},
    {"PL-35.1", "Số tiền", kMoney, "/IND10/by_type/SCHOLARSHIP/amount_vnd",
     "/IND10/by_type/SCHOLARSHIP/amount_vnd"},
    {"PL-36", "Hỗ trợ trẻ em bị bệnh hiểm nghèo", kCases, "/IND10/by_type/CRITICAL_ILLNESS/cases",
     "/IND10/by_type/CRITICAL_ILLNESS/cases"},
    {"PL-36.1", "Số tiền", kMoney, "/IND10/by_type/CRITICAL_ILLNESS/amount_vnd",
     "/IND10/by_type/CRITICAL_ILLNESS/amount_vnd"},
    {"PL-37", "Hỗ trợ trẻ em khuyết tật", kCases, "/IND10/by_type/DISABILITY/cases",
     "/IND10/by_type/DISABILITY/cases"},
    {"PL-37.1", "Số tiền", kMoney, "/IND10/by_type/DISABILITY/amount_vnd",
     "/IND10/by_type/DISABILITY/amount_vnd"},
    {"PL-38", "Hỗ trợ trẻ em có hoàn cảnh đặc biệt khó khăn", kCases,
     "/IND10/by_type/SPECIAL_HARDSHIP/cases", "/IND10/by_type/SPECIAL_HARDSHIP/cases"},
    {"PL-38.1", "Số tiền", kMoney, "/IND10/by_type/SPECIAL_HARDSHIP/amount_vnd",
     "/IND10/by_type/SPECIAL_HARDSHIP/amount_vnd"},
    {"PL-39", "Trẻ trong danh sách khó khăn được hỗ trợ", "trẻ", "/IND10/hardship_supported/num",
     "/IND10/hardship_supported/num"},
    {"PL-39.1", "Trẻ trong danh sách khó khăn", "trẻ", "/IND10/hardship_supported/den",
     "/IND10/hardship_supported/den"},
    {"PL-39.2", "Tổng số trường hợp hỗ trợ", kCases, "/IND10/cases", "/IND10/cases"},
    {"PL-39.3", "Tổng số tiền hỗ trợ", kMoney, "/IND10/amount_vnd", "/IND10/amount_vnd"},
    {"PL-40", "Ý kiến tham gia chính sách", "ý kiến", "/IND13/total", "/IND13/total"},
    {"PL-41", "Chương trình phối hợp năm", "chương trình", "/IND11/annual", "/IND11/annual"},
    {"PL-41.1", "Chương trình phối hợp đột xuất", "chương trình", "/IND11/adhoc", "/IND11/adhoc"},
}};

// A type of case that nobody had is not among the types: that is none, not unknown.
json value_at(const json& figures, const char* where) {
  const json::json_pointer pointer(where);
  if (figures.contains(pointer)) return figures.at(pointer);
  const bool case_type = std::string_view(where).starts_with("/IND10/by_type/");
  return case_type && figures.is_object() ? json(0) : json();
}

}  // namespace

json report_lines(ReportOf of, const json& figures, const json& last_year) {
  json lines = json::array();
  for (const ReportLine& line : kLines) {
    const char* where = of == ReportOf::kUnit ? line.of_unit : line.of_sector;
    if (*where == '\0') continue;
    lines.push_back({{"code", line.code},
                     {"name", line.name},
                     {"measure", line.measure},
                     {"value", value_at(figures, where)},
                     {"previous", value_at(last_year, where)}});
  }
  return lines;
}

}  // namespace nhip::server
