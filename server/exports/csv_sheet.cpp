// CSV as RFC 4180 has it, made safe for spreadsheets.
#include "exports/sheet.h"

namespace nhip::server {
namespace {

// A cell that begins like this is computed by spreadsheets (OWASP, "CSV injection").
bool looks_like_formula(const std::string& text) {
  constexpr std::string_view kStarts = "=+-@\t\r\n";
  if (text.empty()) return false;
  if (kStarts.find(text.front()) != std::string_view::npos) return true;
  // Their full-width forms U+FF1D U+FF0B U+FF0D U+FF20 are taken for the same.
  for (const char* wide : {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
    if (text.starts_with(wide)) return true;
  }
  return false;
}

std::string quoted(std::string text) {
  if (looks_like_formula(text)) text.insert(0, "'");
  if (text.find_first_of(",;\"\r\n\t'") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string cell_text(const SheetCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return quoted(*text);
  if (const auto* date = std::get_if<SheetDate>(&cell)) return quoted(date->day);
  if (const auto* percent = std::get_if<SheetPercent>(&cell)) {
    return std::to_string(percent->tenths / 10) + "." + std::to_string(percent->tenths % 10);
  }
  return {};
}

}  // namespace

std::string csv_of(const Sheet& sheet) {
  std::string out = "\xEF\xBB\xBF";
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    out += (i == 0 ? "" : ",") + quoted(sheet.columns[i].name);
  }
  out += "\r\n";
  for (const auto& row : sheet.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + cell_text(row[i]);
    out += "\r\n";
  }
  return out;
}

}  // namespace nhip::server
