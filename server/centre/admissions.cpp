#include "centre/admissions.h"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "centre/json_gate.h"
#include "centre/private_file.h"
#include "centre/transaction.h"

namespace nhip::server {
namespace {

using nlohmann::json;

std::string line_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json to_json(const Device& device) {
  json text{{"id", device.device_id},
            {"unit", device.unit_id},
            {"role", device.role},
            {"label", device.label},
            {"enrolled_at", device.enrolled_at}};
  if (device.revoked_at) text["revoked_at"] = *device.revoked_at;
  return {{"device", text}};
}

json to_json(const EnrolmentCode& code) {
  return {{"code",
           {{"handle", code.handle},
            {"hash", crypto::base64(code.hash)},
            {"unit", code.unit_id},
            {"role", code.role},
            {"label", code.label},
            {"expires_at", code.expires_at},
            {"tries_left", code.tries_left},
            {"used_by", code.used_by},
            {"used_key", crypto::base64(code.used_key)}}}};
}

json author_json(const Author& author) { return {author.replica, author.incarnation}; }

std::string text_of(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::int64_t number_of(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
}

Bytes bytes_of(const json& object, const char* name) {
  return crypto::from_base64(text_of(object, name)).value_or(Bytes());
}

Author author_of(const json& object, const char* name) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_array() || it->size() != 2 || !(*it)[0].is_number_unsigned() ||
      !(*it)[1].is_number_unsigned()) {
    return {};
  }
  return {(*it)[0].get<std::uint64_t>(), (*it)[1].get<std::uint32_t>()};
}

Device device_of(const json& text) {
  Device device;
  device.device_id = text_of(text, "id");
  device.unit_id = text_of(text, "unit");
  device.role = text_of(text, "role");
  device.label = text_of(text, "label");
  device.enrolled_at = number_of(text, "enrolled_at");
  if (text.contains("revoked_at")) device.revoked_at = number_of(text, "revoked_at");
  return device;
}

EnrolmentCode code_of(const json& text) {
  EnrolmentCode code;
  code.handle = text_of(text, "handle");
  code.hash = bytes_of(text, "hash");
  code.unit_id = text_of(text, "unit");
  code.role = text_of(text, "role");
  code.label = text_of(text, "label");
  code.expires_at = number_of(text, "expires_at");
  code.tries_left = static_cast<std::uint32_t>(number_of(text, "tries_left"));
  code.used_by = text_of(text, "used_by");
  code.used_key = bytes_of(text, "used_key");
  return code;
}

// Whether `newer` says more of a code than `older`: the same code used, or with fewer tries; or a
// later code that begins with the same characters.
bool supersedes(const EnrolmentCode& newer, const EnrolmentCode& older) {
  if (newer.hash != older.hash) return newer.expires_at > older.expires_at;
  if (newer.used_by.empty() != older.used_by.empty()) return !newer.used_by.empty();
  return newer.tries_left < older.tries_left;
}

Status failed(const std::string& path) {
  const int native = errno;
  const bool full = native == ENOSPC || native == EDQUOT;
  return {full ? Code::kDiskFull : Code::kCorrupt, full ? "disk_full" : "io_error",
          "cannot write " + path + ": " + std::strerror(native)};
}

// All of `text` behind what stands there, on the disk, or nothing of it.
Status append(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return failed(path);
  const off_t before = ::lseek(file, 0, SEEK_END);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  Status status = written && ::fdatasync(file) == 0 ? Status() : failed(path);
  if (!status.ok() && before >= 0 && ::ftruncate(file, before) != 0) status = failed(path);
  ::close(file);
  return status;
}

}  // namespace

bool Admissions::read_line(std::string_view line, Known& known) {
  const Result<json> parsed = parse_json_text(line);
  if (!parsed.ok() || !parsed->is_object() || parsed->size() != 1) return false;
  const auto member = parsed->begin();
  const std::string& kind = member.key();
  const json& text = member.value();
  if (!text.is_object()) return false;
  if (kind == "device") {
    const Device device = device_of(text);
    known.devices[device.device_id] = device;
    return !device.device_id.empty();
  }
  if (kind == "code") {
    const EnrolmentCode code = code_of(text);
    known.codes[code.handle] = code;
    return !code.handle.empty();
  }
  if (kind != "replica") return true;  // of a later version
  const Author replica = author_of(text, "id");
  known.replicas[replica] = {text_of(text, "device"), bytes_of(text, "public_key"),
                             author_of(text, "parent")};
  return replica.replica != 0;
}

Result<bool> Admissions::read(const std::string& path, const Id& centre_id, Known& known) {
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return Status(Code::kNotFound, "no_file", "no file " + path);
  std::ostringstream whole;
  whole << in.rdbuf();
  const std::string text = whole.str();
  bool sound = true, first = true;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) return false;
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (first && std::string(line) + "\n" != line_of({{"centre", centre_id.text()}})) return false;
    if (!first && !read_line(line, known)) sound = false;
    first = false;
  }
  return sound && !first;
}

