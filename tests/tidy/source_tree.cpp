// Reading the tree, and the little lexer that tells code from comments and literals.
#include "tidy/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace nhip::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kRooms = {"client-cli", "engine", "schema", "server",
                                                    "tests"};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_text(const std::string& bytes) { return bytes.find('\0') == std::string::npos; }

void add_file(const fs::path& root, const fs::path& path, Tree& tree) {
  std::string text = read_file(path);
  if (!is_text(text)) return;
  tree.push_back({path.lexically_relative(root).generic_string(), std::move(text)});
}

// Where a literal that opens at `at` ends, one past its closing quote.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

// The same for a raw string, whose R stands at `at`.
std::size_t end_of_raw_string(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos) return text.size();
  const std::string close = ")" + std::string(text.substr(at + 2, open - at - 2)) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Where the comment or literal that begins at `at` ends; `at` itself when nothing begins there.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool after_word = at > 0 && is_word(text[at - 1]);
  if (rest.substr(0, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (rest.substr(0, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.substr(0, 2) == "R\"" && !after_word) return end_of_raw_string(text, at);
  if (rest[0] == '"') return end_of_literal(text, at);
  if (rest[0] == '\'' && !after_word) return end_of_literal(text, at);  // 1'000 is a number
  return at;
}

}  // namespace

std::string_view SourceFile::room() const {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash);
}

bool SourceFile::is_header() const { return fs::path(path).extension() == ".h"; }

bool SourceFile::is_cpp() const { return is_header() || fs::path(path).extension() == ".cpp"; }

Tree read_tree(const std::string& root) {
  Tree tree;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_regular_file()) add_file(root, entry.path(), tree);
  }
  for (const std::string_view room : kRooms) {
    if (!fs::exists(fs::path(root) / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / room)) {
      if (entry.is_regular_file()) add_file(root, entry.path(), tree);
    }
  }
  std::sort(tree.begin(), tree.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

std::vector<std::string> top_level_entries(const std::string& root) {
  std::set<std::string> ignored = {".git"};
  const std::string ignore_file = read_file(fs::path(root) / ".gitignore");
  for (std::string_view line : lines_of(ignore_file)) {
    while (!line.empty() && line.front() == '/') line.remove_prefix(1);
    while (!line.empty() && line.back() == '/') line.remove_suffix(1);
    ignored.emplace(line);
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root)) {
    std::string name = entry.path().filename().string();
    if (ignored.count(name) == 0) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = end_of_quoted(text, at);
    for (std::size_t i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string complaint(const SourceFile& file, std::size_t line, const std::string& what) {
  return file.path + ":" + std::to_string(line) + ": " + what;
}

}  // namespace nhip::tidy
