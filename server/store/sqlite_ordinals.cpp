#include "store/sqlite_ordinals.h"

#include "store/sqlite_columns.h"

namespace nhip::server {

namespace {

Status unknown_ordinal(const char* what) {
  return {Code::kCorrupt, "damaged_row", std::string("a stored record names an unknown ") + what,
          "keep the folder as it is and restore the last backup beside it"};
}

}  // namespace

void SqliteOrdinals::forget() {
  for (Names* table : {&scopes_, &devices_}) {
    table->ordinals.clear();
    table->names.clear();
  }
  author_ordinals_.clear();
  authors_.clear();
}

Result<std::optional<std::uint64_t>> SqliteOrdinals::find(Names& table, const std::string& name) {
  const auto cached = table.ordinals.find(name);
  if (cached != table.ordinals.end()) return std::optional(cached->second);

  NHIP_TRY_ASSIGN(store::Stmt stmt, db_.cached(table.find_sql));
  stmt.bind(1, name);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<std::uint64_t>{};
  const std::uint64_t ordinal = stmt.unsigned_integer(0);
  table.ordinals.emplace(name, ordinal);
  return std::optional(ordinal);
}

Result<std::uint64_t> SqliteOrdinals::find_or_add(Names& table, const std::string& name) {
  NHIP_TRY_ASSIGN(const std::optional<std::uint64_t> known, find(table, name));
  if (known) return *known;

  NHIP_TRY_ASSIGN(store::Stmt stmt, db_.cached(table.insert_sql));
  NHIP_TRY(stmt.bind(1, name).run());
  const auto ordinal = static_cast<std::uint64_t>(db_.last_insert_rowid());
  table.ordinals.emplace(name, ordinal);
  return ordinal;
}

Result<std::string> SqliteOrdinals::name_of(Names& table, std::uint64_t ordinal) {
  const auto cached = table.names.find(ordinal);
  if (cached != table.names.end()) return cached->second;

  NHIP_TRY_ASSIGN(store::Stmt stmt, db_.cached(table.name_sql));
  stmt.bind(1, as_column(ordinal));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return unknown_ordinal(&table == &scopes_ ? "scope" : "device");
  return table.names.emplace(ordinal, stmt.text(0)).first->second;
}

Result<std::uint64_t> SqliteOrdinals::of_scope(const std::string& scope) {
  return find_or_add(scopes_, scope);
}

Result<std::optional<std::uint64_t>> SqliteOrdinals::find_scope(const std::string& scope) {
  return find(scopes_, scope);
}

Result<std::string> SqliteOrdinals::scope(std::uint64_t ordinal) {
  return name_of(scopes_, ordinal);
}

Result<std::uint64_t> SqliteOrdinals::of_device(const std::string& device_id) {
  if (device_id.empty()) return std::uint64_t{0};
  return find_or_add(devices_, device_id);
}

Result<std::string> SqliteOrdinals::device(std::uint64_t ordinal) {
  if (ordinal == 0) return std::string();
  return name_of(devices_, ordinal);
}

Result<std::uint64_t> SqliteOrdinals::of_author(const Author& author) {
  if (author == Author{}) return std::uint64_t{0};
  const auto cached = author_ordinals_.find(author);
  if (cached != author_ordinals_.end()) return cached->second;

  const Bytes replica = as_blob(author.replica);
  const auto incarnation = std::int64_t{author.incarnation};
  NHIP_TRY_ASSIGN(store::Stmt find_stmt, db_.cached("SELECT ordinal FROM author"
                                                    " WHERE replica = ?1 AND incarnation = ?2"));
  find_stmt.bind(1, replica).bind(2, incarnation);
  NHIP_TRY_ASSIGN(const bool found, find_stmt.step());
  if (found) return author_ordinals_.emplace(author, find_stmt.unsigned_integer(0)).first->second;

  NHIP_TRY_ASSIGN(store::Stmt insert, db_.cached("INSERT INTO author (replica, incarnation)"
                                                 " VALUES (?1, ?2)"));
  NHIP_TRY(insert.bind(1, replica).bind(2, incarnation).run());
  const auto ordinal = static_cast<std::uint64_t>(db_.last_insert_rowid());
  return author_ordinals_.emplace(author, ordinal).first->second;
}

Result<Author> SqliteOrdinals::author(std::uint64_t ordinal) {
  if (ordinal == 0) return Author{};
  const auto cached = authors_.find(ordinal);
  if (cached != authors_.end()) return cached->second;

  NHIP_TRY_ASSIGN(store::Stmt stmt, db_.cached("SELECT replica, incarnation FROM author"
                                               " WHERE ordinal = ?1"));
  stmt.bind(1, as_column(ordinal));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return unknown_ordinal("replica");
  Author author;
  author.replica = from_blob(stmt.blob(0));
  author.incarnation = static_cast<std::uint32_t>(stmt.integer(1));
  return authors_.emplace(ordinal, author).first->second;
}

}  // namespace nhip::server
