// Devices, replicas, enrolment codes, the inbox and settings: small tables, read and written whole
// rows at a time.
#include <algorithm>
#include <utility>

#include "store/sqlite_columns.h"
#include "store/sqlite_store_impl.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

constexpr char kDevices[] =
    "SELECT device_id, unit_id, role, label, enrolled_at, revoked_at FROM device ORDER BY "
    "device_id";
constexpr char kDeviceById[] =
    "SELECT device_id, unit_id, role, label, enrolled_at, revoked_at FROM device WHERE device_id = "
    "?1";
constexpr char kReplicas[] =
    "SELECT replica, incarnation, device_id, public_key, counter, request_digest, received_seq, "
    "durable_seq, token, recent_tokens, epoch, parent, parent_incarnation, inherited, positions,"
    " last_contact, client, clock_skew_ms, schema_version FROM replica ORDER BY replica, "
    "incarnation";
constexpr char kReplicaById[] =
    "SELECT replica, incarnation, device_id, public_key, counter, request_digest, received_seq, "
    "durable_seq, token, recent_tokens, epoch, parent, parent_incarnation, inherited, positions,"
    " last_contact, client, clock_skew_ms, schema_version FROM replica"
    " WHERE replica = ?1 AND incarnation = ?2";
constexpr char kInbox[] =
    "SELECT number, replica, incarnation, device_id, unit_id, state, code, field, text, at_fault,"
    " received_at, operations FROM inbox ORDER BY number";
// The newest first: a group may have been refused more than once.
constexpr char kInboxOf[] =
    "SELECT number, replica, incarnation, device_id, unit_id, state, code, field, text, at_fault,"
    " received_at, operations FROM inbox WHERE replica = ?1 AND incarnation = ?2 AND first_seq <= "
    "?3"
    " AND last_seq >= ?3 ORDER BY number DESC";

Device read_device(const store::Stmt& stmt) {
  Device device;
  device.device_id = stmt.text(0);
  device.unit_id = stmt.text(1);
  device.role = stmt.text(2);
  device.label = stmt.text(3);
  device.enrolled_at = stmt.integer(4);
  if (!stmt.is_null(5)) device.revoked_at = stmt.integer(5);
  return device;
}

Author read_author(const store::Stmt& stmt, int column) {
  return {from_blob(stmt.blob(column)), static_cast<std::uint32_t>(stmt.integer(column + 1))};
}

ReplicaRecord read_replica(const store::Stmt& stmt) {
  ReplicaRecord replica;
  replica.replica = read_author(stmt, 0);
  replica.device_id = stmt.text(2);
  replica.public_key = stmt.blob(3);
  replica.counter = stmt.unsigned_integer(4);
  replica.request_digest = stmt.blob(5);
  replica.received_seq = stmt.unsigned_integer(6);
  replica.durable_seq = stmt.unsigned_integer(7);
  replica.token = stmt.text(8);
  replica.recent_tokens = stmt.blob(9);
  replica.epoch = stmt.text(10);
  replica.parent = read_author(stmt, 11);
  replica.inherited = stmt.blob(13);
  replica.positions = stmt.text(14);
  replica.last_contact = stmt.integer(15);
  replica.client = stmt.text(16);
  replica.clock_skew_ms = stmt.integer(17);
  replica.schema_version = static_cast<std::uint32_t>(stmt.integer(18));
  return replica;
}

Result<InboxEntry> read_inbox(const store::Stmt& stmt) {
  InboxEntry entry;
  entry.number = stmt.unsigned_integer(0);
  entry.author = read_author(stmt, 1);
  entry.device_id = stmt.text(3);
  entry.unit_id = stmt.text(4);
  entry.state = stmt.text(5);
  entry.code = stmt.text(6);
  entry.field = stmt.text(7);
  entry.text = stmt.text(8);
  entry.at_fault = stmt.unsigned_integer(9);
  entry.received_at = stmt.integer(10);
  NHIP_TRY_ASSIGN(entry.group, decode_group(stmt.blob(11)));
  return entry;
}

}  // namespace

