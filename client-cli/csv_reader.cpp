// A hand-written reader, because the grammar is eight lines long and errors must name a line.
#include "csv_reader.h"

#include <algorithm>

namespace nhip::cli {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kFormulaStarts = "=+-@\t\r";

char separator_of(std::string_view bytes) {
  std::string_view first = bytes.substr(0, bytes.find('\n'));
  for (const char candidate : {',', ';', '\t'}) {
    if (first.find(candidate) != std::string_view::npos) return candidate;
  }
  return ',';
}

// Apostrophes, then a character that begins a formula?
bool is_guarded_form(std::string_view text) {
  const std::size_t at = text.find_first_not_of('\'');
  return at != std::string_view::npos && kFormulaStarts.find(text[at]) != std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::string_view bytes) : rest_(bytes) {
  if (rest_.starts_with(kBom)) rest_.remove_prefix(kBom.size());
  separator_ = separator_of(rest_);
}

void CsvReader::skip_line() {
  const std::size_t end = rest_.find('\n');
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
}

// The opening quote is taken already. On success what follows the closing quote is a separator, a
// line end or the end. On failure nothing is consumed.
bool CsvReader::read_quoted(std::string& cell) {
  std::string text;
  std::size_t at = 0;
  while (true) {
    const std::size_t quote = rest_.find('"', at);
    if (quote == std::string_view::npos) return false;
    text += rest_.substr(at, quote - at);
    at = quote + 1;
    if (at >= rest_.size() || rest_[at] != '"') break;
    text += '"';
    ++at;
  }
  std::size_t after = at;
  if (after < rest_.size() && rest_[after] == '\r') ++after;
  const bool ends = after >= rest_.size() || rest_[after] == '\n' || rest_[at] == separator_;
  if (!ends) return false;
  line_ += static_cast<std::uint64_t>(
      std::count(rest_.begin(), rest_.begin() + static_cast<long>(at), '\n'));
  rest_.remove_prefix(at);
  cell = std::move(text);
  return true;
}

bool CsvReader::next(CsvRow& row) {
  while (!rest_.empty() && (rest_.front() == '\n' || rest_.starts_with("\r\n"))) {
    rest_.remove_prefix(rest_.front() == '\n' ? 1 : 2);
    ++line_;
  }
  if (rest_.empty()) return false;
  row = CsvRow{line_, {}, true};
  while (true) {
    std::string& cell = row.cells.emplace_back();
    if (rest_.starts_with('"')) {
      rest_.remove_prefix(1);
      row.well_formed = read_quoted(cell);
    } else {
      const char stops[] = {separator_, '\n', '\0'};
      cell = rest_.substr(0, rest_.find_first_of(stops));
      rest_.remove_prefix(cell.size());
      if (cell.ends_with('\r') && (rest_.empty() || rest_.front() == '\n')) cell.pop_back();
      row.well_formed = cell.find('"') == std::string::npos;
    }
    if (!row.well_formed) skip_line();
    if (rest_.starts_with('\r')) rest_.remove_prefix(1);
    if (rest_.empty()) return true;
    const char stop = rest_.front();
    rest_.remove_prefix(1);
    if (stop != '\n') continue;
    ++line_;
    return true;
  }
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",;\"\r\n\t") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string guard_formula(std::string_view text) {
  return is_guarded_form(text) ? "'" + std::string(text) : std::string(text);
}

std::string_view unguard_formula(std::string_view text) {
  if (text.starts_with('\'') && is_guarded_form(text)) text.remove_prefix(1);
  return text;
}

}  // namespace nhip::cli
