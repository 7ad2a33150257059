// The rules of the tree, each held against the tree itself and shown one bad sample, so that a rule
// that has gone blind is noticed.
#include <catch2/catch.hpp>

#include <filesystem>

#include "tidy/rules.h"

namespace nhip::tidy {
namespace {

const Tree& real_tree() {
  static const Tree tree = read_tree(NHIP_SOURCE_DIR);
  return tree;
}

std::string text(const Complaints& complaints) {
  std::string all;
  for (const std::string& line : complaints) all += line + "\n";
  return all;
}

#define CHECK_NOTHING(complaints)  \
  do {                             \
    const auto found = complaints; \
    INFO(text(found));             \
    CHECK(found.empty());          \
  } while (false)

// Paths of all files and folders, what a link may lead to.
std::vector<std::string> paths_of_tree() {
  namespace fs = std::filesystem;
  std::vector<std::string> paths;
  const fs::path root = NHIP_SOURCE_DIR;
  for (const std::string& name : top_level_entries(NHIP_SOURCE_DIR)) {
    paths.push_back(name);
    if (!fs::is_directory(root / name)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / name)) {
      paths.push_back(entry.path().lexically_relative(root).generic_string());
    }
  }
  return paths;
}

}  // namespace

TEST_CASE("tidy: the tree that the rules read is the whole tree", "[tidy]") {
  std::size_t engine = 0, server = 0, client = 0;
  for (const SourceFile& file : real_tree()) {
    engine += file.room() == "engine" && file.is_cpp();
    server += file.room() == "server" && file.is_cpp();
    client += file.room() == "client-cli" && file.is_cpp();
  }
  CHECK(engine > 20);
  CHECK(server > 10);
  CHECK(client > 0);
}

TEST_CASE("tidy: no file of code is longer than 600 lines", "[tidy]") {
  CHECK_NOTHING(size_complaints(real_tree()));
  std::string long_text;
  for (int i = 0; i < 601; ++i) long_text += "int a;\n";
  CHECK(size_complaints({{"engine/core/long.cpp", long_text}}).size() == 1);
  CHECK(size_complaints({{"engine/DESIGN.md", long_text}}).empty());
}

TEST_CASE("tidy: every C++ file opens with a word on what it is", "[tidy]") {
  CHECK_NOTHING(opening_complaints(real_tree()));
  CHECK(opening_complaints({{"engine/core/bare.h", "#pragma once\n"}}).size() == 2);
  CHECK(opening_complaints({{"engine/core/bare.cpp", "int a;\n"}}).size() == 1);
  CHECK(opening_complaints({{"engine/core/told.cpp", "int a;\n"},
                            {"engine/core/told.h", "// Told.\n#pragma once\n"}})
            .empty());
}

TEST_CASE("tidy: nothing is marked as unfinished", "[tidy]") {
  CHECK_NOTHING(mark_complaints(real_tree()));
  CHECK(mark_complaints({{"server/main.cpp",
                          "int a;  // TO"
                          "DO: later\n"}})
            .size() == 1);
  CHECK(mark_complaints({{"server/main.cpp", "mkstemp(\"/tmp/aXXXXXX\");\n"}}).empty());
}

TEST_CASE("tidy: no file has a name that says nothing", "[tidy]") {
  CHECK_NOTHING(name_complaints(real_tree()));
  CHECK(name_complaints({{"engine/core/string_util.h", ""}}).size() == 1);
  CHECK(name_complaints({{"server/misc/a.cpp", ""}}).size() == 1);
  CHECK(name_complaints({{"engine/core/utility_bill.h", ""}}).empty());
}

TEST_CASE("tidy: nothing names a place on one machine", "[tidy]") {
  CHECK_NOTHING(machine_complaints(real_tree()));
  CHECK(machine_complaints({{"README.md",
                             "see /ho"
                             "me/someone/x\n"}})
            .size() == 1);
  CHECK(machine_complaints({{"README.md", "see engine/home/x\n"}}).empty());
}

