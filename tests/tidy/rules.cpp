// The rules as pure functions over the files' text. Words that the rules forbid are put together
// from pieces here, so that this file passes its own judgement.
#include "tidy/rules.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <set>

namespace nhip::tidy {
namespace {

constexpr std::size_t kLinesMax = 600;

// One complaint for every line of `lines` that `pattern` finds something in.
void search_lines(const SourceFile& file, const std::vector<std::string_view>& lines,
                  const std::regex& pattern, const std::string& what, Complaints& complaints) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(lines[i].begin(), lines[i].end(), match, pattern)) continue;
    complaints.push_back(complaint(file, i + 1, what + ": " + match.str()));
  }
}

void search_text(const SourceFile& file, const std::regex& pattern, const std::string& what,
                 Complaints& complaints) {
  search_lines(file, lines_of(file.text), pattern, what, complaints);
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_test_data(const SourceFile& file) {
  return starts_with(file.path, "tests/data/") || starts_with(file.path, "schema/demo/");
}

bool is_pure(std::string_view path) {
  for (const char* folder :
       {"engine/core/", "engine/text/", "engine/schema/", "engine/record/", "engine/rules/",
        "engine/indicators/", "engine/protocol/", "engine/crypto/", "engine/include/"}) {
    if (starts_with(path, folder)) return true;
  }
  return false;
}

const std::regex& impure_code() {
  static const std::regex pattern(
      "::now\\s*\\(|\\bstd::(jthread|thread|mutex|random_device|ifstream|ofstream|fstream)\\b|"
      "\\b(getenv|fopen|gettimeofday|clock_gettime|localtime|std::time|std::rand)\\s*\\(|"
      "#\\s*include\\s*<(thread|mutex|fstream|filesystem|random|iostream|cstdio)>");
  return pattern;
}

// What Debian's emscripten 3.1.6 with libc++ 14 does not have.
const std::regex& missing_in_webassembly() {
  static const std::regex pattern(
      "\\bstd::(ranges|views|format|expected|source_location|jthread|stop_token|chars_format)\\b|"
      "\\bstd::atomic<\\s*std::shared_ptr|"
      "#\\s*include\\s*<(ranges|format|expected|source_location|coroutine|stop_token)>");
  return pattern;
}

// Path of a link's target from the root, without its anchor. Empty when it leads outside or
// nowhere.
std::string target_path(const SourceFile& file, std::string target) {
  target = target.substr(0, target.find('#'));
  if (target.empty()) return "";
  const auto folder = std::filesystem::path(file.path).parent_path();
  std::string path = (folder / target).lexically_normal().generic_string();
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

// Markdown with code blocks and code spans blanked out: what stands there is no link.
std::string prose_only(const std::string& markdown) {
  static const std::regex span("`[^`\n]*`");
  std::string prose;
  bool in_block = false;
  for (const std::string_view line : lines_of(markdown)) {
    const bool fence = starts_with(line, "```");
    if (fence) in_block = !in_block;
    if (!in_block && !fence) prose += std::regex_replace(std::string(line), span, "code");
    prose += '\n';
  }
  return prose;
}

}  // namespace

Complaints size_complaints(const Tree& tree) {
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const std::size_t count = lines_of(file.text).size();
    const std::string extension = std::filesystem::path(file.path).extension().string();
    const bool code =
        file.is_cpp() || extension == ".c" || extension == ".js" || extension == ".sh";
    if (code && count > kLinesMax)
      complaints.push_back(complaint(file, kLinesMax, std::to_string(count) + " lines"));
  }
  return complaints;
}

Complaints opening_complaints(const Tree& tree) {
  std::set<std::string> headers;
  for (const SourceFile& file : tree) {
    if (file.is_header()) headers.insert(file.path);
  }
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const bool test = file.path.find("_test.cpp") != std::string::npos;  // its names are its words
    if (!file.is_cpp() || test) continue;
    const std::string header = std::filesystem::path(file.path).replace_extension(".h").string();
    if (!starts_with(file.text, "// ") && (file.is_header() || headers.count(header) == 0))
      complaints.push_back(complaint(file, 1, "opens without a word on what it is"));
    if (file.is_header() && file.text.find("\n#pragma once\n") == std::string::npos)
      complaints.push_back(complaint(file, 1, "has no #pragma once"));
  }
  return complaints;
}