Status SqliteStore::put_device(const Device& device) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT OR REPLACE INTO device (device_id, unit_id, role, label,"
                              " enrolled_at, revoked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  stmt.bind(1, device.device_id).bind(2, device.unit_id).bind(3, device.role).bind(4, device.label);
  stmt.bind(5, device.enrolled_at).bind_null(6);
  if (device.revoked_at) stmt.bind(6, *device.revoked_at);
  NHIP_TRY(stmt.run());
  committed_.devices.push_back(device);
  return {};
}

Result<std::vector<Device>> SqliteStore::devices() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kDevices));
  std::vector<Device> devices;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return devices;
    devices.push_back(read_device(stmt));
  }
}

Result<std::optional<Device>> SqliteStore::device(const std::string& device_id) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kDeviceById));
  stmt.bind(1, device_id);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? std::optional(read_device(stmt)) : std::nullopt;
}

Status SqliteStore::put_replica(const ReplicaRecord& replica) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached(
          "INSERT OR REPLACE INTO replica (replica, incarnation, device_id, public_key, counter,"
          " request_digest, received_seq, durable_seq, token, recent_tokens, epoch, parent,"
          " parent_incarnation, inherited, positions, last_contact, client, clock_skew_ms, "
          "schema_version)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
          " ?18, ?19)"));
  stmt.bind(1, as_blob(replica.replica.replica)).bind(2, std::int64_t{replica.replica.incarnation});
  stmt.bind(3, replica.device_id).bind(4, replica.public_key).bind(5, as_column(replica.counter));
  stmt.bind(6, replica.request_digest).bind(7, as_column(replica.received_seq));
  stmt.bind(8, as_column(replica.durable_seq)).bind(9, replica.token);
  stmt.bind(10, replica.recent_tokens).bind(11, replica.epoch);
  stmt.bind(12, as_blob(replica.parent.replica));
  stmt.bind(13, std::int64_t{replica.parent.incarnation}).bind(14, replica.inherited);
  stmt.bind(15, replica.positions).bind(16, replica.last_contact).bind(17, replica.client);
  NHIP_TRY(
      stmt.bind(18, replica.clock_skew_ms).bind(19, std::int64_t{replica.schema_version}).run());
  committed_.replicas.push_back(replica);
  return {};
}

Result<std::optional<ReplicaRecord>> SqliteStore::replica(const Author& replica) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kReplicaById));
  stmt.bind(1, as_blob(replica.replica)).bind(2, std::int64_t{replica.incarnation});
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? std::optional(read_replica(stmt)) : std::nullopt;
}

Result<std::vector<ReplicaRecord>> SqliteStore::replicas() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kReplicas));
  std::vector<ReplicaRecord> replicas;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return replicas;
    replicas.push_back(read_replica(stmt));
  }
}

Status SqliteStore::put_offered(std::uint16_t type, const Id& id, const OfferedState& state) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT OR REPLACE INTO offered (type, id, begins, lost_seq, new_seq)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)"));
  stmt.bind(1, std::int64_t{type}).bind(2, id).bind(3, as_column(state.begins));
  return stmt.bind(4, as_column(state.lost_seq)).bind(5, as_column(state.new_seq)).run();
}

Result<std::optional<OfferedState>> SqliteStore::offered(std::uint16_t type, const Id& id,
                                                         std::uint64_t begins) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached("SELECT lost_seq, new_seq FROM offered"
                                                " WHERE type = ?1 AND id = ?2 AND begins = ?3"));
  stmt.bind(1, std::int64_t{type}).bind(2, id).bind(3, as_column(begins));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<OfferedState>{};
  return std::optional(OfferedState{begins, stmt.unsigned_integer(0), stmt.unsigned_integer(1)});
}

