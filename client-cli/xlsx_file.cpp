#include "xlsx_file.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "record_csv.h"

namespace nhip::cli {
namespace {

constexpr double kColumnWidth = 18, kMeaningWidth = 44;

// A file that only we may read, gone with this.
class OwnFile {
 public:
  explicit OwnFile(const std::string& replica_path) : path_(replica_path + "-export-XXXXXX") {
    const int made = ::mkstemp(path_.data());
    made_ = made >= 0;
    if (made_) ::close(made);
  }
  ~OwnFile() {
    if (made_) ::unlink(path_.c_str());
  }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  bool made() const { return made_; }
  const std::string& path() const { return path_; }
  std::string folder() const {
    const std::size_t slash = path_.rfind('/');
    return slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  }

 private:
  std::string path_;
  bool made_ = false;
};

class Book {
 public:
  explicit Book(const OwnFile& file) : folder_(file.folder()) {
    lxw_workbook_options options{};
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(file.path().c_str(), &options);
    if (book_ == nullptr) return;
    heading_ = workbook_add_format(book_);
    number_ = workbook_add_format(book_);
    date_ = workbook_add_format(book_);
    format_set_bold(heading_);
    format_set_num_format(number_, "#,##0");
    format_set_num_format(date_, "dd/mm/yyyy");
  }
  // Closing frees it, whatever it returns.
  ~Book() {
    if (book_ != nullptr) workbook_close(book_);
  }
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  void add_sheet(const std::string& name, const std::vector<std::string>& columns) {
    if (book_ == nullptr) return;
    sheet_ = workbook_add_worksheet(book_, name.substr(0, 31).c_str());
    row_ = 0;
    fine_ = fine_ && sheet_ != nullptr;
    if (sheet_ == nullptr) return;
    lxw_col_t column = 0;
    for (const std::string& each : columns) text(column++, each, heading_);
    worksheet_freeze_panes(sheet_, 1, 0);
    const auto last = static_cast<lxw_col_t>(columns.empty() ? 0 : columns.size() - 1);
    worksheet_set_column(sheet_, 0, last, kColumnWidth, nullptr);
    if (name == "Codebook") worksheet_set_column(sheet_, last, last, kMeaningWidth, nullptr);
  }
  void next_row() { ++row_; }

  void text(lxw_col_t column, const std::string& value, lxw_format* format = nullptr) {
    if (sheet_ == nullptr || value.empty()) return;
    note(worksheet_write_string(sheet_, row_, column, value.c_str(), format));
  }
  void number(lxw_col_t column, double value) {
    if (sheet_ != nullptr) note(worksheet_write_number(sheet_, row_, column, value, number_));
  }
  void date(lxw_col_t column, const std::string& iso) {
    if (sheet_ == nullptr) return;
    lxw_datetime day{};
    day.year = std::atoi(iso.substr(0, 4).c_str());
    day.month = std::atoi(iso.substr(5, 2).c_str());
    day.day = std::atoi(iso.substr(8, 2).c_str());
    note(worksheet_write_datetime(sheet_, row_, column, &day, date_));
  }

  bool close() {
    if (book_ == nullptr) return false;
    note(workbook_close(book_));
    book_ = nullptr;
    return fine_;
  }

 private:
  void note(lxw_error error) { fine_ = fine_ && error == LXW_NO_ERROR; }

  std::string folder_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* heading_ = nullptr;
  lxw_format* number_ = nullptr;
  lxw_format* date_ = nullptr;
  lxw_row_t row_ = 0;
  bool fine_ = true;
};

// Spreadsheets count days from 1900.
bool is_spreadsheet_day(const std::string& iso) { return iso.size() == 10 && iso >= "1900-03-01"; }

void write_cell(Book& book, lxw_col_t column, const Field& field, const Json& value) {
  if (value.is_null()) return;
  if (!field.is_scalar()) return book.text(column, plain_cell_text(field, value));
  if (value.is_boolean()) return book.number(column, value.get<bool>() ? 1 : 0);
  if (value.is_number()) return book.number(column, value.get<double>());
  if (!value.is_string()) return book.text(column, dump(value));
  const std::string& text = value.get_ref<const std::string&>();
  if (field.column.type == FieldType::kDate && is_spreadsheet_day(text)) {
    return book.date(column, text);
  }
  book.text(column, text);
}

std::string meaning_of(const Field& field, Language language) {
  const auto say = [&](const char* vietnamese, const char* english) {
    return std::string(language == Language::kVietnamese ? vietnamese : english);
  };
  if (field.shape == Shape::kSet) return say("danh sách, cách nhau bằng ;", "list, ; between");
  if (!field.is_scalar()) return say("danh sách, dạng JSON", "list, as JSON");
  switch (field.column.type) {
    case FieldType::kInteger: return say("số nguyên", "whole number");
    case FieldType::kReal: return say("số", "number");
    case FieldType::kBoolean: return say("1 có, 0 không", "1 yes, 0 no");
    case FieldType::kDate: return say("ngày", "day");
    case FieldType::kInstant: return say("thời điểm (UTC)", "instant (UTC)");
    case FieldType::kReference: return say("mã bản ghi khác", "id of another record");
    case FieldType::kJson: return say("giá trị dạng JSON", "value as JSON");
    case FieldType::kText:
    case FieldType::kBlob: return say("văn bản", "text");
  }
  return {};
}

void write_codebook(Book& book, const std::vector<const Field*>& fields, Language language) {
  book.add_sheet("Codebook", {"Cột / Column", "Ý nghĩa / Meaning"});
  for (const Field* field : fields) {
    book.next_row();
    book.text(0, field->path);
    book.text(1, meaning_of(*field, language));
  }
}

}  // namespace

Result<std::string> xlsx_of(Replica& replica, const Type& type, const std::string& replica_path,
                            const Output& output) {
  const auto failed = [&] {
    return make_status(output.language(), Code::kUnavailable, "cannot_write", Message::kXlsxFailed,
                       Message::kXlsxFailedHint);
  };
  const OwnFile file(replica_path);
  if (!file.made()) return failed();
  std::vector<const Field*> fields;
  std::vector<std::string> columns{"id"};
  for (const Field& field : type.fields) {
    if (field.sealed) continue;
    fields.push_back(&field);
    columns.push_back(field.path);
  }
  Book book(file);
  book.add_sheet(type.name, columns);
  NHIP_TRY(replica.list(type.name, [&](std::string_view text) {
    const Json record = json_of(text);
    book.next_row();
    book.text(0, record.value("id", std::string()));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const Json* value = record_value(record, fields[i]->path);
      if (value != nullptr) write_cell(book, static_cast<lxw_col_t>(i + 1), *fields[i], *value);
    }
    return true;
  }));
  write_codebook(book, fields, output.language());
  if (!book.close()) return failed();
  std::ifstream in(file.path(), std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in.is_open() || in.bad()) return failed();
  return bytes.str();
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= left ? kLetters[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace nhip::cli
