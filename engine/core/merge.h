// Merge: one operation meets one record. The only place that decides who wins, on device and
// server.
//
// Pure: the same arguments give the same result anywhere. The unit that is judged is a schema group
// of fields, or a single cell. A unit is concurrent when its current version was sequenced after
// what the writer had seen and by another replica; otherwise the operation is a plain update.
// Concurrent units whose values are equal (after NFC and trimming) are no conflict. The rest is the
// field's policy. Every value that loses stands in `conflicts`; the caller keeps it. Laws:
// engine/DESIGN.md, "Merge laws".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/operation.h"
#include "core/row.h"

namespace nhip::core {

struct WriterView {
  Author author;
  std::uint64_t seen = 0;
  // Does this author write for the office (policy `server`)? Empty: nobody is known to.
  std::function<bool(const Author&)> is_office;
  // A copy shares the past of the replicas it stems from: what each of them wrote up to its stamp
  // here. One stamp for all would take what an older one wrote after the copy was made for seen.
  std::map<Author, Hlc> inherited = {};
  // Versions above `seen` that the writer knew all the same: work of its own lost history that came
  // back before. Empty: none.
  std::function<bool(const Version&)> knows = {};
  // Is a version above `seen` under the writer's name a word of its own? After a restore a copy of
  // its replica, or older files put back, may have spoken under that name. Empty: always.
  std::function<bool(const Version&)> owns = {};
};

// One cell whose operation value and current value both existed and differed, and which of them
// stands.
struct ConflictEntry {
  CellKey cell;
  Value winner;
  Version winner_version;
  Value loser;
  Version loser_version;
  bool needs_person = false;  // policy `review` and what falls back to it
};

struct MergeResult {
  Row row;
  std::vector<ConflictEntry> conflicts;
  bool changed = false;  // some cell or version differs from before
  bool exact = true;     // the row is what the writer predicted: every change took effect
};

// What `op` (whose stamp may have been corrected) makes of `current`; null = the record is not
// there yet. New values get the version {op.stamp, writer.author, seq}.
MergeResult merge(const Type& type, const Row* current, const Operation& op,
                  const WriterView& writer, std::uint64_t seq);

// Equal for people: the same bytes, or texts that are the same after NFC and trimming.
bool same_for_people(const Value& a, const Value& b);

}  // namespace nhip::core
