#include "commands/present.h"

#include <nlohmann/json.hpp>

#include <vector>

#include "centre/time_text.h"
#include "commands/table.h"

namespace nhip::server {
namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

// How many columns of a record a table shows beside its id.
constexpr std::size_t kRecordColumns = 4;
// More lines than a screen holds help nobody; --json has them all, and the text says so.
constexpr std::size_t kNotesShown = 50;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A value as a person reads it: text without quotes, nothing for null.
std::string plain(const json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : dumped(value);
}

// "2026-03-10" and "2026-03-10T05:00:00Z" as dd/mm/yyyy, the latter with the time in Vietnam.
std::string date_text(const json& value) {
  const std::string text = plain(value);
  if (const auto instant = parse_instant(text)) return screen_text(*instant);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return text;
  return text.substr(8, 2) + "/" + text.substr(5, 2) + "/" + text.substr(0, 4);
}

std::string count_text(std::uint64_t count, Language language) {
  std::string digits = std::to_string(count);
  const std::string mark = say(language, ".", ",");
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, mark);
  return digits;
}

json notes_json(const std::vector<LoadProblem>& notes) {
  json list = json::array();
  for (const LoadProblem& note : notes) {
    list.push_back(
        {{"file", note.file}, {"line", note.line}, {"code", note.code}, {"message", note.message}});
  }
  return list;
}

std::string notes_text(const std::vector<LoadProblem>& notes, const std::string& heading,
                       Language language) {
  if (notes.empty()) return "";
  std::string out = heading + "\n";
  for (std::size_t i = 0; i < notes.size() && i < kNotesShown; ++i) {
    const LoadProblem& note = notes[i];
    out += "  " + note.file + ":" + std::to_string(note.line) + ": " + note.message + " (" +
           note.code + ")\n";
  }
  if (notes.size() > kNotesShown) {
    out += "  " + say(language, "… và ", "… and ") +
           count_text(notes.size() - kNotesShown, language) +
           say(language, " dòng nữa; xem đủ bằng --json\n", " more; all of them with --json\n");
  }
  return out;
}

// The JSON at a dotted path, null when it is not there.
json at_path(const json& record, const std::string& path) {
  const json* value = &record;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const auto it =
        value->is_object() ? value->find(path.substr(begin, end - begin)) : value->end();
    if (!value->is_object() || it == value->end()) return nullptr;
    value = &*it;
    begin = end + 1;
  }
  return *value;
}

// "V06 ×2, V18 ×1" under a heading.
std::string rules_text(const std::map<std::string, std::uint64_t>& counts,
                       const std::string& heading, Language language) {
  if (counts.empty()) return "";
  std::string list;
  for (const auto& [rule, count] : counts) {
    list += (list.empty() ? "" : ", ") + rule + " ×" + count_text(count, language);
  }
  return heading + list + ".\n";
}

std::string empty_or(const std::string& table, bool empty, Language language) {
  return empty ? say(language, "Không có mục nào.\n", "Nothing.\n") : table;
}

}  // namespace

json load_json(const LoadReport& report) {
  return {{"lines", report.lines},
          {"stored", report.stored},
          {"repeated", report.repeated},
          {"refused", report.refused},
          {"flagged", report.flagged},
          {"sealed_dropped", report.sealed_dropped},
          {"by_type", report.by_type},
          {"by_rule", report.by_rule},
          {"not_checked", report.not_checked},
          {"problems", notes_json(report.problems)},
          {"warnings", notes_json(report.warnings)}};
}

std::string load_text(const LoadReport& report, Language language) {
  std::string out =
      say(language, "Đã đọc ", "Read ") + count_text(report.lines, language) +
      say(language, " dòng: ", " lines: ") + count_text(report.stored, language) +
      say(language, " phiên bản mới, ", " new versions, ") + count_text(report.repeated, language) +
      say(language, " lặp lại, ", " repeated, ") + count_text(report.refused, language) +
      say(language, " bị từ chối.\n", " refused.\n");
  if (report.sealed_dropped > 0) {
    out += say(language, "Đã bỏ ", "Dropped ") + count_text(report.sealed_dropped, language) +
           say(language, " giá trị nhạy cảm, không lưu ở trung tâm.\n",
               " sensitive values, which the centre does not keep.\n");
  }
  out +=
      rules_text(report.by_rule, say(language, "Quy tắc bị vi phạm: ", "Rules broken: "), language);
  out += rules_text(report.not_checked,
                    say(language, "Chưa kiểm tra được: ", "Could not be checked: "), language);
  out += notes_text(report.problems, say(language, "Cần xem lại:", "To be looked at:"), language);
  out += notes_text(
      report.warnings,
      say(language, "Lưu ý (dòng vẫn được tính):", "Worth knowing (the lines count):"), language);
  return out;
}

std::string enrol_text(const MadeCode& made, Language language) {
  return say(language, "Mã đăng ký: ", "Enrolment code: ") + made.code + "\n" +
         say(language, "Đơn vị ", "Unit ") + made.unit_id + say(language, ", vai trò ", ", role ") +
         made.role + say(language, "; dùng được một lần, đến ", "; works once, until ") +
         screen_text(made.expires_at) + ".\n";
}

std::string revoked_text(const std::string& device_id, Language language) {
  return say(language, "Đã thu hồi thiết bị ", "Revoked device ") + device_id + ".\n";
}

