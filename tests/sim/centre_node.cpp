#include "sim/centre_node.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "centre/collect.h"
#include "centre/devices.h"
#include "centre/epoch.h"
#include "centre/inbox.h"
#include "centre/line_reader.h"
#include "centre/records.h"
#include "centre/rights.h"
#include "centre/time_text.h"
#include "centre/transaction.h"
#include "store/sqlite_store.h"

namespace nhip::sim {

namespace fs = std::filesystem;

namespace {

server::CentreKeys keys_from(Chance& chance) {
  server::CentreKeys keys;
  keys.centre_id = *Id::parse("0f0e0d0c-0b0a-4908-8706-050403020100");
  std::array<std::uint8_t, 32> seed{};
  chance.fill(seed.data(), seed.size());
  keys.signing = crypto::KeyPair::from_seed(seed);
  chance.fill(keys.digest_key.data(), keys.digest_key.size());
  keys.epoch = "epoch-1";
  return keys;
}

Schema parse(const std::string& text) {
  auto schema = Schema::parse(text);
  if (!schema.ok()) std::abort();  // the registry stands beside this file
  return std::move(*schema);
}

// Every file of a database, the log included.
void copy_database(const std::string& from, const std::string& to) {
  for (const char* part : {"", "-wal"}) {
    std::error_code ignored;
    fs::remove(to + part, ignored);
    if (fs::exists(from + part)) fs::copy_file(from + part, to + part);
  }
}

}  // namespace

CentreNode::CentreNode(const std::string& folder, const std::string& registry, bool on_sqlite,
                       std::uint64_t seed, const Times& times)
    : folder_(folder),
      schema_(std::make_unique<Schema>(parse(registry))),
      on_sqlite_(on_sqlite),
      times_(times),
      chance_(mix(seed, 0xCE)),
      disk_(folder + "/centre.db"),
      keys_(keys_from(chance_)) {
  open_store();
  build();
}

CentreNode::~CentreNode() = default;

void CentreNode::open_store() {
  if (!on_sqlite_) {
    if (!store_) store_ = server::make_memory_store();
    return;
  }
  auto opened = server::open_sqlite_store(folder_ + "/centre.db", true);
  if (!opened.ok()) std::abort();  // no run without a centre
  store_ = std::move(*opened);
}

void CentreNode::build() {
  centre_ = std::make_unique<server::Centre>(
      *store_, *schema_, keys_,
      [this](std::uint8_t* out, std::size_t size) { chance_.fill(out, size); });
  api_ = std::make_unique<server::CentreApi>(*centre_, mutex_, [this] { return times_.true_ms; });
  routes_ = api_->routes();
}

server::HttpReply CentreNode::handle(const server::HttpRequest& request) {
  for (const server::Route& route : routes_) {
    if (route.method == request.method && route.path == request.path) return route.handler(request);
  }
  server::HttpReply nothing;
  nothing.status = 404;
  return nothing;
}

void CentreNode::restart() {
  routes_.clear();
  api_.reset();
  centre_.reset();
  if (on_sqlite_) {
    store_.reset();
    disk_.revive();
    open_store();
  }
  build();
}

void CentreNode::upgrade(const std::string& registry) {
  routes_.clear();
  api_.reset();
  centre_.reset();
  schema_ = std::make_unique<Schema>(parse(registry));
  build();
}

void CentreNode::arm_kill(std::int64_t writes) { disk_.arm(Disk::Trouble::kKill, writes); }

bool CentreNode::take_kill() {
  if (!disk_.disarm()) return false;
  restart();
  return true;
}

std::string CentreNode::backup_path(std::size_t number) const {
  return folder_ + "/backup-" + std::to_string(number) + ".db";
}

void CentreNode::back_up() {
  if (on_sqlite_) {
    restart();  // closed, its files are whole
    copy_database(folder_ + "/centre.db", backup_path(backup_count_));
  } else {
    copies_.push_back(server::copy_memory_store(*store_));
  }
  ++backup_count_;
  made_at_.push_back(times_.true_ms);
}

std::size_t CentreNode::backups(bool of_all_time) const {
  constexpr std::int64_t kKeptMs = 35LL * 86'400'000;
  const std::size_t first = of_all_time ? 0 : life_begins_;
  std::size_t count = 0;
  while (count < backup_count_ - first &&
         times_.true_ms - made_at_[backup_count_ - 1 - count] <= kKeptMs)
    ++count;
  return count;
}

Status CentreNode::restore(std::size_t age) {
  if (backup_count_ == 0) return {Code::kNotFound, "no_backup", "There is no backup yet."};
  const std::size_t number = backup_count_ - 1 - age % backup_count_;
  routes_.clear();
  api_.reset();
  centre_.reset();
  store_.reset();
  if (on_sqlite_) {
    copy_database(backup_path(number), folder_ + "/centre.db");
    open_store();
  } else {
    store_ = server::copy_memory_store(*copies_[number]);
  }
  life_begins_ = backup_count_;
  keys_.epoch = "epoch-" + std::to_string(++epochs_);
  {
    server::Transaction transaction(*store_);
    NHIP_TRY(transaction.begin());
    NHIP_TRY(server::open_epoch(
        *store_, keys_.epoch,
        [this](std::uint8_t* out, std::size_t size) { chance_.fill(out, size); }, times_.true_ms));
    NHIP_TRY(transaction.commit());
  }
  build();
  return {};
}

Result<std::string> CentreNode::make_code(const std::string& unit, const std::string& role) {
  NHIP_TRY_ASSIGN(const server::MadeCode made,
                  server::make_code(*centre_, unit, role, "simulated", 3'600'000, times_.true_ms));
  return made.code;
}

Status CentreNode::revoke(const std::string& device) {
  return server::revoke(*centre_, device, times_.true_ms);
}

Status CentreNode::change_role(const std::string& device, const std::string& role) {
  NHIP_TRY_ASSIGN(auto found, store_->device(device));
  if (!found) return {Code::kNotFound, "unknown_device", "no such device"};
  found->role = role;
  server::Transaction transaction(*store_);
  NHIP_TRY(transaction.begin());
  NHIP_TRY(store_->put_device(*found));
  return transaction.commit();
}

Result<server::BundleOutcome> CentreNode::take_bundle(const Bytes& bytes) {
  return server::take_bundle(*centre_, bytes, times_.true_ms);
}

std::string CentreNode::now_text() const { return server::iso_text(times_.true_ms); }

Status CentreNode::load(const std::string& type, const nlohmann::json& line) {
  const bool definition = type == "org_unit";
  NHIP_TRY_ASSIGN(
      const server::ReadLine read,
      server::read_line(*centre_, {"lines", 1, type, definition}, line, times_.true_ms));
  server::Transaction transaction(*store_);
  NHIP_TRY(transaction.begin());
  server::Sequencer sequencer(*centre_, Author{}, "", times_.true_ms);
  const auto entered = definition ? server::enter_definition(*centre_, sequencer, read.version)
                                  : server::enter_version(*centre_, sequencer, read.version);
  NHIP_TRY(entered.status());
  NHIP_TRY(sequencer.finish());
  return transaction.commit();
}

Status CentreNode::name_units(const std::set<std::string>& named,
                              const std::map<std::string, std::string>& absorbed) {
  for (const std::string& unit : named) {
    nlohmann::json line = {{"unit_id", unit}, {"version", 1}};
    if (const auto into = absorbed.find(unit); into != absorbed.end()) {
      line["end_event"] = "ABSORBED";
      line["successor_id"] = into->second;
    }
    NHIP_TRY(load("org_unit", line));
  }
  return {};
}

Result<CentreNode::Collected> CentreNode::collect() {
  NHIP_TRY_ASSIGN(const auto before, collected());
  NHIP_TRY_ASSIGN(const server::Collected done,
                  server::collect_tombstones(*centre_, times_.true_ms));
  NHIP_TRY_ASSIGN(const auto after, collected());
  Collected all{done.records, {}};
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(all.names));
  return all;
}

Result<std::set<std::pair<std::string, std::string>>> CentreNode::collected() {
  std::set<std::pair<std::string, std::string>> names;
  NHIP_TRY_ASSIGN(const auto scopes, store_->scopes());
  for (const std::string& scope : scopes) {
    if (!server::is_collected_scope(scope)) continue;
    NHIP_TRY(store_->each_in_scope(scope, 0, UINT64_MAX, [&](const server::StoredRow& row) {
      const Type* type = schema_->type(row.type);
      if (type != nullptr && row.type >= 16) names.insert({type->name, row.id.text()});
      return true;
    }));
  }
  return names;
}

nlohmann::json CentreNode::devices() {
  auto list = server::devices(*centre_);
  return list.ok() ? *list : nlohmann::json::array();
}

nlohmann::json CentreNode::records(const std::string& type) {
  auto list = server::records(*centre_, {type, "", std::nullopt});
  return list.ok() ? *list : nlohmann::json::array();
}

nlohmann::json CentreNode::inbox() {
  auto list = server::inbox(*centre_);
  return list.ok() ? *list : nlohmann::json::array();
}

Status CentreNode::verify() { return store_->verify(); }

}  // namespace nhip::sim
