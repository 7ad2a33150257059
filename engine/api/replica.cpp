// The facade over the replica's store: one call, one local transaction.

#include "nhip/replica.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <thread>

#include "api/entry_rules.h"
#include "api/settle.h"
#include "api/transaction.h"
#include "crypto/keys.h"
#include "record/record_json.h"
#include "replica/capture.h"
#include "replica/doctor.h"
#include "replica/offer.h"
#include "replica/outbox.h"
#include "replica/store.h"
#include "replica/tray.h"

namespace nhip {

struct Replica::Impl {
  std::unique_ptr<replica::Store> store;
  std::function<void(const std::vector<std::string>&, bool)> changed;
};

Environment system_environment() {
  crypto::initialise();
  return {[] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return static_cast<std::int64_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
          },
          crypto::random_bytes,
          [] {
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            return static_cast<std::int64_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
          },
          [](std::int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }};
}

Replica::Replica(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Replica::~Replica() = default;

Result<std::unique_ptr<Replica>> Replica::open(OpenOptions options) {
  crypto::initialise();
  const Environment system = system_environment();
  if (!options.environment) options.environment = system;
  if (!options.environment->steady_ms) options.environment->steady_ms = system.steady_ms;
  if (!options.environment->sleep_ms) options.environment->sleep_ms = system.sleep_ms;
  auto impl = std::make_unique<Impl>();
  NHIP_TRY_ASSIGN(impl->store, replica::Store::open(std::move(options)));
  return std::unique_ptr<Replica>(new Replica(std::move(impl)));
}

const Schema& Replica::schema() const { return impl_->store->schema(); }
replica::Store& Replica::store() { return *impl_->store; }

void Replica::watch(std::function<void(const std::vector<std::string>&, bool)> changed) {
  impl_->changed = std::move(changed);
}

void Replica::notify(const std::vector<std::string>& types, bool remote) {
  if (impl_->changed && !types.empty()) impl_->changed(types, remote);
}

Status Replica::write(const std::function<Status(Transaction&)>& body) {
  replica::Store& store = *impl_->store;
  std::set<std::string> touched;
  NHIP_TRY(store.transact([&]() -> Status {
    // What another tool left unsealed is not part of this transaction.
    NHIP_TRY(replica::seal(store, replica::SealAs::kManyGroups, &touched));
    api::LocalTransaction transaction(store);
    NHIP_TRY(body(transaction));
    return replica::seal(store, replica::SealAs::kOneGroup, &touched);
  }));
  notify({touched.begin(), touched.end()}, false);
  return {};
}

Result<Id> Replica::put(std::string_view type, std::string_view json) {
  Id id;
  NHIP_TRY(write([&](Transaction& txn) -> Status {
    NHIP_TRY_ASSIGN(id, txn.put(type, json));
    return {};
  }));
  return id;
}

Status Replica::remove(std::string_view type, const Id& id) {
  return write([&](Transaction& txn) { return txn.remove(type, id); });
}

Status Replica::undelete(std::string_view type, const Id& id) {
  return write([&](Transaction& txn) { return txn.undelete(type, id); });
}

Result<std::string> Replica::get(std::string_view type, const Id& id) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, api::readable(*impl_->store, type));
  NHIP_TRY_ASSIGN(const auto found, table->read(id));
  if (!found) return api::no_such_record(type, id);
  return record::to_json(table->type(), found->id, found->cells).dump();
}

Status Replica::list(std::string_view type, const std::function<bool(std::string_view)>& each) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, api::readable(*impl_->store, type));
  return table->each([&](const replica::RecordTable::Found& found) {
    return each(record::to_json(table->type(), found.id, found.cells).dump());
  });
}

Result<std::vector<RuleFinding>> Replica::findings(std::string_view type, const Id& id) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, api::readable(*impl_->store, type));
  NHIP_TRY_ASSIGN(const auto found, table->read(id));
  if (!found) return api::no_such_record(type, id);
  return api::findings_of(*impl_->store, table->type(), found->id, found->cells);
}

