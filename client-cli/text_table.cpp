// Two passes: widths first, then lines.
#include "text_table.h"

#include <algorithm>

#include "screen_format.h"

namespace nhip::cli {
namespace {

std::string shortened(std::string text, std::size_t width_max) {
  if (screen_width(text) <= width_max) return text;
  std::size_t end = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0u) == 0x80u) ++next;
    if (screen_width(std::string_view(text).substr(0, next)) >= width_max) break;
    end = next;
  }
  return text.substr(0, end) + "…";
}

void add_line(std::string& out, const TextRow& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += "  ";
    line += cells[i];
    line.append(widths[i] - screen_width(cells[i]), ' ');
  }
  while (line.ends_with(' ')) line.pop_back();
  out += line + "\n";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // C1 controls are C2 80 … C2 9F in UTF-8.
    const bool c1 =
        byte == 0xC2u && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0u;
    if (c1) ++i;
    out += byte < 0x20u || byte == 0x7Fu || c1 ? ' ' : text[i];
  }
  return out;
}

std::string render_table(const TextRow& header, const std::vector<TextRow>& rows,
                         std::size_t cell_width_max) {
  std::vector<TextRow> lines{header};
  for (const TextRow& row : rows) {
    TextRow line;
    for (const std::string& cell : row) line.push_back(shortened(printable(cell), cell_width_max));
    line.resize(header.size());
    lines.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(header.size(), 0);
  for (const TextRow& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], screen_width(line[i]));
    }
  }
  std::string out;
  for (const TextRow& line : lines) add_line(out, line, widths);
  return out;
}

std::string render_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, screen_width(name) + 1);
  std::string out;
  for (const auto& [name, value] : pairs) {
    add_line(out, {name + ":", printable(value)}, {width, screen_width(printable(value))});
  }
  return out;
}

}  // namespace nhip::cli
