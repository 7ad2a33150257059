// Edit runs: edits of plain fields that wait to be sent, one row for all that a transaction did to
// records of a type (_nhip_edit). Each edit is kept with the values it replaced, and nothing else
// is written: the version it was made on is the one beside the record, and the centre's value, or
// that of a new row, is the oldest one replaced. Before either changes, `write_out_edits` makes
// ordinary operations of a run, with the numbers they have.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/operation.h"
#include "core/row.h"

namespace nhip::replica {

class Store;
struct QueuedOperation;

struct PlainEdit {
  Id id;
  std::int64_t rid = 0;               // of its row, and so of the version it was made on
  std::vector<core::Change> changes;  // ascending, at least one
  std::vector<Value> before;          // that each of them replaced; null: there was none
};

// Consecutive operations of one group on records of one type.
struct EditRun {
  std::uint64_t seq = 0, group = 0;
  std::uint16_t type = 0;
  std::int64_t scope = 0;  // its ordinal
  std::uint64_t stamp = 0, seen = 0;
  std::vector<PlainEdit> edits;

  std::uint64_t end() const { return seq + edits.size(); }
};

// Which records have edits in which runs, and the run that was read last. Read from the file when
// it is first asked for; as valid as the store's other memory of it.
class EditIndex {
 public:
  void forget() {
    loaded_ = false;
    places_.clear();
    last_.reset();
  }

 private:
  friend class EditRuns;
  struct Key {
    std::uint16_t type = 0;
    Id id;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      std::uint64_t hash = key.type;
      for (const std::uint8_t byte : key.id.bytes) hash = (hash ^ byte) * 0x100000001b3u;
      return static_cast<std::size_t>(hash ^ hash >> 32);
    }
  };
  struct Place {
    std::uint64_t run = 0;  // its seq
    std::size_t at = 0;
  };
  bool loaded_ = false;
  std::int64_t version_ = 0;  // PRAGMA data_version when it was loaded
  std::unordered_map<Key, std::vector<Place>, KeyHash> places_;  // in the order of the edits
  std::optional<EditRun> last_;
};

Status add_edit_run(Store& store, const EditRun& run);
// Operations numbered first … last, ascending.
Result<std::vector<QueuedOperation>> edits_between(Store& store, std::uint64_t first,
                                                   std::uint64_t last);
Result<std::vector<core::Operation>> edits_of(Store& store, std::uint16_t type, const Id& id);
// The values of a record's cells before the first of its edits that changed them; null: none.
Result<std::map<core::CellKey, Value>> replaced_values(Store& store, std::uint16_t type,
                                                       const Id& id);
// The record's cells without its edits.
Status take_edits_back(Store& store, std::uint16_t type, const Id& id, core::Cells& cells);
// Makes ordinary operations of all runs that edit this record. Inside a transaction, while the
// version beside the record is still the one they were made on.
Status write_out_edits(Store& store, std::uint16_t type, const Id& id);
// Of all runs, or of those in one scope.
Status write_out_all_edits(Store& store, std::optional<std::int64_t> scope = {});
// Those numbered first … last are settled; what they replaced is kept as the centre's.
Status remove_edits(Store& store, std::uint64_t first, std::uint64_t last);
// Seqs of runs that cannot be read, or name an unknown type or scope.
Result<std::vector<std::int64_t>> unreadable_edit_runs(Store& store);
Result<bool> has_edits(Store& store, std::uint16_t type, const Id& id);
Result<std::uint64_t> count_edits(Store& store);

}  // namespace nhip::replica
