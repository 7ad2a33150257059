// SqliteOrdinals: the small tables of scopes, authors and device names, read once and kept in
// memory.
//
// An ordinal never changes once it was committed, so what is cached stays true; only a rollback can
// take ordinals back, and then `forget` empties the cache. Confined.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "store/db.h"
#include "store/row_codec.h"

namespace nhip::server {

class SqliteOrdinals final : public Ordinals {
 public:
  explicit SqliteOrdinals(store::Db& db) : db_(db) {}

  Result<std::uint64_t> of_author(const Author& author) override;
  Result<Author> author(std::uint64_t ordinal) override;
  Result<std::uint64_t> of_device(const std::string& device_id) override;
  Result<std::string> device(std::uint64_t ordinal) override;

  // Gives a new scope an ordinal; inside a transaction.
  Result<std::uint64_t> of_scope(const std::string& scope);
  Result<std::optional<std::uint64_t>> find_scope(const std::string& scope);
  Result<std::string> scope(std::uint64_t ordinal);

  void forget();

 private:
  struct Names {
    const char* find_sql;
    const char* insert_sql;
    const char* name_sql;
    std::unordered_map<std::string, std::uint64_t> ordinals;
    std::unordered_map<std::uint64_t, std::string> names;
  };
  Result<std::optional<std::uint64_t>> find(Names& table, const std::string& name);
  Result<std::uint64_t> find_or_add(Names& table, const std::string& name);
  Result<std::string> name_of(Names& table, std::uint64_t ordinal);

  store::Db& db_;
  Names scopes_{"SELECT ordinal FROM scope WHERE name = ?1",
                "INSERT INTO scope (name) VALUES (?1)",
                "SELECT name FROM scope WHERE ordinal = ?1",
                {},
                {}};
  Names devices_{"SELECT ordinal FROM device_name WHERE name = ?1",
                 "INSERT INTO device_name (name) VALUES (?1)",
                 "SELECT name FROM device_name WHERE ordinal = ?1",
                 {},
                 {}};
  std::map<Author, std::uint64_t> author_ordinals_;
  std::unordered_map<std::uint64_t, Author> authors_;
};

}  // namespace nhip::server
