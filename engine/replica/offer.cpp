#include "replica/offer.h"

namespace nhip::replica {

namespace {

// Longer than the centre keeps its daily backups.
constexpr std::int64_t kReceiptAgeMs = std::int64_t{45} * 24 * 3600 * 1000;

Result<std::optional<protocol::Receipt>> receipt_of(Store& store, std::int64_t scope,
                                                    std::int64_t seq) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT first,last,received_at,proof FROM _nhip_receipt "
                                    "WHERE scope=?1 AND last>=?2 ORDER BY last LIMIT 1"));
  NHIP_TRY_ASSIGN(const bool found, stmt.bind(1, scope).bind(2, seq).step());
  if (!found || stmt.integer(0) > seq) return std::optional<protocol::Receipt>();
  protocol::Receipt receipt;
  receipt.first = stmt.unsigned_integer(0);
  receipt.last = stmt.unsigned_integer(1);
  receipt.received_at = stmt.integer(2);
  receipt.proof = stmt.blob(3);
  return std::optional<protocol::Receipt>(std::move(receipt));
}

}  // namespace

Status keep_offer(Store& store, const RecordState& state) {
  NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(state.centre->scope));
  NHIP_TRY_ASSIGN(const Bytes bytes, encode_state(store, state.centre->row));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("INSERT INTO _nhip_offer(type,id,scope,seq,state) "
                                    "VALUES(?1,?2,?3,?4,?5) ON CONFLICT(type,id) DO NOTHING"));
  stmt.bind(1, std::int64_t{state.type}).bind(2, state.id).bind(3, scope);
  return stmt.bind(4, static_cast<std::int64_t>(state.centre->seq)).bind(5, bytes).run();
}

Result<std::vector<protocol::Offer>> read_offers(Store& store, std::size_t bytes) {
  std::vector<protocol::Offer> offers;
  std::size_t used = 0;
  NHIP_TRY_ASSIGN(
      auto stmt, store.db().cached("SELECT type,id,scope,seq,state FROM _nhip_offer ORDER BY seq"));
  while (offers.empty() || used < bytes) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return offers;
    protocol::Offer offer;
    offer.type = static_cast<std::uint16_t>(stmt.integer(0));
    offer.id = stmt.id(1);
    offer.seq = stmt.unsigned_integer(3);
    const std::int64_t scope = stmt.integer(2);
    NHIP_TRY_ASSIGN(offer.scope, store.scope_name(scope));
    const Bytes state = stmt.blob(4);
    NHIP_TRY_ASSIGN(offer.row, decode_state(store, state));
    NHIP_TRY_ASSIGN(offer.receipt, receipt_of(store, scope, stmt.integer(3)));
    used += state.size() + 200;
    offers.push_back(std::move(offer));
  }
  return offers;
}

Result<bool> has_receipt(Store& store, const std::string& scope, std::uint64_t seq) {
  NHIP_TRY_ASSIGN(const std::int64_t ord, store.scope_ord(scope));
  NHIP_TRY_ASSIGN(const auto receipt, receipt_of(store, ord, static_cast<std::int64_t>(seq)));
  return receipt.has_value();
}

Result<bool> has_offer(Store& store, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT 1 FROM _nhip_offer WHERE type=?1 AND id=?2"));
  return stmt.bind(1, std::int64_t{type}).bind(2, id).step();
}

Status drop_offer(Store& store, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_offer WHERE type=?1 AND id=?2"));
  return stmt.bind(1, std::int64_t{type}).bind(2, id).run();
}

Result<std::uint64_t> count_offers(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT count(*) FROM _nhip_offer"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

Status keep_receipts(Store& store, const std::string& feed,
                     const std::vector<protocol::Receipt>& receipts, std::int64_t server_ms) {
  for (const protocol::Receipt& receipt : receipts) {
    const std::string& name = receipt.scope.empty() ? feed : receipt.scope;
    NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(name));
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached(
                        "INSERT OR REPLACE INTO _nhip_receipt(scope,last,first,received_at,proof) "
                        "VALUES(?1,?2,?3,?4,?5)"));
    stmt.bind(1, scope).bind(2, static_cast<std::int64_t>(receipt.last));
    stmt.bind(3, static_cast<std::int64_t>(receipt.first)).bind(4, receipt.received_at);
    NHIP_TRY(stmt.bind(5, receipt.proof).run());
  }
  if (receipts.empty()) return {};
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_receipt WHERE received_at<?1"));
  return stmt.bind(1, server_ms - kReceiptAgeMs).run();
}

}  // namespace nhip::replica
