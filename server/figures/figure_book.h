// FigureBook: the centre's figures. It reads the store once, then follows it commit by commit, so a
// server that keeps one answers at once; a command that opens the folder itself makes one for the
// occasion. It writes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "indicators/fact_reader.h"
#include "indicators/ledger.h"

namespace nhip::server {

// schema/union/indicators.json; read once.
Result<const indicators::Definitions*> union_definitions();

class FigureBook {
 public:
  // The centre outlives it. Reads nothing yet.
  explicit FigureBook(Centre& centre);
  ~FigureBook();

  // Brings everything up to date with the store: whole the first time and after `forget`, else what
  // the commits since then brought.
  Status refresh();
  // Something entered history without a new live version (a load does that): read whole next time.
  void forget() { ledger_.reset(); }

  // After refresh.
  indicators::Ledger& ledger() { return *ledger_; }
  const indicators::Names& names() const { return *names_; }
  Centre& centre() { return centre_; }

 private:
  using Key = std::pair<std::uint16_t, Id>;
  Status read_all();
  Status read_type(const Type& type);
  Status read_definitions();
  Status follow(std::uint64_t upto);
  Status read_record(const Key& key);
  Status read_responses_again();
  void put(const Type& type, const StoredRow& live, std::vector<PastVersion> past);

  Centre& centre_;
  std::uint64_t commit_ = 0;  // read up to here
  std::unique_ptr<indicators::Names> names_;
  indicators::FormKeys forms_;
  std::unique_ptr<indicators::FactReader> reader_;
  std::unique_ptr<indicators::Ledger> ledger_;
};

}  // namespace nhip::server
