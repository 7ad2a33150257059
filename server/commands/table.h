// Tables for people: columns as wide as their widest cell, counted in characters, not bytes.
#pragma once

#include <string>
#include <vector>

namespace nhip::server {

// Cells longer than `width_max` characters are cut with "…"; control characters become blanks.
std::string print_table(const std::vector<std::string>& heading,
                        const std::vector<std::vector<std::string>>& rows,
                        std::size_t width_max = 40);

}  // namespace nhip::server