Status Replica::query(std::string_view sql, const std::vector<Value>& values,
                      const std::function<bool(const std::vector<Value>&)>& row) {
  store::Db& db = impl_->store->db();
  db.restrict_writes({});
  auto stmt = db.prepare(sql);
  db.allow_all_writes();
  if (!stmt.ok()) return stmt.status();
  for (std::size_t i = 0; i < values.size(); ++i) stmt->bind(static_cast<int>(i) + 1, values[i]);
  for (;;) {
    NHIP_TRY_ASSIGN(const bool more, stmt->step());
    if (!more) return {};
    std::vector<Value> columns;
    for (int i = 0; i < stmt->columns(); ++i) columns.push_back(stmt->value(i));
    if (!row(columns)) return {};
  }
}

namespace {

std::vector<UnitNotice> read_notices(const Value& kept) {
  std::vector<UnitNotice> notices;
  if (kept.blob() == nullptr) return notices;
  core::Reader in(*kept.blob());
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    UnitNotice notice;
    notice.at = in.zigzag();
    notice.code = in.text();
    notice.what = in.text();
    if (in.ok()) notices.push_back(std::move(notice));
  }
  return notices;
}

}  // namespace

Result<ReplicaStatus> Replica::status() {
  replica::Store& store = *impl_->store;
  ReplicaStatus status;
  NHIP_TRY(store.transact([&] { return replica::seal(store, replica::SealAs::kManyGroups); }));
  if (const auto& enrolment = store.enrolment()) {
    status.device_id = enrolment->device_id;
    status.unit_id = enrolment->unit_id;
    status.role = enrolment->role;
    status.server = enrolment->server;
  }
  NHIP_TRY_ASSIGN(const Value epoch, store.setting("epoch"));
  if (epoch.text() != nullptr) status.epoch = *epoch.text();
  NHIP_TRY_ASSIGN(status.pending, replica::count_queued(store));
  NHIP_TRY_ASSIGN(const std::uint64_t offers, replica::count_offers(store));
  status.pending += offers;
  NHIP_TRY_ASSIGN(const auto tray_counts, replica::count_tray(store));
  status.rejected = tray_counts.first;
  status.held = tray_counts.second;
  NHIP_TRY_ASSIGN(const auto open_conflicts, conflicts());
  status.conflicts = open_conflicts.size();
  NHIP_TRY_ASSIGN(const Value last, store.setting("last_sync_at"));
  if (last.integer() != nullptr) status.last_sync_at = *last.integer();
  status.synced =
      status.last_sync_at && status.pending == 0 && status.rejected == 0 && status.held == 0;
  NHIP_TRY_ASSIGN(const Value notices, store.setting("notices"));
  status.notices = read_notices(notices);
  NHIP_TRY_ASSIGN(const Value durable, store.setting("durable_seq"));
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  const std::int64_t sealed = (next.integer() ? *next.integer() : 1) - 1;
  status.backed_up =
      status.synced && durable.integer() && *durable.integer() > 0 && *durable.integer() >= sealed;
  return status;
}

Result<std::vector<Conflict>> Replica::conflicts(bool include_settled) {
  return api::read_conflicts(*impl_->store, include_settled);
}

Status Replica::resolve_keep(const Id& conflict, bool keep_winner) {
  return write(
      [&](Transaction&) { return api::settle_keep(*impl_->store, conflict, keep_winner); });
}

Status Replica::resolve_value(const Id& conflict, std::string_view value_json) {
  return write(
      [&](Transaction&) { return api::settle_value(*impl_->store, conflict, value_json); });
}

Result<std::vector<TrayEntry>> Replica::tray() { return replica::read_tray(*impl_->store); }

Status Replica::retry(const Id& tray_entry_or_record) {
  return write(
      [&](Transaction&) { return replica::take_from_tray(*impl_->store, tray_entry_or_record); });
}

Status Replica::discard(const Id& tray_entry_or_record) {
  return write(
      [&](Transaction&) { return replica::drop_from_tray(*impl_->store, tray_entry_or_record); });
}

Result<Examination> Replica::doctor() { return replica::examine(*impl_->store); }

Result<std::vector<KnownVersion>> Replica::history(std::string_view type, const Id& id) {
  return api::read_history(*impl_->store, type, id);
}

}  // namespace nhip