Status SqliteStore::put_code(const EnrolmentCode& code) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached(
          "INSERT OR REPLACE INTO enrolment_code (handle, hash, unit_id, role, label, expires_at,"
          " tries_left, used_by, used_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  stmt.bind(1, code.handle).bind(2, code.hash).bind(3, code.unit_id).bind(4, code.role);
  stmt.bind(5, code.label).bind(6, code.expires_at).bind(7, std::int64_t{code.tries_left});
  NHIP_TRY(stmt.bind(8, code.used_by).bind(9, code.used_key).run());
  committed_.codes.push_back(code);
  return {};
}

Result<std::optional<EnrolmentCode>> SqliteStore::code(const std::string& handle) {
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("SELECT handle, hash, unit_id, role, label, expires_at, tries_left,"
                              " used_by, used_key FROM enrolment_code WHERE handle = ?1"));
  stmt.bind(1, handle);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<EnrolmentCode>{};
  EnrolmentCode code;
  code.handle = stmt.text(0);
  code.hash = stmt.blob(1);
  code.unit_id = stmt.text(2);
  code.role = stmt.text(3);
  code.label = stmt.text(4);
  code.expires_at = stmt.integer(5);
  code.tries_left = static_cast<std::uint32_t>(stmt.integer(6));
  code.used_by = stmt.text(7);
  code.used_key = stmt.blob(8);
  return std::optional(std::move(code));
}

Result<std::uint64_t> SqliteStore::add_inbox(const InboxEntry& entry) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached(
          "INSERT INTO inbox (replica, incarnation, first_seq, last_seq, device_id, unit_id,"
          " state, code, field, text, at_fault, received_at, operations)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"));
  stmt.bind(1, as_blob(entry.author.replica)).bind(2, std::int64_t{entry.author.incarnation});
  const auto& operations = entry.group.operations;
  stmt.bind_null(3).bind_null(4);
  if (!operations.empty()) {
    const auto by_seq = [](const core::Operation& a, const core::Operation& b) {
      return a.seq < b.seq;
    };
    const auto ends = std::minmax_element(operations.begin(), operations.end(), by_seq);
    stmt.bind(3, as_column(ends.first->seq)).bind(4, as_column(ends.second->seq));
  }
  stmt.bind(5, entry.device_id).bind(6, entry.unit_id).bind(7, entry.state).bind(8, entry.code);
  stmt.bind(9, entry.field).bind(10, entry.text).bind(11, as_column(entry.at_fault));
  NHIP_TRY(stmt.bind(12, entry.received_at).bind(13, encode_group(entry.group)).run());
  return static_cast<std::uint64_t>(db_->last_insert_rowid());
}

Result<std::vector<InboxEntry>> SqliteStore::inbox() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kInbox));
  std::vector<InboxEntry> entries;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return entries;
    NHIP_TRY_ASSIGN(InboxEntry entry, read_inbox(stmt));
    entries.push_back(std::move(entry));
  }
}

Result<std::optional<InboxEntry>> SqliteStore::inbox_of(const Author& author, std::uint64_t seq) {
  if (seq > kNumberMax) return std::optional<InboxEntry>{};
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kInboxOf));
  stmt.bind(1, as_blob(author.replica)).bind(2, std::int64_t{author.incarnation});
  stmt.bind(3, as_column(seq));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return std::optional<InboxEntry>{};
    NHIP_TRY_ASSIGN(InboxEntry entry, read_inbox(stmt));
    if (holds(entry.group, seq)) return std::optional(std::move(entry));
  }
}

Result<std::optional<std::string>> SqliteStore::setting(const std::string& name) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached("SELECT value FROM setting WHERE name = ?1"));
  stmt.bind(1, name);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? std::optional(stmt.text(0)) : std::nullopt;
}

Status SqliteStore::put_setting(const std::string& name, const std::string& value) {
  if (!writable()) return no_transaction();
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)"));
  return stmt.bind(1, name).bind(2, value).run();
}

}  // namespace nhip::server
