// XLSX by libxlsxwriter. Text is written as text, whatever it begins with, so nothing becomes a
// formula.
#include <xlsxwriter.h>

#include <algorithm>
#include <cstdlib>

#include "exports/sheet.h"

namespace nhip::server {
namespace {

constexpr double kColumnWidth = 16, kWideColumn = 48;

struct Formats {
  lxw_format* heading;
  lxw_format* number;
  lxw_format* date;
  lxw_format* percent;
};

// Never a shorter table than was asked for: what does not fit fails the file.
bool write_cell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const SheetCell& cell,
                const Formats& formats) {
  lxw_error error = LXW_NO_ERROR;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    error =
        worksheet_write_number(sheet, row, column, static_cast<double>(*number), formats.number);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    if (!text->empty()) error = worksheet_write_string(sheet, row, column, text->c_str(), nullptr);
  } else if (const auto* percent = std::get_if<SheetPercent>(&cell)) {
    error = worksheet_write_number(sheet, row, column,
                                   static_cast<double>(percent->tenths) / 1000.0, formats.percent);
  } else if (const auto* date = std::get_if<SheetDate>(&cell)) {
    lxw_datetime day{};
    day.year = std::atoi(date->day.substr(0, 4).c_str());
    day.month = std::atoi(date->day.substr(5, 2).c_str());
    day.day = std::atoi(date->day.substr(8, 2).c_str());
    error = worksheet_write_datetime(sheet, row, column, &day, formats.date);
  }
  return error == LXW_NO_ERROR;
}

lxw_worksheet* add_sheet(lxw_workbook* book, const Sheet& sheet, const Formats& formats) {
  lxw_worksheet* into = workbook_add_worksheet(book, sheet.name.c_str());
  if (into == nullptr) return nullptr;
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    worksheet_write_string(into, 0, static_cast<lxw_col_t>(i), sheet.columns[i].name.c_str(),
                           formats.heading);
  }
  lxw_row_t row = 1;
  bool fits = true;
  for (const auto& cells : sheet.rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      fits = write_cell(into, row, static_cast<lxw_col_t>(i), cells[i], formats) && fits;
    }
    ++row;
  }
  if (!fits) return nullptr;
  worksheet_freeze_panes(into, 1, 0);
  const std::size_t last = std::max<std::size_t>(sheet.columns.size(), 1) - 1;
  worksheet_set_column(into, 0, static_cast<lxw_col_t>(last), kColumnWidth, nullptr);
  worksheet_autofilter(into, 0, 0, row - 1, static_cast<lxw_col_t>(last));
  return into;
}

Sheet codebook(const std::vector<Sheet>& sheets) {
  Sheet book;
  book.name = "Codebook";
  book.columns = {{"Bảng / Sheet", ""}, {"Cột / Column", ""}, {"Ý nghĩa / Meaning", ""}};
  for (const Sheet& sheet : sheets) {
    for (const SheetColumn& column : sheet.columns) {
      book.rows.push_back({sheet.name, column.name, column.meaning});
    }
  }
  return book;
}

}  // namespace

Status write_xlsx(const std::string& path, const std::vector<Sheet>& sheets) {
  const Status failed(Code::kUnavailable, "cannot_write", "the file could not be written: " + path,
                      "is there room, and may this program write there?");
  lxw_workbook* book = workbook_new(path.c_str());
  if (book == nullptr) return failed;
  const Formats formats{workbook_add_format(book), workbook_add_format(book),
                        workbook_add_format(book), workbook_add_format(book)};
  format_set_bold(formats.heading);
  format_set_num_format(formats.number, "#,##0");
  format_set_num_format(formats.date, "dd/mm/yyyy");
  format_set_num_format(formats.percent, "0.0%");
  bool fine = true;
  for (const Sheet& sheet : sheets) fine = add_sheet(book, sheet, formats) != nullptr && fine;
  lxw_worksheet* words = add_sheet(book, codebook(sheets), formats);
  if (words != nullptr) worksheet_set_column(words, 2, 2, kWideColumn, nullptr);
  fine = words != nullptr && fine;
  const bool closed = workbook_close(book) == LXW_NO_ERROR;
  return fine && closed ? Status() : failed;
}

}  // namespace nhip::server