Complaints mark_complaints(const Tree& tree) {
  static const std::regex marks(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX|HA"
      "CK)\\b");
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (!is_test_data(file)) search_text(file, marks, "unfinished", complaints);
  }
  return complaints;
}

Complaints name_complaints(const Tree& tree) {
  static const std::regex empty_words("(^|[/_.-])(utils?|helpers?|managers?|misc)([/_.-]|$)");
  Complaints complaints;
  for (const SourceFile& file : tree) {
    std::smatch match;
    if (std::regex_search(file.path, match, empty_words))
      complaints.push_back(complaint(file, 1, "a name that says nothing: " + match[2].str()));
  }
  return complaints;
}

Complaints machine_complaints(const Tree& tree) {
  static const std::regex places(
      "(^|[^A-Za-z0-9_.}~-])/(wo"
      "rk|fa"
      "rm|ho"
      "me|ro"
      "ot)/");
  Complaints complaints;
  for (const SourceFile& file : tree)
    search_text(file, places, "a path of one machine", complaints);
  return complaints;
}

Complaints banned_code_complaints(const Tree& tree) {
  static const std::regex throws("\\bthrow\\b");
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const std::string_view room = file.room();
    if (!file.is_cpp() || room == "tests" || room == "schema") continue;
    const std::string code = code_only(file.text);
    const auto lines = lines_of(code);
    search_lines(file, lines, throws, "errors are values here", complaints);
    if (room == "engine")
      search_lines(file, lines, missing_in_webassembly(), "emscripten 3.1.6 lacks it", complaints);
    if (is_pure(file.path))
      search_lines(file, lines, impure_code(), "no clock, thread or file in a pure layer",
                   complaints);
  }
  return complaints;
}

Complaints hidden_test_complaints(const Tree& tree) {
  static const std::regex hidden(
      "\\[\\.[a-z]*\\]|\\[!(may|should)fa"
      "il\\]|DIS"
      "ABLED_");
  static const std::regex halved("TEST_CASE(_METHOD)?\\([^\"]*\"[^\"]*;");
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (file.room() != "tests" || !file.is_cpp()) continue;
    std::smatch match;
    if (std::regex_search(file.text, match, halved)) {
      const auto newlines = std::count(file.text.begin(), match[0].second, '\n');
      complaints.push_back(
          complaint(file, static_cast<std::size_t>(newlines) + 1, "a semicolon in a test's name"));
    }
    if (!starts_with(file.path, "tests/tidy/"))
      search_text(file, hidden, "a test that does not run or may fail", complaints);
  }
  return complaints;
}

Complaints link_complaints(const Tree& tree, const std::vector<std::string>& all_paths) {
  static const std::regex link("\\]\\(([^)\\s]+)\\)");
  static const std::regex elsewhere("^([a-z]+:|#)");
  const std::set<std::string> there(all_paths.begin(), all_paths.end());
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (std::filesystem::path(file.path).extension() != ".md") continue;
    const std::string prose = prose_only(file.text);
    const auto lines = lines_of(prose);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string line(lines[i]);
      for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it) {
        const std::string target = (*it)[1].str();
        if (std::regex_search(target, elsewhere)) continue;
        if (there.count(target_path(file, target)) == 0)
          complaints.push_back(complaint(file, i + 1, "leads nowhere: " + target));
      }
    }
  }
  return complaints;
}

Complaints top_level_complaints(const std::vector<std::string>& entries) {
  static const std::set<std::string> allowed = {
      "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "dev", "engine",
      "server",         "client-cli",        "schema",    "tests",   ".ci", ".clang-format",
      ".clang-tidy",    ".gitignore"};
  Complaints complaints;
  for (const std::string& entry : entries) {
    if (allowed.count(entry) == 0) complaints.push_back(entry + ": has no place at the top level");
  }
  return complaints;
}

}  // namespace nhip::tidy
