// A file that is missing and a file that is something else are told apart here, so that the person
// gets the right advice: enrol, or name another file.
#include "replica_access.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "nhip_embedded/union_registry.h"

namespace nhip::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Status not_enrolled(const std::string& path, const Output& output) {
  return make_status(output.language(), Code::kUnauthenticated, "not_enrolled",
                     Message::kNotEnrolled, Message::kNotEnrolledHint, {path});
}

}  // namespace

Result<std::string> replica_path(const Arguments& arguments, const Output& output) {
  if (!arguments.replica.empty()) return arguments.replica;
  if (std::string path = environment("NHIP_REPLICA"); !path.empty()) return path;
  std::string folder = environment("XDG_DATA_HOME");
  // The XDG base directory specification has relative paths ignored.
  if (!folder.starts_with('/')) {
    const std::string home = environment("HOME");
    folder = home.empty() ? std::string() : home + "/.local/share";
  }
  if (!folder.empty()) return folder + "/nhip/replica.db";
  return make_status(output.language(), Code::kUsage, "no_data_folder", Message::kNoDataFolder,
                     Message::kNoDataFolderHint);
}

Result<std::unique_ptr<Replica>> open_replica(const Arguments& arguments, const Output& output) {
  NHIP_TRY_ASSIGN(const std::string path, replica_path(arguments, output));
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return not_enrolled(path, output);
  if (kind == std::filesystem::file_type::directory) {
    return make_status(output.language(), Code::kCorrupt, "not_a_replica", Message::kNotAReplica,
                       Message::kNotAReplicaHint, {path});
  }
  OpenOptions options;
  options.language = std::string(output.language() == Language::kVietnamese ? "vi" : "en");
  options.path = path;
  // A newer program brings its replica up to its own version of the schema.
  options.schema_json = embedded::union_registry();
  NHIP_TRY_ASSIGN(std::unique_ptr<Replica> replica, Replica::open(std::move(options)));
  NHIP_TRY_ASSIGN(const ReplicaStatus status, replica->status());
  if (status.device_id.empty()) return not_enrolled(path, output);
  return replica;
}

Result<const Type*> find_type(const Replica& replica, const std::string& name,
                              const Output& output) {
  const Type* type = replica.schema().type(std::string_view(name));
  if (type != nullptr) return type;
  std::string known;
  for (const Type& candidate : replica.schema().types()) {
    // Numbers below 16 are the engine's own records, companions hold what has no command yet.
    if (candidate.number < 16 || !candidate.companion_of.empty()) continue;
    known += (known.empty() ? "" : " ") + candidate.name;
  }
  return Status(Code::kInvalid, "unknown_type", output.say(Message::kUnknownType, {name}),
                output.say(Message::kUnknownTypeHint, {known}));
}

Result<Id> parse_id(const std::string& text, const Output& output) {
  if (const auto id = Id::parse(text)) return *id;
  return make_status(output.language(), Code::kInvalid, "bad_id", Message::kBadId,
                     Message::kBadIdHint, {text});
}

}  // namespace nhip::cli
