#include "sim/device_node.h"

#include <sqlite3.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/fresh_replica.h"

namespace nhip::sim {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// Everything that makes the replica; locks and the log's index are of the running program.
bool belongs_to_replica(const std::string& name) {
  if (name.rfind("replica.db", 0) != 0) return false;
  for (const char* ending : {"-shm", "-lock", "-sync"}) {
    const std::string text = ending;
    if (name.size() >= text.size() &&
        name.compare(name.size() - text.size(), text.size(), text) == 0)
      return false;
  }
  return true;
}

void remove_replica_files(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().rfind("replica.db", 0) == 0) fs::remove(entry.path());
  }
}

void copy_replica_files(const std::string& from, const std::string& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (belongs_to_replica(name)) fs::copy_file(entry.path(), to + "/" + name);
  }
}

}  // namespace

DeviceNode::DeviceNode(std::size_t index, const std::string& folder, std::string its_unit,
                       std::string its_role, std::uint64_t seed, Times& times)
    : number(index),
      unit(std::move(its_unit)),
      role(std::move(its_role)),
      disk(folder + "/"),
      folder_(folder),
      times_(times),
      chance_(mix(seed, index + 1)) {
  fs::create_directories(folder_);
}

Status DeviceNode::open(const std::string& schema_json) {
  const bool there = fs::exists(path());
  if (!there && !schema_json.empty()) {
    NHIP_TRY(write_fresh_replica(path(), schema_json, [this](std::uint8_t* out, std::size_t size) {
      chance_.fill(out, size);
    }));
  }
  OpenOptions options;
  options.path = path();
  if (there) options.schema_json = schema_json;  // a later program takes the replica along
  Environment environment;
  environment.unix_ms = [this] { return frozen_at ? *frozen_at : times_.true_ms + clock_error_ms; };
  environment.random = [this](std::uint8_t* out, std::size_t size) { chance_.fill(out, size); };
  environment.steady_ms = [this] { return times_.steady_ms; };
  environment.sleep_ms = [this](std::int64_t ms) {
    times_.steady_ms += ms;
    times_.true_ms += ms;
  };
  options.environment = std::move(environment);
  NHIP_TRY_ASSIGN(replica_, Replica::open(std::move(options)));
  return {};
}

Status DeviceNode::start_again() {
  close();
  disk.revive();
  return open({});
}

void DeviceNode::save_files(const std::string& folder) {
  close();
  fs::create_directories(folder);
  remove_replica_files(folder);
  copy_replica_files(folder_, folder);
}

void DeviceNode::put_files(const std::string& folder) {
  close();
  remove_replica_files(folder_);
  copy_replica_files(folder, folder_);
}

Status DeviceNode::plain_sql(const std::string& sql) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(path().c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_exec(db, "PRAGMA wal_autocheckpoint=0", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string message = sqlite3_errmsg(db);
  // The engine's own connection keeps the log alive; this one must not move it.
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_close(db);
  if (code == SQLITE_OK) return {};
  return {Code::kUsage, "plain_sql", message};
}

json DeviceNode::get(const std::string& type, const std::string& id) {
  const auto parsed = Id::parse(id);
  if (!parsed || !replica_) return nullptr;
  const auto text = replica_->get(type, *parsed);
  return text.ok() ? json::parse(*text, nullptr, false) : json();
}

json DeviceNode::list(const std::string& type, std::size_t limit) {
  json all = json::array();
  const Status read = replica_->list(type, [&](std::string_view text) {
    all.push_back(json::parse(text, nullptr, false));
    return all.size() < limit;
  });
  return read.ok() ? all : json();
}

json DeviceNode::tray() {
  json all = json::array();
  const auto entries = replica_->tray();
  if (!entries.ok()) return all;
  for (const TrayEntry& entry : *entries) {
    all.push_back({{"id", entry.id.text()},
                   {"type", entry.type},
                   {"record_id", entry.record_id.text()},
                   {"code", entry.code},
                   {"message", entry.message},
                   {"state", entry.state},
                   {"record", json::parse(entry.record_json, nullptr, false)}});
  }
  return all;
}

json DeviceNode::waiting(const std::string& type, const std::string& id) {
  json all = json::array();
  const auto parsed = Id::parse(id);
  if (!parsed) return all;
  const auto versions = replica_->history(type, *parsed);
  if (!versions.ok()) return all;
  for (const KnownVersion& version : *versions) {
    if (version.state == "pending") all.push_back(json::parse(version.fields_json, nullptr, false));
  }
  return all;
}

std::set<std::string> DeviceNode::words_of(const std::set<std::string>& allowed) const {
  std::set<std::string> words;
  for (const char* part : {"", "-wal"}) {
    std::ifstream file(path() + part, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (const char* mark : {"@U-", "@HQ#"}) {
      for (std::size_t at = bytes.find(mark); at != std::string::npos;
           at = bytes.find(mark, at + 1)) {
        std::size_t end = bytes.find('#', at);
        if (end == std::string::npos || end > at + 8) continue;
        bool known = false;
        for (++end; end < bytes.size() && bytes[end] >= '0' && bytes[end] <= '9';) {
          ++end;
          known = known || allowed.count(bytes.substr(at, end - at)) > 0;
        }
        if (!known) words.insert(bytes.substr(at, end - at));
      }
    }
  }
  return words;
}

}  // namespace nhip::sim
