#include "centre/feed_pages.h"

#include <algorithm>
#include <cstdlib>

#include "centre/collect.h"
#include "centre/receipt.h"
#include "core/limits.h"
#include "core/planted.h"
#include "protocol/reconcile.h"

namespace nhip::server {

namespace {

constexpr std::uint64_t kRowOverhead = 160;  // what a row costs beside its cells, about
constexpr std::uint64_t kCellOverhead = 20;
constexpr std::uint64_t kExceptionOverhead = 48;
constexpr std::uint64_t kReceiptOverhead = 50;

std::uint64_t size_of(const core::Cells& cells) {
  std::uint64_t size = kRowOverhead;
  for (const auto& [key, value] : cells) {
    size += kCellOverhead + key.element.size();
    if (value.text()) size += value.text()->size();
    if (value.blob()) size += value.blob()->size() * 4 / 3;
  }
  return size;
}

bool holds(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& ranges, std::uint64_t seq) {
  return std::any_of(ranges.begin(), ranges.end(), [seq](const auto& range) {
    return range.first <= seq && seq <= range.second;
  });
}

}  // namespace

FeedPages::FeedPages(Centre& centre, const Rights& rights, const Exact& exact,
                     std::uint64_t bytes_max, std::int64_t now)
    : centre_(centre),
      rights_(rights),
      exact_(exact),
      bytes_max_(bytes_max == 0 ? core::kChunkBytesMax
                                : std::min<std::uint64_t>(bytes_max, core::kChunkBytesMax)),
      now_(now) {}

void FeedPages::note_authors(const core::Versions& versions) {
  authors_.insert(versions.base.author);
  for (const auto& [cell, version] : versions.exceptions) authors_.insert(version.author);
}

protocol::RowUpdate FeedPages::update_for(const StoredRow& row, std::uint64_t position) {
  protocol::RowUpdate update;
  update.type = row.type;
  update.id = row.id;
  update.seq = row.seq;
  // Longer than any id a person wrote; it stays at the centre.
  if (row.source_id.size() <= core::kElementBytesMax) update.source_id = row.source_id;
  const core::Versions& versions = row.row.versions;
  if (position == 0 || versions.base.seq > position) {
    update.row = row.row;
  } else {
    update.whole = false;
    update.row.versions.base = versions.base;
    for (const auto& [cell, version] : versions.exceptions) {
      if (version.seq <= position) continue;
      update.row.versions.exceptions.emplace(cell, version);
      core::set_cell(update.row.cells, cell, core::cell_value(row.row.cells, cell));
    }
  }
  note_authors(update.row.versions);
  used_ += size_of(update.row.cells) + kExceptionOverhead * update.row.versions.exceptions.size();
  return update;
}

protocol::RowUpdate& FeedPages::add_row(const StoredRow& row, std::uint64_t position,
                                        protocol::FeedAnswer& answer) {
  protocol::ValueDigest values(centre_.keys().digest_key);
  values.add({row.type, row.id, row.seq, core::is_deleted(row.row.cells), &row.row.cells});
  answer.value_digest = answer.value_digest.value_or(0) + values.sum();
  answer.rows.push_back(update_for(row, position));
  return answer.rows.back();
}

Status FeedPages::correct(const Records& records, const std::vector<protocol::FeedRequest>& feeds,
                          std::vector<protocol::RowUpdate>& corrections) {
  std::set<std::string> scopes;
  for (const auto& [key, scope] : records) {
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(key.first, key.second));
    if (row && rights_.may_receive(row->scope)) {
      protocol::RowUpdate update = update_for(*row, 0);
      update.scope = row->scope;
      scopes.insert(row->scope);
      corrections.push_back(std::move(update));
      continue;
    }
    protocol::RowUpdate gone;
    gone.type = key.first;
    gone.id = key.second;
    gone.scope = scope;
    gone.left = true;
    corrections.push_back(std::move(gone));
  }
  for (const std::string& scope : scopes) {
    NHIP_TRY_ASSIGN(const std::uint64_t after, held_to(scope, feeds));
    NHIP_TRY(add_conflicts(records, scope, after, corrections));
  }
  return {};
}

