// What enrolment changes in a replica: its centre, its unit, its keys, and the work entered before.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/planted.h"
#include "protocol/json_encoding.h"
#include "record/record_json.h"
#include "replica/outbox.h"
#include "replica/store.h"

namespace nhip::replica {

namespace {

Status key_fault(const std::string& path) {
  return {Code::kCorrupt, "no_key", "The key file " + path + " is missing or damaged.",
          "It belongs beside the replica. Without it this device must be enrolled again; "
          "the records are still readable."};
}

// Writes the whole file and its folder entry to the disk before it returns.
Status write_key(const std::string& path, std::span<const std::uint8_t> bytes) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return key_fault(path);
  const bool written =
      ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  return written ? Status() : key_fault(path);
}

}  // namespace

Author Store::draw_author() const {
  Author author{0, 1};
  std::array<std::uint8_t, 8> bytes{};
  while (author.replica == 0) {
    environment_.random(bytes.data(), bytes.size());
    for (const std::uint8_t byte : bytes) author.replica = author.replica << 8 | byte;
  }
  return author;
}

Result<crypto::KeyPair> Store::signing_key_of(const Author& author) {
  NHIP_TRY_ASSIGN(const Value first, setting("first_name"));
  const bool is_first = first.text() != nullptr && *first.text() == author.text();
  const std::string path = path_ + (is_first ? "-key" : "-key-" + author.text());
  std::array<std::uint8_t, 32> seed{};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && (!enrolment_ || author != author_)) {
    environment_.random(seed.data(), seed.size());
    NHIP_TRY(write_key(path, seed));
    return crypto::KeyPair::from_seed(seed);
  }
  if (file < 0) return key_fault(path);
  const ssize_t size = ::read(file, seed.data(), seed.size());
  ::close(file);
  if (size != static_cast<ssize_t>(seed.size())) return key_fault(path);
  return crypto::KeyPair::from_seed(seed);
}

Result<protocol::Certificate> Store::certificate() {
  NHIP_TRY_ASSIGN(const Value kept, setting("certificate"));
  if (kept.blob() == nullptr) {
    return Status(Code::kNotFound, "no_certificate",
                  "This replica keeps no certificate of its centre.",
                  "Ask the office for a new code and enrol another replica.");
  }
  return protocol::decode_certificate(*kept.blob());
}

Status Store::save_certificate(const protocol::Certificate& certificate) {
  return set_setting("certificate", Value(protocol::encode_json(certificate)));
}

Status Store::take_identity(const protocol::Certificate& certificate) {
  NHIP_TRY(take_name(certificate.replica));
  return save_certificate(certificate);
}

// Groups keep their order and their members; only the numbers are new.
Status Store::take_name(const Author& author) {
  NHIP_TRY_ASSIGN(std::vector<QueuedOperation> queued, read_outbox(*this));
  if (!queued.empty())
    NHIP_TRY(remove_queued(*this, queued.front().operation.seq, queued.back().operation.seq));
  NHIP_TRY(set_setting("next_seq", Value(std::int64_t{1})));
  NHIP_TRY(set_setting("acked", Value(std::int64_t{0})));
  NHIP_TRY(set_setting("durable_seq", Value(std::int64_t{0})));
  NHIP_TRY(set_setting("token", Value("")));
  if (NHIP_PLANTED(copy_drops_work) && !queued.empty()) queued.pop_back();
  for (std::size_t first = 0; first < queued.size();) {
    std::vector<core::Operation> group;
    const std::uint64_t name = queued[first].group;
    for (; first < queued.size() && queued[first].group == name; ++first) {
      group.push_back(std::move(queued[first].operation));
    }
    NHIP_TRY(append_group(*this, std::move(group)));
  }
  NHIP_TRY(set_setting("replica", Value(author.text())));
  // Before enrolment a name is nothing yet but the key's.
  if (!enrolment_) NHIP_TRY(set_setting("first_name", Value(author.text())));
  author_ = author;
  numbers_broken_ = false;
  return author_ord(author).status();
}

Status Store::save_enrolment(const Enrolment& enrolment) {
  NHIP_TRY(set_setting("device_id", Value(enrolment.device_id)));
  NHIP_TRY(set_setting("unit_id", Value(enrolment.unit_id)));
  NHIP_TRY(set_setting("role", Value(enrolment.role)));
  NHIP_TRY(set_setting("server", Value(enrolment.server)));
  NHIP_TRY(set_setting("centre_id", Value(enrolment.centre_id)));
  NHIP_TRY(set_setting("server_key",
                       Value(Bytes(enrolment.server_key.begin(), enrolment.server_key.end()))));
  NHIP_TRY(set_setting("digest_key",
                       Value(Bytes(enrolment.digest_key.begin(), enrolment.digest_key.end()))));
  enrolment_ = enrolment;
  return place_early_work();
}

// Records written before enrolment named no unit, so their operations have no scope yet.
Status Store::place_early_work() {
  silence_watch();
  for (RecordTable* each : tables()) {
    const Type& type = each->type();
    const Field* unit = type.scope.prefix.empty() ? nullptr : type.field(type.scope.column);
    if (unit == nullptr) continue;
    NHIP_TRY_ASSIGN(auto stmt, db_->prepare("UPDATE " + store::quoted(type.name) + " SET " +
                                            store::quoted(unit->column.name) + "=?1 WHERE " +
                                            store::quoted(unit->column.name) + " IS NULL"));
    NHIP_TRY(stmt.bind(1, enrolment_->unit_id).run());
  }
  NHIP_TRY(arm_watch());
  NHIP_TRY_ASSIGN(std::vector<core::Operation> unplaced, unplaced_operations(*this));
  for (core::Operation& op : unplaced) {
    const Type* type = schema_.type(op.type);
    if (type == nullptr) continue;
    core::Cells cells;
    for (const core::Change& change : op.changes) core::set_cell(cells, change.cell, change.value);
    const core::CellKey unit{type->scope.column, {}};
    if (core::cell_value(cells, unit).is_null()) {
      core::set_cell(cells, unit, Value(enrolment_->unit_id));
      op.changes.push_back({unit, Value(enrolment_->unit_id)});
      std::sort(op.changes.begin(), op.changes.end(),
                [](const core::Change& a, const core::Change& b) { return a.cell < b.cell; });
    }
    auto scope = record::scope_of(*type, cells);
    op.scope =
        scope.ok() ? *scope : "unplaced";  // the centre refuses it by name; it goes to the tray
    NHIP_TRY(update_queued(*this, op));
  }
  return {};
}

Status Store::check_schema(const std::string& schema_json) const {
  NHIP_TRY_ASSIGN(const Schema centres, Schema::parse(schema_json));
  if (centres.name() == schema_.name()) return {};
  return {Code::kVersion, "other_schema", "The centre works with another kind of records.",
          "Enrol with the program made for that centre."};
}

}  // namespace nhip::replica
