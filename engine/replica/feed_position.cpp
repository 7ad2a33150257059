#include "replica/feed_position.h"

#include <algorithm>

#include "core/limits.h"

namespace nhip::replica {

Result<bool> follow(Store& store, const std::vector<std::string>& feeds) {
  bool is_new = false;
  for (const std::string& feed : feeds) {
    NHIP_TRY_ASSIGN(
        auto stmt,
        store.db().cached("INSERT INTO _nhip_feed(name) VALUES(?1) ON CONFLICT DO NOTHING"));
    NHIP_TRY(stmt.bind(1, feed).run());
    is_new = is_new || store.db().changes() > 0;
  }
  return is_new;
}

Result<std::vector<protocol::FeedRequest>> feed_requests(Store& store) {
  std::vector<protocol::FeedRequest> requests;
  {
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached("SELECT name,epoch,seq,salt,within,complete FROM _nhip_feed "
                                      "WHERE repair=0 ORDER BY name"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      protocol::FeedRequest request;
      request.feed = stmt.text(0);
      request.cursor = {stmt.text(1), stmt.unsigned_integer(2), stmt.unsigned_integer(3),
                        stmt.text(4), stmt.unsigned_integer(5)};
      requests.push_back(std::move(request));
    }
  }
  for (protocol::FeedRequest& request : requests) {
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached(
                        "SELECT first,last FROM _nhip_have WHERE feed=?1 ORDER BY first LIMIT ?2"));
    stmt.bind(1, request.feed).bind(2, static_cast<std::int64_t>(core::kHaveRangesMax));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      request.have.emplace_back(stmt.unsigned_integer(0), stmt.unsigned_integer(1));
    }
  }
  return requests;
}

Status move_cursor(Store& store, const std::string& feed, const protocol::Cursor& cursor) {
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached(
          "UPDATE _nhip_feed SET epoch=?2,seq=?3,salt=?4,within=?5,complete=?6 WHERE name=?1"));
  stmt.bind(1, feed).bind(2, cursor.epoch).bind(3, static_cast<std::int64_t>(cursor.seq));
  NHIP_TRY(stmt.bind(4, static_cast<std::int64_t>(cursor.salt))
               .bind(5, cursor.within)
               .bind(6, static_cast<std::int64_t>(cursor.complete))
               .run());
  NHIP_TRY_ASSIGN(auto prune,
                  store.db().cached("DELETE FROM _nhip_have WHERE feed=?1 AND last<=?2"));
  return prune.bind(1, feed).bind(2, static_cast<std::int64_t>(cursor.seq)).run();
}

// Numbers of another history would name other versions.
Status forget_have(Store& store, const std::string& feed) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_have WHERE feed=?1"));
  return stmt.bind(1, feed).run();
}

Status restart_feed(Store& store, const std::string& feed) {
  NHIP_TRY(forget_have(store, feed));
  return move_cursor(store, feed, {});
}

Status add_have(Store& store, const std::string& scope, std::uint64_t seq) {
  const auto number = static_cast<std::int64_t>(seq);
  {
    NHIP_TRY_ASSIGN(auto feed, store.db().cached("SELECT seq FROM _nhip_feed WHERE name=?1"));
    NHIP_TRY_ASSIGN(const bool row, feed.bind(1, scope).step());
    if (!row || feed.integer(0) >= number) return {};
  }
  {
    NHIP_TRY_ASSIGN(auto grow,
                    store.db().cached("UPDATE _nhip_have SET last=?2 WHERE feed=?1 AND last=?2-1"));
    NHIP_TRY(grow.bind(1, scope).bind(2, number).run());
    if (store.db().changes() > 0) return {};
  }
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached("INSERT OR REPLACE INTO _nhip_have(feed,first,last) VALUES(?1,?2,?2)"));
  return stmt.bind(1, scope).bind(2, number).run();
}

Status set_verified(Store& store, const std::string& feed, bool verified) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("UPDATE _nhip_feed SET verified=?2 WHERE name=?1"));
  return stmt.bind(1, feed).bind(2, std::int64_t{verified}).run();
}

}  // namespace nhip::replica
