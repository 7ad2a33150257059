// FigureBook: the centre's figures. It reads the store once, then follows it commit by commit, so a
// server that keeps one answers at once; a command that opens the folder itself makes one for the
// occasion. It writes nothing.
//
// Reading everything takes seconds at the size of a country, and devices sync meanwhile: it reads a
// snapshot on a connection of its own, without the centre's lock, and follows what was committed in
// between once it has the lock again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "indicators/fact_reader.h"
#include "indicators/ledger.h"

namespace nhip::server {

// schema/union/indicators.json; read once.
Result<const indicators::Definitions*> union_definitions();

// The tables that figures rest on, as the store has them.
struct DefinitionTables {
  std::vector<indicators::UnitVersion> units;
  std::vector<indicators::PeriodDates> periods;
  indicators::FormKeys forms;
};
Result<DefinitionTables> read_tables(ServerStore& store, const Schema& schema);

class FigureBook {
 public:
  // The centre outlives it. Reads nothing yet.
  explicit FigureBook(Centre& centre);
  ~FigureBook();

  // Runs work while the centre's lock is given up; absent: there is no lock to give up.
  using Unlocked = std::function<void(const std::function<void()>& work)>;
  // Brings everything up to date with the store: whole the first time and after `forget`, else what
  // the commits since then brought.
  Status refresh(const Unlocked& unlocked = {});
  // Something entered history without a new live version (a load does that): read whole next time.
  void forget();

  // After refresh.
  indicators::Ledger& ledger() { return *reading_->ledger; }
  const indicators::Names& names() const { return reading_->names; }
  Centre& centre() { return centre_; }

 private:
  using Key = std::pair<std::uint16_t, Id>;
  // All that was read of one store, up to one commit.
  struct Reading {
    indicators::Names names;
    indicators::FormKeys forms;
    std::unique_ptr<indicators::FactReader> reader;
    std::unique_ptr<indicators::Ledger> ledger;
    std::uint64_t commit = 0;
  };
  Status read_unlocked(const Unlocked& unlocked);
  Result<std::unique_ptr<Reading>> read_all(ServerStore& store) const;
  Status read_type(ServerStore& store, const Type& type, Reading& into) const;
  static Status read_definitions(ServerStore& store, const Schema& schema, Reading& into);
  Status follow(std::uint64_t upto);
  Status read_record(const Key& key);
  static void put(const Type& type, const StoredRow& live, std::vector<PastVersion> past,
                  Reading& into);

  Centre& centre_;
  std::unique_ptr<Reading> reading_;
  std::uint64_t forgotten_ = 0;  // how often

  // Guards what follows, which is touched without the centre's lock.
  std::mutex reading_mutex_;
  std::unique_ptr<Reading> fresh_;
  std::uint64_t fresh_of_ = 0;  // the value of forgotten_ when it was begun
};

}  // namespace nhip::server
