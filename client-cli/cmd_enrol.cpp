// nhip enrol: makes the replica, checks the centre against the code, downloads for the first time.
//
// A failed enrolment leaves nothing behind, with one exception: when the answer may have been lost
// on its way, the centre may know this replica's key already, and only that key can repeat the
// single-use code. Then the files stay and the same command goes on.
#include <filesystem>
#include <set>
#include <system_error>

#include "command.h"
#include "nhip/sync.h"
#include "nhip_embedded/union_registry.h"
#include "replica_access.h"

namespace nhip::cli {
namespace {

namespace fs = std::filesystem;

// FILE and the files beside it whose names begin with FILE's name: what a replica consists of.
std::set<fs::path> files_of(const fs::path& replica) {
  std::set<fs::path> files;
  const fs::path folder = replica.has_parent_path() ? replica.parent_path() : fs::path(".");
  const std::string name = replica.filename().string();
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with(name)) files.insert(it->path());
  }
  return files;
}

void remove_new_files(const fs::path& replica, const std::set<fs::path>& before) {
  for (const fs::path& file : files_of(replica)) {
    std::error_code error;
    if (!before.contains(file)) fs::remove(file, error);
  }
}

bool answer_may_be_lost(const Status& status) {
  return (status.code() == Code::kUnavailable && status.name() != "connection_refused") ||
         status.code() == Code::kMalformed;
}

Result<std::unique_ptr<Replica>> open_or_create(const std::string& path) {
  OpenOptions options;
  options.path = path;
  options.schema_json = std::string(embedded::union_registry());
  options.create = true;
  return Replica::open(std::move(options));
}

Status enrol_at(const std::string& path, Transport& transport, const Arguments& arguments) {
  NHIP_TRY_ASSIGN(const auto replica, open_or_create(path));
  EnrolOptions options;
  options.server = arguments.server;
  options.code = arguments.code;
  options.label = arguments.label;
  return enrol(*replica, transport, options);
}

// A code that cannot be one is refused like one that is wrong: for a person it is the same slip.
ExitCode exit_code_of_enrolment(const Status& status) {
  return status.name() == "bad_code" ? ExitCode::kRefused : exit_code_of_exchange(status);
}

Json describe_device(const ReplicaStatus& status, const Result<SyncReport>& first) {
  return {{"device_id", status.device_id},
          {"unit_id", status.unit_id},
          {"role", status.role},
          {"server", status.server},
          {"received", first.ok() ? Json(first->received) : Json()},
          {"complete", first.ok() && first->complete}};
}

}  // namespace

Result<ExitCode> run_enrol(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const std::string path, replica_path(arguments, output));
  std::error_code error;
  // Only the folder of the default place is made; a mistyped --replica must not leave folders
  // behind.
  if (arguments.replica.empty()) fs::create_directories(fs::path(path).parent_path(), error);
  const std::set<fs::path> before = files_of(path);
  const bool existed = fs::exists(path, error);
  const auto transport = make_http_transport();
  if (const Status enrolled = enrol_at(path, *transport, arguments); !enrolled.ok()) {
    if (!existed && !answer_may_be_lost(enrolled)) remove_new_files(path, before);
    output.error(enrolled);
    return exit_code_of_enrolment(enrolled);
  }
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  const auto first = sync(*replica, *transport);
  NHIP_TRY_ASSIGN(const ReplicaStatus status, replica->status());
  output.print(describe_device(status, first), [&](const Json&) {
    return output.say(Message::kEnrolled, {status.device_id, status.unit_id, status.role});
  });
  if (first.ok()) return ExitCode::kDone;
  output.error(Status(first.status().code(), first.status().name(),
                      output.say(Message::kFirstDownloadLater), output.say(Message::kTodoSync)));
  return exit_code_of_exchange(first.status());
}

}  // namespace nhip::cli
