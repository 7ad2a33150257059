#include "replica/purge.h"

#include <algorithm>

#include "core/planted.h"
#include "replica/held_records.h"
#include "replica/outbox.h"
#include "replica/record_state.h"

namespace nhip::replica {

namespace {

constexpr char kPurged[] = "purged";

using Record = std::pair<std::uint16_t, Id>;

// The centre's state goes; what waits to be sent of the record stays visible.
Status forget(Store& store, const std::vector<Record>& records) {
  for (const auto& [type, id] : records) {
    NHIP_TRY_ASSIGN(const RecordState before, load_state(store, type, id));
    NHIP_TRY_ASSIGN(const auto pending, pending_of(store, type, id));
    RecordState after = before;
    after.centre.reset();
    after.shown = predict(store, after, pending);
    NHIP_TRY(save_state(store, before, after));
  }
  return {};
}

Result<std::vector<std::string>> followed_feeds(Store& store) {
  std::vector<std::string> feeds;
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT name FROM _nhip_feed ORDER BY name"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return feeds;
    feeds.push_back(stmt.text(0));
  }
}

Result<bool> work_waits(Store& store, std::int64_t scope) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT EXISTS(SELECT 1 FROM _nhip_op WHERE scope=?1) OR "
                                    "EXISTS(SELECT 1 FROM _nhip_fresh WHERE scope=?1) OR "
                                    "EXISTS(SELECT 1 FROM _nhip_edit WHERE scope=?1)"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, scope).step());
  return row && stmt.integer(0) != 0;
}

Status purge(Store& store, const std::string& feed, std::int64_t scope) {
  std::vector<Record> records;
  NHIP_TRY(each_held(store, feed, false, [&](const protocol::Held& held) {
    records.emplace_back(held.type, held.id);
  }));
  NHIP_TRY(forget(store, records));
  for (const char* sql :
       {"DELETE FROM _nhip_have WHERE feed=?1", "DELETE FROM _nhip_feed WHERE name=?1"}) {
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached(sql));
    NHIP_TRY(stmt.bind(1, feed).run());
  }
  for (const char* sql :
       {"DELETE FROM _nhip_offer WHERE scope=?1", "DELETE FROM _nhip_receipt WHERE scope=?1"}) {
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached(sql));
    NHIP_TRY(stmt.bind(1, scope).run());
  }
  store.forget_digest(feed);
  return {};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + '\n';
  return text;
}

}  // namespace

Status purge_feeds(Store& store, const std::vector<std::string>& granted) {
  NHIP_TRY_ASSIGN(const auto feeds, followed_feeds(store));
  NHIP_TRY_ASSIGN(std::vector<std::string> purged, purged_feeds(store));
  bool any = false;
  for (const std::string& feed : feeds) {
    if (std::find(granted.begin(), granted.end(), feed) != granted.end()) continue;
    if (NHIP_PLANTED(purge_skipped)) continue;
    NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(feed));
    NHIP_TRY_ASSIGN(const bool waits, work_waits(store, scope));
    if (waits) {
      if (!NHIP_PLANTED(purge_before_rescue)) continue;
      NHIP_TRY(remove_queued(store, 0, INT64_MAX));
    }
    // What is removed shall not be readable in the file's free pages.
    if (!any && !NHIP_PLANTED(purge_leaves_bytes))
      NHIP_TRY(store.db().execute("PRAGMA secure_delete=ON"));
    any = true;
    NHIP_TRY(purge(store, feed, scope));
    purged.push_back(feed);
  }
  if (!any) return {};
  NHIP_TRY(store.db().execute("PRAGMA secure_delete=OFF"));
  return store.set_setting(kPurged, Value(joined(purged)));
}

Result<std::vector<std::string>> purged_feeds(Store& store) {
  NHIP_TRY_ASSIGN(const Value kept, store.setting(kPurged));
  std::vector<std::string> feeds;
  if (kept.text() == nullptr) return feeds;
  std::size_t start = 0;
  for (std::size_t end = kept.text()->find('\n'); end != std::string::npos;
       end = kept.text()->find('\n', start)) {
    feeds.push_back(kept.text()->substr(start, end - start));
    start = end + 1;
  }
  return feeds;
}

Status purges_are_known(Store& store, const std::vector<std::string>& told) {
  if (told.empty()) return {};
  NHIP_TRY_ASSIGN(std::vector<std::string> purged, purged_feeds(store));
  for (const std::string& feed : told) {
    const auto at = std::find(purged.begin(), purged.end(), feed);
    if (at != purged.end()) purged.erase(at);
  }
  return store.set_setting(kPurged, Value(joined(purged)));
}

Status forget_collected(Store& store, const std::string& feed, std::uint64_t collected) {
  if (NHIP_PLANTED(collected_kept)) return {};
  const std::string name = "collected " + feed;
  NHIP_TRY_ASSIGN(const Value before, store.setting(name));
  const auto number = static_cast<std::int64_t>(collected);
  if (before.integer() != nullptr && *before.integer() >= number) return {};
  std::vector<Record> records;
  NHIP_TRY(each_held(store, feed, false, [&](const protocol::Held& held) {
    const bool tombstone = held.deleted || held.type == kMovedType;
    if (tombstone && held.seq <= collected) records.emplace_back(held.type, held.id);
  }));
  NHIP_TRY(forget(store, records));
  return store.set_setting(name, Value(number));
}

}  // namespace nhip::replica
