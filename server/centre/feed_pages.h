// FeedPages: the pages of an answer. State-based: a record appears once, at its latest sequence
// number, whole when the device cannot hold it yet and otherwise as the cells that changed since
// its cursor.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "centre/intake.h"
#include "centre/rights.h"

namespace nhip::server {

// Up to where the device knows everything. Nobody can lie beyond his own position: differences from
// there would leave out what he lacks, so such a cursor knows nothing.
inline std::uint64_t complete_position(const protocol::Cursor& cursor) {
  return cursor.complete <= cursor.seq ? cursor.complete : 0;
}

class FeedPages {
 public:
  using Exact = std::set<std::pair<std::string, std::uint64_t>>;

  // `exact`: versions the device holds because this very request made them.
  FeedPages(Centre& centre, const Rights& rights, const Exact& exact, std::uint64_t bytes_max,
            std::int64_t now);

  using Records =
      std::map<Intake::RecordKey, std::string>;  // with the scope the device had them in
  // The true state of records, and with it the conflicts over them that lie beyond the cursors of
  // `feeds`: whoever is told a value that won is told what lost in the same breath.
  Status correct(const Records& records, const std::vector<protocol::FeedRequest>& feeds,
                 std::vector<protocol::RowUpdate>& corrections);
  // Feeds that are not granted are left out.
  Status read(const protocol::FeedRequest& request, std::vector<protocol::FeedAnswer>& answers);
  // One step of a reconciliation; feeds that are not granted are left out.
  Status reconcile(const protocol::ReconcileRequest& request,
                   std::vector<protocol::ReconcileAnswer>& answers);
  // Device ids of all authors named so far.
  Result<std::map<std::string, std::string>> devices();

 private:
  Status add_conflicts(const Records& records, const std::string& scope, std::uint64_t after,
                       std::vector<protocol::RowUpdate>& corrections);
  // The number in `scope` up to which the device surely holds everything.
  Result<std::uint64_t> held_to(const std::string& scope,
                                const std::vector<protocol::FeedRequest>& feeds);
  Status read_scope(const protocol::FeedRequest& request, protocol::FeedAnswer& answer);
  Status read_everything(const protocol::FeedRequest& request, protocol::FeedAnswer& answer);
  Status compare_sums(const protocol::ReconcileRequest& request, protocol::ReconcileAnswer& answer);
  Status compare_prints(const protocol::ReconcileRequest& request,
                        protocol::ReconcileAnswer& answer);
  Status each_of_feed(const std::string& feed, const std::function<Status(const StoredRow&)>& each);
  Result<protocol::Cursor> head_cursor(const std::string& feed);
  // Adds the receipt of `row` unless the page has one that covers it.
  Status add_receipt(const StoredRow& row, bool name_scope,
                     std::vector<protocol::Receipt>& receipts);
  Status add_share(const ScopeCommit& share, std::uint64_t complete, protocol::FeedAnswer& answer,
                   std::string& within, bool& cut);
  // Puts `row` into the page, and its values into the page's digest.
  protocol::RowUpdate& add_row(const StoredRow& row, std::uint64_t position,
                               protocol::FeedAnswer& answer);
  Status plan(std::uint64_t after, std::vector<ScopeCommit>& shares, std::uint64_t& left);
  Status sum_digests(protocol::FeedAnswer& answer);
  Result<bool> is_ours_everywhere(const protocol::Cursor& cursor);
  // The row as the device needs it, which holds all that was there at `position`.
  protocol::RowUpdate update_for(const StoredRow& row, std::uint64_t position);
  void note_authors(const core::Versions& versions);
  Result<bool> is_ours(const std::string& scope, const protocol::Cursor& cursor);
  Result<std::optional<ScopeCommit>> first_share(std::uint64_t commit);
  bool full() const { return used_ >= bytes_max_; }

  Centre& centre_;
  const Rights& rights_;
  const Exact& exact_;
  const std::uint64_t bytes_max_;
  const std::int64_t now_;
  std::uint64_t used_ = 0;
  std::set<Author> authors_;
};

}  // namespace nhip::server