Result<std::uint64_t> FeedPages::held_to(const std::string& scope,
                                         const std::vector<protocol::FeedRequest>& feeds) {
  for (const protocol::FeedRequest& feed : feeds) {
    if (feed.feed == scope) {
      NHIP_TRY_ASSIGN(const bool ours, is_ours(scope, feed.cursor));
      return ours ? feed.cursor.seq : 0;
    }
    if (feed.feed != "*" || !is_in_office_feed(scope)) continue;
    NHIP_TRY_ASSIGN(const bool ours, is_ours_everywhere(feed.cursor));
    if (!ours || feed.cursor.seq == 0) return std::uint64_t{0};
    NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_before(scope, feed.cursor.seq));
    return share ? share->last : 0;
  }
  return std::uint64_t{0};
}

Status FeedPages::add_conflicts(const Records& records, const std::string& scope,
                                std::uint64_t after,
                                std::vector<protocol::RowUpdate>& corrections) {
  const Type& type = *centre_.schema().type("nhip_conflict");
  const core::CellKey type_cell{type.field("record_type")->number, {}};
  const core::CellKey id_cell{type.field("record_id")->number, {}};
  return centre_.store().each_in_scope(scope, after, UINT64_MAX, [&](const StoredRow& row) {
    if (row.type != type.number || records.count({row.type, row.id}) > 0) return true;
    const std::int64_t* number = core::cell_value(row.row.cells, type_cell).integer();
    const Bytes* bytes = core::cell_value(row.row.cells, id_cell).blob();
    const auto id = bytes != nullptr ? Id::from_bytes(*bytes) : std::nullopt;
    if (number == nullptr || !id) return true;
    if (records.count({static_cast<std::uint16_t>(*number), *id}) == 0) return true;
    protocol::RowUpdate update = update_for(row, 0);
    update.scope = scope;
    corrections.push_back(std::move(update));
    return true;
  });
}

Status FeedPages::read(const protocol::FeedRequest& request,
                       std::vector<protocol::FeedAnswer>& answers) {
  const auto& granted = rights_.feeds();
  if (std::find(granted.begin(), granted.end(), request.feed) == granted.end()) return {};
  protocol::FeedAnswer answer;
  answer.feed = request.feed;
  NHIP_TRY(request.feed == "*" ? read_everything(request, answer) : read_scope(request, answer));
  answers.push_back(std::move(answer));
  return {};
}

// A position counts only with the salt of the commit it lies in; any other history has another one.
// So a device that stood before a restore's cut goes on as if nothing had happened.
Result<bool> FeedPages::is_ours(const std::string& scope, const protocol::Cursor& cursor) {
  if (cursor.seq == 0 || NHIP_PLANTED(epoch_ignored)) return true;
  NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_at(scope, cursor.seq));
  return share && share->salt == cursor.salt;
}

