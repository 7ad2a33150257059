#include "commands/session.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "centre/folder.h"
#include "centre/json_gate.h"
#include "centre/private_file.h"
#include "core/limits.h"
#include "http/control.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kRetryPause{100};
constexpr std::chrono::milliseconds kTurnForOthers{1};

struct Control {
  int port = 0;
  std::string secret;
};

std::optional<Control> read_control(const std::string& path) {
  const Result<std::string> text = read_small_file(path);
  if (!text.ok()) return std::nullopt;
  const Result<json> parsed = parse_json_text(*text);
  if (!parsed.ok() || !parsed->is_object()) return std::nullopt;
  const auto port = parsed->find("port"), secret = parsed->find("secret");
  if (port == parsed->end() || !port->is_number_unsigned() || port->get<std::uint64_t>() > 65535 ||
      secret == parsed->end() || !secret->is_string()) {
    return std::nullopt;
  }
  return Control{static_cast<int>(port->get<std::uint64_t>()), secret->get<std::string>()};
}

std::string member_text(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Code code_of(int number) {
  const bool known =
      number > static_cast<int>(Code::kOk) && number <= static_cast<int>(Code::kInternal);
  return known ? static_cast<Code>(number) : Code::kInternal;
}

Result<CommandOutput> read_answer(const std::string& text) {
  const json answer = json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains("exit") || !answer["exit"].is_number_integer()) {
    return Status(Code::kInternal, "bad_answer", "the running server gave no readable answer",
                  "is it another version of nhipd?");
  }
  if (const auto error = answer.find("error"); error != answer.end()) {
    return Status(code_of(answer.value("status", 0)), member_text(*error, "code"),
                  member_text(*error, "message"), member_text(*error, "hint"));
  }
  return CommandOutput{answer["exit"].get<int>(), json_text(answer.value("output", json())),
                       member_text(answer, "text")};
}

// What opening put right is said even when the command's own answer is all that was asked for.
void say_remarks(const CentreFolder& folder) {
  for (const std::string& remark : folder.remarks()) {
    std::fprintf(stderr, "nhipd: %s\n", remark.c_str());
  }
}

// Says how long the server has been at work, on a terminal, from the first second on.
class Waiting {
 public:
  explicit Waiting(Language language) {
    if (::isatty(STDERR_FILENO) != 1) return;
    thread_ = std::thread([this, language] {
      std::unique_lock lock(mutex_);
      for (int seconds = 1;; ++seconds) {
        if (over_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; })) return;
        std::fprintf(stderr, "\r\033[K%s: %d s",
                     say(language, "Máy chủ đang làm", "The server is at work").c_str(), seconds);
      }
    });
  }
  ~Waiting() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    over_.notify_all();
    thread_.join();
    end_progress_line();
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

json error_json(const Status& status) {
  return {{"code", status.name()}, {"message", status.message()}, {"hint", status.hint()}};
}

}  // namespace

Result<const Schema*> union_schema() {
  static const Result<Schema> schema = Schema::parse(embedded::union_registry());
  if (!schema.ok()) return schema.status();
  return &*schema;
}