void Admissions::learn(const Committed& committed, std::string& lines) {
  for (const Device& device : committed.devices) {
    const auto known = known_.devices.find(device.device_id);
    if (known != known_.devices.end() && known->second == device) continue;
    known_.devices[device.device_id] = device;
    lines += line_of(to_json(device));
  }
  for (const ReplicaRecord& replica : committed.replicas) {
    Key key{replica.device_id, replica.public_key, replica.parent};
    const auto known = known_.replicas.find(replica.replica);
    if (known != known_.replicas.end() && known->second == key) continue;
    lines += line_of({{"replica",
                       {{"id", author_json(replica.replica)},
                        {"device", key.device_id},
                        {"public_key", crypto::base64(key.public_key)},
                        {"parent", author_json(key.parent)}}}});
    known_.replicas[replica.replica] = std::move(key);
  }
  for (const EnrolmentCode& code : committed.codes) {
    const auto known = known_.codes.find(code.handle);
    if (known != known_.codes.end() && known->second == code) continue;
    known_.codes[code.handle] = code;
    lines += line_of(to_json(code));
  }
}

Status Admissions::note(const Committed& committed) {
  learn(committed, unwritten_);
  if (unwritten_.empty()) return {};
  NHIP_TRY(append(path_, unwritten_));
  unwritten_.clear();
  return {};
}

// Everything known, as a new file in the old one's place.
Status Admissions::rewrite() {
  const Known known = std::exchange(known_, {});
  Committed all;
  for (const auto& [id, device] : known.devices) all.devices.push_back(device);
  for (const auto& [id, code] : known.codes) all.codes.push_back(code);
  for (const auto& [id, key] : known.replicas) {
    ReplicaRecord replica;
    replica.replica = id;
    replica.device_id = key.device_id;
    replica.public_key = key.public_key;
    replica.parent = key.parent;
    all.replicas.push_back(std::move(replica));
  }
  std::string lines = head_;
  learn(all, lines);
  return write_whole(path_, lines, 0600);
}

// Puts into the store what it lacks.
Status Admissions::apply(ServerStore& store, std::vector<std::string>& remarks) {
  std::uint64_t devices = 0, revoked = 0, codes = 0;
  Transaction transaction(store);
  NHIP_TRY(transaction.begin());
  for (const auto& [id, device] : known_.devices) {
    NHIP_TRY_ASSIGN(const std::optional<Device> stored, store.device(id));
    if (stored && (stored->revoked_at || !device.revoked_at)) continue;
    NHIP_TRY(store.put_device(device));
    ++(stored ? revoked : devices);
  }
  for (const auto& [id, key] : known_.replicas) {
    NHIP_TRY_ASSIGN(const std::optional<ReplicaRecord> stored, store.replica(id));
    if (stored) continue;
    ReplicaRecord replica;
    replica.replica = id;
    replica.device_id = key.device_id;
    replica.public_key = key.public_key;
    replica.parent = key.parent;
    NHIP_TRY(store.put_replica(replica));
  }
  for (const auto& [handle, code] : known_.codes) {
    NHIP_TRY_ASSIGN(const std::optional<EnrolmentCode> stored, store.code(handle));
    if (stored && !supersedes(code, *stored)) continue;
    NHIP_TRY(store.put_code(code));
    ++codes;
  }
  NHIP_TRY(transaction.commit());
  if (devices + revoked + codes != 0) {
    remarks.push_back("the database lacked " + std::to_string(devices) + " devices, " +
                      std::to_string(revoked) + " revocations and " + std::to_string(codes) +
                      " enrolment codes; they were put back");
  }
  return {};
}

Status Admissions::open(const std::string& path, const Id& centre_id, ServerStore& store,
                        std::vector<std::string>& remarks) {
  path_ = path;
  head_ = line_of({{"centre", centre_id.text()}});
  const Result<bool> sound = read(path, centre_id, known_);
  if (!sound.ok() && sound.status().code() != Code::kNotFound) return sound.status();
  if (sound.ok() && !*sound) {
    const std::string aside = path + ".damaged";
    if (std::rename(path.c_str(), aside.c_str()) != 0) return failed(path);
    remarks.push_back("admissions was damaged and is written anew; the old file is " + aside);
  }
  NHIP_TRY(apply(store, remarks));
  if (!sound.ok() || !*sound) NHIP_TRY(rewrite());
  // What a crash kept from the file, or a file made anew does not have.
  Committed held;
  NHIP_TRY_ASSIGN(held.devices, store.devices());
  NHIP_TRY_ASSIGN(held.replicas, store.replicas());
  return note(held);
}

Status Admissions::check(const std::string& path, const Id& centre_id, ServerStore& store) {
  const auto disagree = [](const std::string& what) {
    return Status(Code::kCorrupt, "admissions_disagree", "admissions: " + what,
                  "stop nhipd and start it again; it puts both right");
  };
  Known known;
  const Result<bool> sound = read(path, centre_id, known);
  if (!sound.ok()) return disagree("the file is missing");
  if (!*sound) return disagree("the file is damaged");
  NHIP_TRY_ASSIGN(const std::vector<Device> devices, store.devices());
  for (const Device& device : devices) {
    const auto found = known.devices.find(device.device_id);
    if (found == known.devices.end() ||
        found->second.revoked_at.has_value() != device.revoked_at.has_value()) {
      return disagree("device " + device.device_id + " is told of differently");
    }
    known.devices.erase(found);
  }
  if (known.devices.empty()) return {};
  return disagree("device " + known.devices.begin()->first + " is not in the database");
}

}  // namespace nhip::server
