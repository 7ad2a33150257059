#include "commands/table.h"

#include <algorithm>
#include <cstdint>

namespace nhip::server {
namespace {

// The code point at `at`, moving behind it. The text is UTF-8; a stray byte counts as a character.
std::uint32_t next_character(const std::string& text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0xC0) return lead;
  std::uint32_t value = lead >= 0xF0 ? lead & 0x07u : lead >= 0xE0 ? lead & 0x0Fu : lead & 0x1Fu;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
    value = value << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  }
  return value;
}

// Combining marks (names that came as NFD) take no place of their own.
bool is_mark(std::uint32_t character) { return character >= 0x300 && character <= 0x36F; }

std::size_t width(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) count += is_mark(next_character(text, at)) ? 0 : 1;
  return count;
}

std::string cut(std::string text, std::size_t width_max) {
  // Nothing that moves a terminal's cursor comes from a record.
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (width(text) <= width_max) return text;
  std::size_t at = 0, end = 0, count = 0;
  while (at < text.size()) {
    count += is_mark(next_character(text, at)) ? 0 : 1;
    if (count >= width_max) break;
    end = at;
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::string print_table(const std::vector<std::string>& heading,
                        const std::vector<std::vector<std::string>>& rows, std::size_t width_max) {
  std::vector<std::vector<std::string>> all{heading};
  all.insert(all.end(), rows.begin(), rows.end());
  std::vector<std::size_t> widths(heading.size(), 0);
  for (auto& row : all) {
    row.resize(heading.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = cut(std::move(row[i]), width_max);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string out;
  for (const auto& row : all) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace nhip::server