TEST_CASE("tidy: pure layers read no clock, start no thread, open no file", "[tidy]") {
  CHECK_NOTHING(banned_code_complaints(real_tree()));
  const auto core = [](const std::string& code) {
    return banned_code_complaints({{"engine/core/a.cpp", code}}).size();
  };
  CHECK(core("auto t = std::chrono::system_clock::now();\n") == 1);
  CHECK(core("#include <thread>\n") == 1);
  CHECK(core("std::ifstream in(path);\n") == 1);
  CHECK(core("// std::ifstream in a comment\n") == 0);
  CHECK(banned_code_complaints({{"engine/store/a.cpp", "#include <fstream>\n"}}).empty());
}

TEST_CASE("tidy: the engine does without what the WebAssembly compiler lacks", "[tidy]") {
  const auto engine = [](const std::string& code) {
    return banned_code_complaints({{"engine/sync/a.cpp", code}}).size();
  };
  CHECK(engine("std::ranges::sort(list);\n") == 1);
  CHECK(engine("#include <format>\n") == 1);
  CHECK(engine("std::jthread worker;\n") == 1);
  CHECK(engine("std::sort(list.begin(), list.end());\n") == 0);
  CHECK(banned_code_complaints({{"server/http/a.cpp", "std::jthread worker;\n"}}).empty());
}

TEST_CASE("tidy: nothing of ours throws", "[tidy]") {
  CHECK(banned_code_complaints({{"server/http/a.cpp", "throw 1;\n"}}).size() == 1);
  CHECK(banned_code_complaints({{"server/http/a.cpp", "const char* a = \"throw\";\n"}}).empty());
}

TEST_CASE("tidy: no test is hidden or may fail", "[tidy]") {
  CHECK_NOTHING(hidden_test_complaints(real_tree()));
  CHECK(hidden_test_complaints({{"tests/unit/core/a.cpp", "TEST_CASE(\"a\", \"[.\" \"]\")\n"}})
            .empty());
  const std::string tag = std::string("[") + ".]";
  CHECK(hidden_test_complaints({{"tests/unit/core/a.cpp", "TEST_CASE(\"a\", \"" + tag + "\")\n"}})
            .size() == 1);
  // Put together, so that this file does not offend.
  const std::string halved = std::string("TEST_") + R"(CASE_METHOD(Fixture,
      "a; b", "[core]") {})";
  CHECK(hidden_test_complaints({{"tests/unit/core/a.cpp", halved}}).size() == 1);
}

TEST_CASE("tidy: links between documents lead somewhere", "[tidy]") {
  CHECK_NOTHING(link_complaints(real_tree(), paths_of_tree()));
  const std::vector<std::string> paths = {"engine/DESIGN.md", "README.md"};
  CHECK(link_complaints({{"README.md", "[a](engine/DESIGN.md#laws) [b](#here)\n"}}, paths).empty());
  CHECK(link_complaints({{"engine/DESIGN.md", "[a](../README.md)\n"}}, paths).empty());
  CHECK(link_complaints({{"README.md", "see [a](engine/GONE.md)\n"}}, paths).size() == 1);
  CHECK(link_complaints({{"README.md", "`[a](engine/GONE.md)`\n"}}, paths).empty());
}

TEST_CASE("tidy: the top level holds the rooms and what tools look for", "[tidy]") {
  CHECK_NOTHING(top_level_complaints(top_level_entries(NHIP_SOURCE_DIR)));
  CHECK(top_level_complaints({"engine", "notes.txt"}).size() == 1);
}

TEST_CASE("tidy: comments and literals are told from code", "[tidy]") {
  CHECK(code_only("a /* b */ c // d\ne") == "a         c     \ne");
  CHECK(code_only("x = \"//\\\"\"; y") == "x =       ; y");
  CHECK(code_only("R\"(\" // )\" z") == "           z");
  CHECK(code_only("1'000'000 + 'a'") == "1'000'000 +    ");
}

}  // namespace nhip::tidy
