// The command line: what is understood, what is refused, and how errors are said.
#include "arguments.h"

#include <catch2/catch.hpp>

#include <vector>

namespace nhip::cli {
namespace {

Result<Invocation> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "nhip");
  return parse_arguments(static_cast<int>(words.size()), words.data(), Language::kEnglish);
}

}  // namespace

TEST_CASE("client_cli/arguments: common options stand before or behind the command",
          "[client_cli]") {
  const auto before = parse({"--replica", "a.db", "--json", "get", "activity", "X"});
  const auto behind = parse({"get", "activity", "X", "--json", "--replica", "a.db"});
  REQUIRE(before.ok());
  REQUIRE(behind.ok());
  CHECK(before->arguments.replica == "a.db");
  CHECK(behind->arguments.replica == "a.db");
  CHECK(behind->command->name == "get");
  CHECK(behind->arguments.id == "X");
}

TEST_CASE("client_cli/arguments: values reach the command as they were written", "[client_cli]") {
  CHECK(parse({"put", "activity", "-"})->arguments.json == "-");
  CHECK(parse({"put", "activity", "[1,2]"})->arguments.json == "[1,2]");
  CHECK(parse({"put", "activity"})->arguments.json.empty());
  CHECK(parse({"resolve", "X", "--value", "-5"})->arguments.value == "-5");
  CHECK(parse({"resolve", "X", "--value", "[1,2]"})->arguments.value == "[1,2]");
  CHECK(parse({"resolve", "X", "--value", ""})->arguments.has_value);
  const auto edit = parse({"edit", "activity", "X", "topics=[\"T1\",\"T2\"]", "n=-1"});
  REQUIRE(edit.ok());
  CHECK(edit->arguments.assignments == std::vector<std::string>{"topics=[\"T1\",\"T2\"]", "n=-1"});
  const auto list = parse({"list", "activity", "--where", "a=1", "--where", "b=x,y"});
  REQUIRE(list.ok());
  CHECK(list->arguments.where == std::vector<std::string>{"a=1", "b=x,y"});
}

TEST_CASE("client_cli/arguments: wrong usage is refused", "[client_cli]") {
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{},
                                             {"fly"},
                                             {"get"},
                                             {"get", "activity"},
                                             {"get", "activity", "X", "Y"},
                                             {"sync", "--fast"},
                                             {"sync", "--budget", "-1"},
                                             {"resolve", "X", "--keep", "both"},
                                             {"enrol", "--code", "C"},
                                             {"--lang", "fr", "status"},
                                             {"edit", "activity", "X"},
                                             {"bundle", "over", "f"}}) {
    const auto parsed = parse(words);
    REQUIRE_FALSE(parsed.ok());
    CHECK(exit_code_of(parsed.status()) == ExitCode::kUsage);
    CHECK_FALSE(parsed.status().hint().empty());
  }
}

TEST_CASE("client_cli/arguments: help and version are no commands", "[client_cli]") {
  CHECK(parse({"--version"})->text == "0.1.0");
  const auto help = parse({"--help"});
  REQUIRE(help.ok());
  for (const Command& command : commands()) {
    CHECK(help->text.find(command.name) != std::string::npos);
  }
  CHECK(parse({"sync", "--help"})->text.find("--watch") != std::string::npos);
}

TEST_CASE("client_cli/arguments: json and language are known before the rest is", "[client_cli]") {
  const char* words[] = {"nhip", "fly", "--json", "--lang", "vi"};
  const Preferences preferences = scan_preferences(5, words);
  CHECK(preferences.json);
  CHECK(preferences.language == Language::kVietnamese);
}

TEST_CASE("client_cli/messages: places in a text are filled", "[client_cli]") {
  CHECK(say(Language::kEnglish, Message::kDeleted, {"X"}) == "Deleted X.");
  CHECK(say(Language::kVietnamese, Message::kDeleted, {"{0}"}) == "Đã xóa {0}.");
  CHECK(say(Language::kEnglish, Message::kDeleted) == "Deleted {0}.");
}

TEST_CASE("client_cli/messages: errors of the engine are said in Vietnamese", "[client_cli]") {
  const Status known(Code::kUnauthenticated, "used_code", "The code was used.", "Ask.");
  CHECK(describe(Language::kVietnamese, known).message == "Mã ghi danh đã được dùng.");
  CHECK(describe(Language::kEnglish, known).message == "The code was used.");
  const Status unknown(Code::kInvalid, "something_new", "title: too odd");
  CHECK(describe(Language::kVietnamese, unknown).message ==
        "Dữ liệu chưa hợp lệ. (title: too odd)");
  const Status own(Code::kInvalid, "x", "Đã có câu riêng.", "Gợi ý riêng.");
  CHECK(describe(Language::kVietnamese, own).message == "Đã có câu riêng.");
}

TEST_CASE("client_cli/exit_code: codes become the documented numbers", "[client_cli]") {
  const auto number = [](Code code) {
    return static_cast<int>(exit_code_of(Status(code, "x", "x")));
  };
  CHECK(static_cast<int>(exit_code_of(Status())) == 0);
  CHECK(number(Code::kInternal) == 1);
  CHECK(number(Code::kUsage) == 2);
  CHECK(number(Code::kInvalid) == 3);
  CHECK(number(Code::kMalformed) == 3);
  CHECK(number(Code::kNotFound) == 3);
  CHECK(number(Code::kUnavailable) == 4);
  CHECK(number(Code::kForbidden) == 5);
  CHECK(number(Code::kUnauthenticated) == 5);
  CHECK(number(Code::kBusy) == 7);
  CHECK(number(Code::kCorrupt) == 7);
}

TEST_CASE("client_cli/exit_code: a damaged answer is no connection", "[client_cli]") {
  CHECK(exit_code_of_exchange(Status(Code::kMalformed, "x", "x")) == ExitCode::kNoConnection);
}

}  // namespace nhip::cli
