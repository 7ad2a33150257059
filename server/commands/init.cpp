#include "commands/init.h"
#include "figures/definition_judge.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>

#include "centre/folder.h"
#include "commands/present.h"
#include "core/limits.h"

namespace nhip::server {
namespace {

std::string made_text(const std::string& folder, const std::string& recovery_key,
                      Language language) {
  return say(language, "Đã tạo trung tâm trong thư mục ", "Made a centre in ") + folder + "\n\n" +
         say(language, "Khoá khôi phục (chỉ hiện một lần, hãy chép ra giấy và cất ở nơi khác):\n",
             "Recovery key (shown once; write it down and keep it elsewhere):\n") +
         "  " + recovery_key + "\n\n";
}

}  // namespace

Result<CommandOutput> init(const Globals& globals, const std::string& from) {
  NHIP_TRY_ASSIGN(const Schema* schema, union_schema());
  std::error_code error;
  // Before anything is made: a centre without the records it was to begin with is half a centre.
  if (!from.empty() && !std::filesystem::is_directory(from, error)) {
    return Status(Code::kNotFound, "no_folder", "no such folder: " + from);
  }
  NHIP_TRY_ASSIGN(const std::string recovery_key,
                  CentreFolder::create(globals.data, core::kLockWaitMs));
  CommandOutput output;
  output.text = made_text(globals.data, recovery_key, globals.language);
  // Whatever becomes of the load, the key has been shown.
  if (!globals.json && !from.empty()) {
    std::fputs(output.text.c_str(), stdout);
    std::fflush(stdout);
    output.text.clear();
  }
  NHIP_TRY_ASSIGN(const std::unique_ptr<CentreFolder> folder,
                  CentreFolder::open(globals.data, *schema, core::kLockWaitMs, clock_now()));
  nlohmann::json made{{"folder", globals.data},
                      {"centre_id", folder->centre().keys().centre_id.text()},
                      {"recovery_key", recovery_key}};
  if (!from.empty()) {
    auto report = load_judged(folder->centre(), from, clock_now(), progress_line(globals.language));
    end_progress_line();
    if (report.ok()) {
      made["load"] = load_json(*report);
      output.text += load_text(*report, globals.language);
      output.exit = report->problems.empty() ? 0 : 6;
    } else {
      // The centre stands and its key must not be lost with the error.
      const Status& why = report.status();
      made["load_error"] = {{"code", why.name()}, {"message", why.message()}, {"hint", why.hint()}};
      output.text += say(globals.language, "Chưa nạp được dữ liệu: ", "The load failed: ") +
                     why.message() + "\n";
      output.exit = exit_code(why.code());
    }
  }
  output.json = json_text(made);
  return output;
}

}  // namespace nhip::server
