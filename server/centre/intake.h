// Intake: the groups of one request, judged one by one. Each is taken whole, held whole or rejected
// whole with the operation and field at fault named; one bad group never stops the others.
// Everything that was taken commits with the request's transaction.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "centre/centre.h"
#include "centre/epoch.h"
#include "centre/review.h"
#include "centre/rights.h"
#include "core/merge.h"

namespace nhip::server {

class Intake {
 public:
  using RecordKey = std::pair<std::uint16_t, Id>;

  Intake(Centre& centre, const Principal& who, const Rights& rights, std::int64_t now);

  // Before the first group.
  Status prepare();
  Status take(const core::Group& group);
  Status finish();

  const std::vector<protocol::GroupVerdict>& verdicts() const { return verdicts_; }
  std::uint64_t received_seq() const { return received_seq_; }
  // As ReplicaRecord::inherited, after the groups taken so far.
  Bytes inherited() const;
  // Versions this request made that the device holds exactly: (scope, seq).
  const std::set<std::pair<std::string, std::uint64_t>>& exact() const { return exact_; }
  // Records whose true state the device has to be told.
  const std::map<RecordKey, std::string>& to_correct() const { return to_correct_; }

 private:
  // Why a group is not taken.
  struct Refusal {
    protocol::Verdict verdict = protocol::Verdict::kRejected;
    std::uint64_t at_fault = 0;
    std::string code, field, text;
  };

  Status repeat(const core::Group& group);
  Result<bool> settles_what_is_settled(const core::Group& group);
  Status list_second_settlement(const core::Group& group);
  Result<std::optional<Refusal>> examine(const core::Operation& op);
  Result<std::optional<Refusal>> examine_conflict(const core::Operation& op);
  Status examine_transitions(const Type& type, const core::Operation& op,
                             const StoredRow* current) const;
  Result<bool> edits_what_is_gone(const core::Operation& op, const StoredRow& row) const;
  Result<bool> came_back(const core::Operation& op);
  Result<std::optional<VersionInfo>> came_from_the_original(const core::Operation& op,
                                                            const StoredRow* row) const;
  bool is_own_word(const core::Operation& op, const std::string& scope,
                   const core::Version& version) const;
  Result<bool> is_repeated(const core::Operation& op, const StoredRow* before);
  Result<bool> merge_one(const core::Operation& op, std::uint64_t& seq);
  Status refuse(const core::Group& group, const Refusal& refusal);
  Result<core::WriterView> view_of(const core::Operation& op, const std::string& scope) const;
  bool reopen(const Type& type, const StoredRow* before, core::Row& row,
              const core::Version& version) const;

  Centre& centre_;
  const Principal& who_;
  const Rights& rights_;
  const std::int64_t now_;
  Sequencer sequencer_;
  Review review_;
  std::vector<protocol::GroupVerdict> verdicts_;
  std::uint64_t received_seq_;
  std::uint16_t corrected_stamps_ = 0;
  std::set<std::pair<std::string, std::uint64_t>> exact_;
  std::map<RecordKey, std::uint64_t> exact_rows_;  // the device holds these records at this seq
  std::map<RecordKey, std::string> to_correct_;    // with the scope the device had them in
  mutable std::map<Author, bool> office_authors_;
  EpochHistory epochs_;
  std::map<Author, core::Hlc> inherited_;  // WriterView::inherited
  std::vector<Author> kin_;                // of a replica that was a copy: the others of its device
  std::set<core::Hlc> brought_;            // stamps of this request's operations
  std::set<std::uint64_t> came_back_;      // operations of the group in hand that came back before
  std::set<RecordKey> own_words_;          // records it changed in this request in its own name
};

}  // namespace nhip::server
