// The source tree as data, so that a rule is a pure function from files to complaints and can be
// shown a bad sample as easily as the real tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nhip::tidy {

struct SourceFile {
  std::string path;  // relative to the root, with '/'
  std::string text;

  // engine, server, client-cli, schema, tests or "" for a file at the root.
  std::string_view room() const;
  bool is_cpp() const;  // a header or a source
  bool is_header() const;
};

using Tree = std::vector<SourceFile>;

// Every text file of the rooms and of the root itself, ascending by path. `root` is an absolute
// path.
Tree read_tree(const std::string& root);

// Names of the entries of `root`, without .git and without what .gitignore names.
std::vector<std::string> top_level_entries(const std::string& root);

// C++ text with comments and the contents of literals blanked out; the lines keep their numbers.
std::string code_only(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);

// What a rule found, as "path:line: what is wrong".
using Complaints = std::vector<std::string>;
std::string complaint(const SourceFile& file, std::size_t line, const std::string& what);

}  // namespace nhip::tidy