Status FeedPages::read_scope(const protocol::FeedRequest& request, protocol::FeedAnswer& answer) {
  NHIP_TRY_ASSIGN(const bool ours, is_ours(request.feed, request.cursor));
  if (!ours) {
    answer.restart = true;
    return {};
  }
  NHIP_TRY_ASSIGN(const ScopeHead head, centre_.store().head(request.feed));
  std::uint64_t reached = head.seq;
  Status receipts;
  NHIP_TRY(centre_.store().each_in_scope(
      request.feed, request.cursor.seq, head.seq, [&](const StoredRow& row) {
        if (NHIP_PLANTED(tombstone_skipped) && core::is_deleted(row.row.cells)) return true;
        if (full()) {
          reached = row.seq - 1;
          return false;
        }
        receipts = add_receipt(row, false, answer.receipts);
        if (exact_.count({request.feed, row.seq}) == 0 && !holds(request.have, row.seq)) {
          add_row(row, complete_position(request.cursor), answer);
        }
        return receipts.ok();
      }));
  if (!receipts.ok()) return receipts;
  answer.head = head.seq;
  answer.digest = head.digest;
  NHIP_TRY_ASSIGN(answer.collected, collected_to(centre_.store(), request.feed));
  answer.more = reached < head.seq;
  const bool partial = answer.more && !NHIP_PLANTED(complete_too_early);
  answer.cursor = {
      centre_.keys().epoch, reached, 0, {}, partial ? complete_position(request.cursor) : reached};
  if (answer.more) {
    NHIP_TRY_ASSIGN(answer.rows_left, centre_.store().count_in_scope(request.feed, reached));
  }
  if (reached == 0) return {};
  NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_at(request.feed, reached));
  if (!share) return {Code::kCorrupt, "no_commit", "The centre's store lacks a commit."};
  answer.cursor.salt = share->salt;
  return {};
}

// The office's feed: all scopes but sealed ones, commit by commit. A page may end inside a commit,
// so that one large commit cannot exceed a message; `within` then says how far it came.
Status FeedPages::read_everything(const protocol::FeedRequest& request,
                                  protocol::FeedAnswer& answer) {
  const protocol::Cursor& cursor = request.cursor;
  NHIP_TRY_ASSIGN(const bool ours, is_ours_everywhere(cursor));
  if (!ours) {
    answer.restart = true;
    return {};
  }
  NHIP_TRY_ASSIGN(const std::uint64_t last, centre_.store().last_commit());
  std::vector<ScopeCommit> shares;
  NHIP_TRY(plan(cursor.seq, shares, answer.rows_left));
  answer.head = last;
  std::uint64_t reached = cursor.seq, reading = 0;
  std::string within = cursor.within;
  bool cut = false;
  for (const ScopeCommit& share : shares) {
    if (reading != 0 && share.commit != reading) {
      reached = reading;
      within.clear();
    }
    reading = share.commit;
    NHIP_TRY(add_share(share, complete_position(cursor), answer, within, cut));
    if (cut) break;
  }
  if (!cut) {
    reached = answer.rows_left > 0 && !shares.empty() ? shares.back().commit : last;
    within.clear();
  }
  answer.more = reached < last;
  answer.cursor = {centre_.keys().epoch, reached, 0, within,
                   answer.more ? complete_position(cursor) : reached};
  if (reached > 0) {
    NHIP_TRY_ASSIGN(const auto share, first_share(reached));
    if (!share) return {Code::kCorrupt, "no_commit", "The centre's store lacks a commit."};
    answer.cursor.salt = share->salt;
  }
  return answer.more ? Status() : sum_digests(answer);
}

Result<bool> FeedPages::is_ours_everywhere(const protocol::Cursor& cursor) {
  // A commit that was read in part may be another one now.
  if (!cursor.within.empty() && cursor.epoch != centre_.keys().epoch) return false;
  if (cursor.seq == 0) return true;
  NHIP_TRY_ASSIGN(const auto at, first_share(cursor.seq));
  return at && at->salt == cursor.salt;
}

// The shares that may fill a page, whole commits; what lies behind them is only counted.
Status FeedPages::plan(std::uint64_t after, std::vector<ScopeCommit>& shares, std::uint64_t& left) {
  std::uint64_t planned = 0;
  bool enough = false;
  return centre_.store().each_commit(after, [&](const ScopeCommit& share) {
    const std::uint64_t rows = share.last - share.first + 1;
    const bool new_commit = shares.empty() || shares.back().commit != share.commit;
    if (new_commit && planned * kRowOverhead > bytes_max_) enough = true;
    if (enough)
      left += rows;
    else
      shares.push_back(share);
    planned += rows;
    return true;
  });
}

