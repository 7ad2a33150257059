#include "centre/csv.h"

namespace nhip::server {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
  }

  bool done() const { return at_ >= text_.size(); }

  CsvRow row() {
    CsvRow row;
    row.line = line_;
    for (;;) {
      row.fields.push_back(peek() == '"' ? quoted(row.ok) : bare());
      if (peek() != ',') break;
      ++at_;
    }
    end_of_row(row.ok);
    return row;
  }

 private:
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool at_line_end() const {
    return done() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
  }

  std::string bare() {
    const std::size_t begin = at_;
    while (!at_line_end() && text_[at_] != ',') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted(bool& ok) {
    std::string value;
    for (++at_; !done(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        value += c;
        continue;
      }
      if (text_.substr(at_, 2) != "\"\"") {
        ++at_;
        return value;
      }
      value += '"';
      ++at_;
    }
    ok = false;
    return value;
  }

  void end_of_row(bool& ok) {
    if (!at_line_end()) ok = false;
    while (!at_line_end()) ++at_;
    if (done()) return;
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text) {
  std::vector<CsvRow> rows;
  CsvReader reader(text);
  while (!reader.done()) {
    CsvRow row = reader.row();
    const bool empty = row.ok && row.fields.size() == 1 && row.fields.front().empty();
    if (!empty) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace nhip::server
