// Stmt: binding, stepping and reading one prepared statement.
//
// A bind that fails (a value too large, no memory, an index out of range) is remembered and
// reported by the next step, so that calls can be chained and none of them can be forgotten.
#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "store/db.h"
#include "store/sqlite_status.h"

namespace nhip::store {

Stmt::~Stmt() {
  if (stmt_ == nullptr) return;
  if (kept_ == nullptr) {
    sqlite3_finalize(stmt_);
    return;
  }
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
  kept_->leased = false;
}

Stmt::Stmt(Stmt&& other) noexcept
    : stmt_(std::exchange(other.stmt_, nullptr)),
      kept_(std::exchange(other.kept_, nullptr)),
      bind_fault_(std::exchange(other.bind_fault_, 0)) {}

Stmt& Stmt::operator=(Stmt&& other) noexcept {
  std::swap(stmt_, other.stmt_);
  std::swap(kept_, other.kept_);
  std::swap(bind_fault_, other.bind_fault_);
  return *this;
}

sqlite3_stmt* Stmt::release() { return std::exchange(stmt_, nullptr); }

void Stmt::note_bind(int result) {
  if (result != SQLITE_OK && bind_fault_ == SQLITE_OK) bind_fault_ = result;
}

Stmt& Stmt::bind(int index, const Value& value) {
  if (const auto* integer = value.integer()) return bind(index, *integer);
  if (const auto* text = value.text()) return bind(index, std::string_view(*text));
  if (const auto* blob = value.blob()) return bind(index, *blob);
  if (const auto* real = value.real()) {
    note_bind(sqlite3_bind_double(stmt_, index, *real));
    return *this;
  }
  return bind_null(index);
}

Stmt& Stmt::bind(int index, std::int64_t value) {
  note_bind(sqlite3_bind_int64(stmt_, index, value));
  return *this;
}

// A null pointer would bind NULL, and an empty view may hold one.
Stmt& Stmt::bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  note_bind(sqlite3_bind_text64(stmt_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Stmt& Stmt::bind(int index, const Bytes& blob) {
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  note_bind(sqlite3_bind_blob64(stmt_, index, data, blob.size(), SQLITE_TRANSIENT));
  return *this;
}

Stmt& Stmt::bind(int index, const Id& id) {
  note_bind(sqlite3_bind_blob64(stmt_, index, id.bytes.data(), id.bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Stmt& Stmt::bind_null(int index) {
  note_bind(sqlite3_bind_null(stmt_, index));
  return *this;
}

Stmt& Stmt::lend(int index, const Value& value) {
  if (const auto* text = value.text()) {
    note_bind(
        sqlite3_bind_text64(stmt_, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
  }
  if (const auto* blob = value.blob()) return lend(index, *blob);
  return bind(index, value);
}

Stmt& Stmt::lend(int index, const Bytes& blob) {
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  note_bind(sqlite3_bind_blob64(stmt_, index, data, blob.size(), SQLITE_STATIC));
  return *this;
}

Result<bool> Stmt::step() {
  if (stmt_ == nullptr)
    return Status(Code::kInternal, "no_statement", "step: nothing was prepared");
  sqlite3* const db = sqlite3_db_handle(stmt_);
  if (bind_fault_ != SQLITE_OK) {
    const int fault = std::exchange(bind_fault_, SQLITE_OK);
    // The connection's own message may by now be another call's.
    return sqlite_status(nullptr, fault, "bind");
  }
  if (kept_ != nullptr) kept_->db->running_ = kept_;
  const int result = sqlite3_step(stmt_);
  if (kept_ != nullptr) kept_->db->running_ = nullptr;
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    // Ends the read transaction now and lets the caller bind again.
    sqlite3_reset(stmt_);
    return false;
  }
  if (kept_ != nullptr) ++kept_->db->failures_;
  Status status = sqlite_status(db, sqlite3_extended_errcode(db), "step");
  if (status.ok()) status = sqlite_status(db, result, "step");
  sqlite3_reset(stmt_);
  return status;
}

Status Stmt::run() {
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Stmt::reset() {
  bind_fault_ = SQLITE_OK;
  if (stmt_ != nullptr) sqlite3_reset(stmt_);
}

int Stmt::columns() const { return sqlite3_column_count(stmt_); }

bool Stmt::read_only() const { return stmt_ == nullptr || sqlite3_stmt_readonly(stmt_) != 0; }

std::string Stmt::column_name(int index) const {
  const char* name = sqlite3_column_name(stmt_, index);
  return name == nullptr ? std::string() : std::string(name);
}

Value Stmt::value(int index) const {
  switch (sqlite3_column_type(stmt_, index)) {
    case SQLITE_INTEGER: return Value(integer(index));
    case SQLITE_FLOAT: return Value(sqlite3_column_double(stmt_, index));
    case SQLITE_TEXT: return Value(text(index));
    case SQLITE_BLOB: return Value(blob(index));
    default: return {};
  }
}

std::int64_t Stmt::integer(int index) const { return sqlite3_column_int64(stmt_, index); }

// The pointer comes before the size: fetching it may convert the value and change its size.
std::string Stmt::text(int index) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, index));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, index))};
}

Bytes Stmt::blob(int index) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_, index));
  if (data == nullptr) return {};
  return {data, data + sqlite3_column_bytes(stmt_, index)};
}

Id Stmt::id(int index) const {
  Id id;
  if (sqlite3_column_type(stmt_, index) != SQLITE_BLOB) return id;
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_, index));
  if (data == nullptr || sqlite3_column_bytes(stmt_, index) != 16) return id;
  std::copy_n(data, id.bytes.size(), id.bytes.begin());
  return id;
}

std::pair<std::size_t, std::size_t> Stmt::weight(int first, int end) const {
  std::size_t values = 0, bytes = 0;
  for (int i = first; i < end; ++i) {
    sqlite3_value* const value = sqlite3_column_value(stmt_, i);
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) continue;
    ++values;
    const bool sized = type == SQLITE_TEXT || type == SQLITE_BLOB;
    bytes += sized ? static_cast<std::size_t>(sqlite3_value_bytes(value)) : 8;
  }
  return {values, bytes};
}

bool Stmt::is_null(int index) const { return sqlite3_column_type(stmt_, index) == SQLITE_NULL; }

}  // namespace nhip::store