// `within` is the last (scope, seq) already sent of this share's commit; it moves on with every
// row.
Status FeedPages::add_share(const ScopeCommit& share, std::uint64_t complete,
                            protocol::FeedAnswer& answer, std::string& within, bool& cut) {
  if (!is_in_office_feed(share.scope)) return {};
  std::uint64_t from = share.first - 1;
  if (!within.empty()) {
    const std::size_t mark = within.rfind(' ');
    const std::string scope = within.substr(0, mark);
    if (share.scope < scope) return {};
    if (share.scope == scope && mark != std::string::npos) {
      from = std::max<std::uint64_t>(from, std::strtoull(within.c_str() + mark + 1, nullptr, 10));
    }
  }
  NHIP_TRY_ASSIGN(const auto known, centre_.store().commit_before(share.scope, complete));
  const std::uint64_t position = known && complete > 0 ? known->last : 0;
  Status receipts;
  NHIP_TRY(centre_.store().each_in_scope(share.scope, from, share.last, [&](const StoredRow& row) {
    if (full()) {
      cut = true;
      return false;
    }
    receipts = add_receipt(row, true, answer.receipts);
    within = share.scope + ' ' + std::to_string(row.seq);
    if (exact_.count({share.scope, row.seq}) > 0) return true;
    add_row(row, position, answer).scope = row.scope;
    return receipts.ok();
  }));
  return receipts;
}

// Rows of one commit share a receipt; a row that was loaded with a time of its own has its own.
Status FeedPages::add_receipt(const StoredRow& row, bool name_scope,
                              std::vector<protocol::Receipt>& receipts) {
  if (row.info.received_at < now_ - kReceiptAgeMs || row.info.received_at > now_) return {};
  if (!receipts.empty()) {
    const protocol::Receipt& last = receipts.back();
    const bool same_scope = !name_scope || last.scope == row.scope;
    const bool inside = last.first <= row.seq && row.seq <= last.last;
    if (same_scope && inside && last.received_at == row.info.received_at) return {};
  }
  NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_at(row.scope, row.seq));
  if (!share) return {Code::kCorrupt, "no_commit", "The centre's store lacks a commit."};
  const bool shared = share->received_at == row.info.received_at;
  protocol::Receipt receipt;
  if (name_scope) receipt.scope = row.scope;
  receipt.first = shared ? share->first : row.seq;
  receipt.last = shared ? share->last : row.seq;
  receipt.received_at = row.info.received_at;
  receipt.proof =
      receipt_proof(centre_.keys(), row.scope, receipt.first, receipt.last, receipt.received_at);
  used_ += kReceiptOverhead;
  receipts.push_back(std::move(receipt));
  return {};
}

Status FeedPages::sum_digests(protocol::FeedAnswer& answer) {
  NHIP_TRY_ASSIGN(const auto scopes, centre_.store().scopes());
  for (const std::string& scope : scopes) {
    if (!is_in_office_feed(scope)) continue;
    NHIP_TRY_ASSIGN(const ScopeHead head, centre_.store().head(scope));
    answer.digest += head.digest;
  }
  return {};
}

Result<std::optional<ScopeCommit>> FeedPages::first_share(std::uint64_t commit) {
  std::optional<ScopeCommit> first;
  NHIP_TRY(centre_.store().each_commit(commit - 1, [&](const ScopeCommit& share) {
    if (share.commit == commit) first = share;
    return false;
  }));
  return first;
}

Result<std::map<std::string, std::string>> FeedPages::devices() {
  std::map<std::string, std::string> devices;
  for (const Author& author : authors_) {
    if (author == Author{}) continue;
    NHIP_TRY_ASSIGN(const auto replica, centre_.store().replica(author));
    if (replica) devices[author.text()] = replica->device_id;
  }
  return devices;
}

}  // namespace nhip::server