std::int64_t clock_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<CommandOutput> run_in_folder(const Globals& globals, const std::string& name,
                                    const json& args) {
  const FolderPaths paths(globals.data);
  NHIP_TRY_ASSIGN(const Schema* schema, union_schema());
  const json request{{"command", name},
                     {"args", args},
                     {"lang", globals.language == Language::kVietnamese ? "vi" : "en"}};
  // A server that is just starting holds the lock before it answers, another command only for a
  // moment.
  const auto patience =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(core::kLockWaitMs);
  for (;;) {
    if (const auto control = read_control(paths.control)) {
      const Waiting waiting(globals.language);
      const auto answer = ask_control(control->port, control->secret, json_text(request));
      if (answer) return read_answer(*answer);
    }
    auto folder = CentreFolder::open(globals.data, *schema, 0, clock_now());
    if (folder.ok()) {
      const CommandContext context{clock_now(),
                                   globals.language,
                                   progress_line(globals.language),
                                   folder->get(),
                                   {},
                                   step_line(globals.language),
                                   nullptr};
      auto output = run_command((*folder)->centre(), name, args, context);
      end_progress_line();
      // With --json an error is the only thing on standard error.
      if (!globals.json || output.ok()) say_remarks(**folder);
      return output;
    }
    if (folder.status().code() != Code::kBusy || std::chrono::steady_clock::now() > patience) {
      return folder.status();
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

std::string answer_control(CentreFolder& folder, FigureBook& figures, const std::string& request,
                           const Unlocked& unlocked) {
  const Result<json> parsed = parse_json_text(request);
  const auto refused = [](const Status& status) {
    return json_text({{"exit", exit_code(status.code())},
                      {"status", static_cast<int>(status.code())},
                      {"error", error_json(status)}});
  };
  if (!parsed.ok() || !parsed->is_object()) {
    return refused(Status(Code::kUsage, "bad_request", "the control request is not of its form"));
  }
  CommandContext context;
  context.now = clock_now();
  context.language = parse_language(member_text(*parsed, "lang")).value_or(Language::kEnglish);
  context.folder = &folder;
  context.figures = &figures;
  context.unlocked = unlocked;
  // Long work lets waiting devices in between its transactions.
  context.progress = [&](const std::string&, std::uint64_t) {
    unlocked([] { std::this_thread::sleep_for(kTurnForOthers); });
  };
  const auto output = run_command(folder.centre(), member_text(*parsed, "command"),
                                  parsed->value("args", json::object()), context);
  if (!output.ok()) return refused(output.status());
  return json_text({{"exit", output->exit},
                    {"output", json::parse(output->json, nullptr, false)},
                    {"text", output->text}});
}

std::function<void(const std::string&, std::uint64_t)> progress_line(Language language) {
  if (::isatty(STDERR_FILENO) != 1) return {};
  return [language](const std::string& file, std::uint64_t lines) {
    std::fprintf(stderr, "\r\033[K%s: %llu %s", file.c_str(),
                 static_cast<unsigned long long>(lines), say(language, "dòng", "lines").c_str());
  };
}

Progress step_line(Language language) {
  if (::isatty(STDERR_FILENO) != 1) return {};
  return [language](const std::string& what, std::uint64_t done, std::uint64_t total) {
    std::fprintf(stderr, "\r\033[K%s: %llu %%", step_text(language, what).c_str(),
                 static_cast<unsigned long long>(total == 0 ? 100 : done * 100 / total));
    return true;
  };
}

void end_progress_line() {
  if (::isatty(STDERR_FILENO) == 1) std::fputs("\r\033[K", stderr);
}

int finish(const Globals& globals, const Result<CommandOutput>& result) {
  if (!result.ok()) return fail(globals, result.status());
  const std::string& out = globals.json ? result->json + "\n" : result->text;
  const bool written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
  return std::fflush(stdout) == 0 && written ? result->exit : exit_code(Code::kInternal);
}

int fail(const Globals& globals, const Status& status) {
  if (globals.json) {
    const std::string text = json_text(json{{"error", error_json(status)}});
    std::fprintf(stderr, "%s\n", text.c_str());
    return exit_code(status.code());
  }
  const std::string translated = error_text(globals.language, status.name());
  if (!translated.empty()) {
    std::fprintf(stderr, "nhipd: %s (%s)\n", translated.c_str(), status.name().c_str());
  } else {
    std::fprintf(stderr, "nhipd: %s (%s)\n", status.message().c_str(), status.name().c_str());
  }
  if (!status.hint().empty()) std::fprintf(stderr, "  %s\n", status.hint().c_str());
  return exit_code(status.code());
}

}  // namespace nhip::server
