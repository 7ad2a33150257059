// What backup, restore and verify answer, and that a person can read it in either language.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

#include "centre/folder.h"
#include "commands/backup.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::int64_t kNow = 1'800'000'000'000;

class OpenCentre {
 public:
  OpenCentre() {
    crypto::initialise();
    std::string pattern =
        (std::filesystem::temp_directory_path() / "nhip-commands-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    REQUIRE(CentreFolder::create(folder(), 0).ok());
    auto opened = CentreFolder::open(folder(), *union_schema().value(), 0, kNow);
    REQUIRE(opened.ok());
    folder_ = std::move(opened).value();
  }
  ~OpenCentre() {
    folder_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  OpenCentre(const OpenCentre&) = delete;
  OpenCentre& operator=(const OpenCentre&) = delete;

  std::string folder() const { return path_ + "/centre"; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

  Result<CommandOutput> run(const std::string& name, const json& args,
                            Language language = Language::kEnglish) {
    CommandContext context;
    context.now = kNow;
    context.language = language;
    context.folder = folder_.get();
    return run_command(folder_->centre(), name, args, context);
  }

 private:
  std::string path_;
  std::unique_ptr<CentreFolder> folder_;
};

}  // namespace

TEST_CASE("commands/backup: the answer names the file, its size and what it holds",
          "[commands][backup]") {
  OpenCentre at;
  const auto made = at.run("backup", {{"file", at.path("a.backup")}});
  REQUIRE(made.ok());
  CHECK(made->exit == 0);
  const json answer = json::parse(made->json);
  CHECK(answer.at("file") == at.path("a.backup"));
  CHECK(answer.at("bytes") == std::filesystem::file_size(at.path("a.backup")));
  CHECK(answer.at("records") == 0);
  CHECK(answer.at("last_commit") == 0);
  CHECK(answer.at("took_ms").is_number());
  CHECK(made->text.find(at.path("a.backup")) != std::string::npos);
  const auto again = at.run("backup", {{"file", at.path("a.backup")}}, Language::kVietnamese);
  CHECK(again.status().name() == "file_exists");
}

TEST_CASE("commands/backup: verify exits 0 or 7 and lists problems with what to do",
          "[commands][backup]") {
  OpenCentre at;
  const auto sound = at.run("verify", json::object());
  REQUIRE(sound.ok());
  CHECK(sound->exit == 0);
  CHECK(json::parse(sound->json).at("ok") == true);
  std::filesystem::remove(at.folder() + "/recovery.pub");
  const auto damaged = at.run("verify", json::object(), Language::kVietnamese);
  REQUIRE(damaged.ok());
  CHECK(damaged->exit == 7);
  const json problem = json::parse(damaged->json).at("problems").at(0);
  CHECK(problem.at("code") == "damaged_recovery_key");
  CHECK_FALSE(problem.at("hint").get<std::string>().empty());
  CHECK(damaged->text.find("recovery.pub") != std::string::npos);
}

TEST_CASE("commands/backup: restore says that serve has to stop", "[commands][backup]") {
  OpenCentre at;
  REQUIRE(at.run("backup", {{"file", at.path("a.backup")}}).ok());
  Globals globals;
  globals.data = at.folder();
  const auto refused = restore(globals, at.path("a.backup"), "");
  CHECK(refused.status().name() == "in_use");
  CHECK(exit_code(refused.status().code()) == 7);
  CHECK(refused.status().hint().find("stop nhipd serve") != std::string::npos);
}

TEST_CASE("commands/backup: every refusal has words in Vietnamese", "[commands][language]") {
  for (const char* code :
       {"file_exists", "not_a_backup", "newer_backup", "backup_cut", "backup_damaged",
        "other_centre", "recovery_key_needed", "bad_recovery_key", "wrong_recovery_key",
        "damaged_recovery_key", "restore_unfinished", "damaged_epoch", "admissions_disagree",
        "digest_disagrees", "commits_missing", "head_disagrees", "disk_full", "in_use"}) {
    INFO(code);
    CHECK_FALSE(error_text(Language::kVietnamese, code).empty());
  }
  for (const char* step : {"copy", "write", "check", "read", "store", "digests", "backup"}) {
    CHECK(step_text(Language::kVietnamese, step) != step_text(Language::kEnglish, step));
    CHECK(step_text(Language::kEnglish, step) != step);
  }
}

}  // namespace nhip::server
