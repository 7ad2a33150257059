// The rules that are no arrows: sizes, words, banned calls, links in documents, the top level.
#pragma once

#include <string>
#include <vector>

#include "tidy/source_tree.h"

namespace nhip::tidy {

// No file of code has more than 600 lines: the noun that hides in a longer one has not been found.
Complaints size_complaints(const Tree& tree);

// A C++ file opens with a sentence on what it is; a test, and a source with a header of its own,
// need not repeat it. A header guards itself by #pragma once.
Complaints opening_complaints(const Tree& tree);

// No marks of unfinished work, in any text file.
Complaints mark_complaints(const Tree& tree);

// No name that says nothing: the noun of a file is one of the glossary.
Complaints name_complaints(const Tree& tree);

// Nothing of one machine: no path into a home or a working folder.
Complaints machine_complaints(const Tree& tree);

// Calls and headers that a folder must do without: clocks, threads and files in the pure layers;
// what the WebAssembly compiler lacks anywhere in the engine; `throw` outside the tests.
Complaints banned_code_complaints(const Tree& tree);

// No test that is hidden or may fail, and none whose name has a semicolon: CMake would register it
// as two tests that do not exist.
Complaints hidden_test_complaints(const Tree& tree);

// Relative links of Markdown files lead to something that is there. `exists` gets paths from the
// root.
Complaints link_complaints(const Tree& tree, const std::vector<std::string>& all_paths);

// The root holds the rooms and what tools look for there, nothing else.
Complaints top_level_complaints(const std::vector<std::string>& entries);

}  // namespace nhip::tidy
