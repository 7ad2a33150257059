// Aligned columns for a terminal. Vietnamese letters count by what is seen, not by bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nhip::cli {

using TextRow = std::vector<std::string>;

// Header and rows, columns separated by two blanks, no blanks at line ends. Longer cells are cut
// with "…" at `cell_width_max` columns; control characters become blanks so a cell stays on its
// line.
std::string render_table(const TextRow& header, const std::vector<TextRow>& rows,
                         std::size_t cell_width_max = 40);

// "name:  value" lines with the values aligned.
std::string render_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

// The text with every control character replaced by a blank. What other people entered is shown on
// this terminal, and must not be able to steer it.
std::string printable(std::string_view text);

}  // namespace nhip::cli