std::string devices_text(const json& list, Language language) {
  Rows rows;
  for (const json& device : list) {
    const json none = json::object();
    const json& replicas = device["replicas"];
    const std::string state = device["revoked_at"].is_null()
                                  ? say(language, "đang dùng", "active")
                                  : say(language, "đã thu hồi", "revoked");
    bool first = true;
    for (std::size_t i = 0; i < std::max<std::size_t>(replicas.size(), 1); ++i) {
      const json& replica = i < replicas.size() ? replicas[i] : none;
      const json skew = replica.value("clock_skew_ms", json());
      rows.push_back(
          {first ? plain(device["device_id"]) : "", first ? plain(device["unit_id"]) : "",
           first ? plain(device["role"]) : "", first ? plain(device["label"]) : "",
           first ? state : "", date_text(replica.value("last_contact", json())),
           plain(replica.value("client", json())),
           skew.is_null() ? "" : std::to_string(skew.get<std::int64_t>() / 1000) + " s",
           first ? plain(device["pending"]) : "", first ? plain(device["rejected"]) : ""});
      first = false;
    }
  }
  const std::string table = print_table(
      {say(language, "Thiết bị", "Device"), say(language, "Đơn vị", "Unit"),
       say(language, "Vai trò", "Role"), say(language, "Nhãn", "Label"),
       say(language, "Trạng thái", "State"), say(language, "Liên lạc cuối", "Last contact"),
       say(language, "Phiên bản", "Version"), say(language, "Lệch giờ", "Clock off by"),
       say(language, "Đang chờ", "Held"), say(language, "Bị từ chối", "Rejected")},
      rows, 24);
  return empty_or(table, rows.empty(), language);
}

std::string records_text(const Type& type, const json& list, Language language) {
  std::vector<std::string> paths;
  for (const Field& field : type.fields) {
    const bool shown = field.is_scalar() && field.column.type != FieldType::kJson && !field.sealed;
    if (shown && paths.size() < kRecordColumns && field.path != "review_status") {
      paths.push_back(field.path);
    }
  }
  std::vector<std::string> heading{"id"};
  heading.insert(heading.end(), paths.begin(), paths.end());
  heading.push_back(say(language, "lần", "rev"));
  heading.push_back(say(language, "nhận lúc", "received"));
  Rows rows;
  for (const json& record : list) {
    std::vector<std::string> row{plain(record["id"])};
    for (const std::string& path : paths) row.push_back(date_text(at_path(record, path)));
    row.push_back(plain(record["_meta"]["rev"]));
    row.push_back(date_text(record["_meta"]["received_at"]));
    rows.push_back(std::move(row));
  }
  const std::string total =
      count_text(list.size(), language) + say(language, " bản ghi.\n", " records.\n");
  return empty_or(print_table(heading, rows, 48) + total, rows.empty(), language);
}

std::string conflicts_text(const json& list, Language language) {
  Rows rows;
  for (const json& conflict : list) {
    rows.push_back({plain(conflict["unit_id"]), plain(conflict["type"]),
                    plain(conflict["record_id"]), plain(conflict["field"]),
                    dumped(conflict["winner"]["value"]), dumped(conflict["loser"]["value"]),
                    date_text(conflict["loser"]["at"]),
                    conflict["needs_person"] == true ? say(language, "có", "yes") : ""});
  }
  const std::string table = print_table(
      {say(language, "Đơn vị", "Unit"), say(language, "Loại", "Type"),
       say(language, "Bản ghi", "Record"), say(language, "Trường", "Field"),
       say(language, "Đang dùng", "Current"), say(language, "Giá trị kia", "Other value"),
       say(language, "Ghi lúc", "Written"), say(language, "Cần chọn", "Needs a choice")},
      rows, 36);
  return empty_or(table, rows.empty(), language);
}

std::string inbox_text(const json& list, Language language) {
  Rows rows;
  for (const json& entry : list) {
    const std::string state = entry["state"] == "held" ? say(language, "đang chờ", "held")
                                                       : say(language, "bị từ chối", "rejected");
    rows.push_back({plain(entry["number"]), state, plain(entry["unit_id"]),
                    plain(entry["device_id"]), date_text(entry["received_at"]),
                    plain(entry["code"]), plain(entry["field"]), plain(entry["text"])});
  }
  const std::string table =
      print_table({say(language, "Số", "No."), say(language, "Trạng thái", "State"),
                   say(language, "Đơn vị", "Unit"), say(language, "Thiết bị", "Device"),
                   say(language, "Nhận lúc", "Received"), say(language, "Mã lý do", "Reason"),
                   say(language, "Trường", "Field"), say(language, "Giải thích", "Explanation")},
                  rows, 48);
  return empty_or(table, rows.empty(), language);
}

std::string verdict_text(bool approved, Language language) {
  return approved ? say(language, "Đã duyệt.\n", "Approved.\n")
                  : say(language, "Đã trả lại đơn vị kèm lý do.\n",
                        "Returned to its unit with the reason.\n");
}

std::string review_text(const json& list, Language language) {
  std::string out;
  for (const json& record : list) {
    out += plain(record["unit_id"]) + "  " + plain(record["type"]) + "  " + plain(record["id"]) +
           "  " + plain(record["state"]) + "  " + date_text(record["received_at"]) + "  " +
           plain(record["device_id"]) + "\n";
    for (const json& finding : record["findings"]) {
      const bool checked = finding["checked"] == true;
      out += checked ? "  ! " : say(language, "  ? chưa kiểm tra được: ", "  ? not checked: ");
      out += plain(finding["message"]) + "\n";
    }
    if (!record["changes"].empty()) {
      out += say(language, "  đã sửa sau khi duyệt:\n", "  changed since it was approved:\n");
    }
    for (const json& change : record["changes"]) {
      out += "    " + plain(change["field"]) + ": " + dumped(change["old"]) + " → " +
             dumped(change["new"]) + "  (" + plain(change["by"]) + ", " + date_text(change["at"]) +
             ")\n";
    }
  }
  return empty_or(out, list.empty(), language);
}

}  // namespace nhip::server
