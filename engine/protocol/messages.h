// The messages of protocol version 1 as structs. Encodings stand beside them: JSON in
// json_encoding.h, the compact one in binary_encoding.h. Grammar, limits and error words:
// schema/protocol/v1.md.
//
// One request carries what a device has to say and asks for what it lacks; one answer carries
// verdicts on the former and a page of the latter. The server keeps no conversation: every request
// stands alone, may be repeated and may arrive twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/operation.h"
#include "core/row.h"
#include "crypto/digest.h"
#include "nhip/id.h"

namespace nhip::protocol {

// A position in a feed: everything up to `seq` of this epoch has been stored. The salt, drawn anew
// in every commit, proves that both sides mean the same history. {epoch "", seq 0} is the
// beginning.
struct Cursor {
  std::string epoch;
  std::uint64_t seq = 0;  // of a scope; in the feed "*" the centre-wide commit number
  std::uint64_t salt = 0;
  // In the feed "*" only, when a page ended inside commit `seq` + 1: how far it came there. Opaque
  // to the device, which hands it back.
  std::string within;
  // The last position at which a page brought the device to the head: it holds every record that
  // was there then. Between that and `seq` it holds only what has not moved on since, because a
  // record appears at its latest version alone. So differences are sent, and knowledge is claimed,
  // from here.
  std::uint64_t complete = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// What a device asks of one feed. A feed is a scope, or "*": all scopes but sealed ones, for the
// office.
struct FeedRequest {
  std::string feed;
  Cursor cursor;
  // Sequence ranges (closed) beyond the cursor whose rows the device holds already, because it
  // wrote them itself and was told so. Ascending, at most kHaveRangesMax. Empty for "*".
  std::vector<std::pair<std::uint64_t, std::uint64_t>> have;

  friend bool operator==(const FeedRequest&, const FeedRequest&) = default;
};

// Set reconciliation of one feed, one step of it (reconcile.h). Buckets ascend; `data` holds their
// sums or prints.
struct ReconcileRequest {
  std::string feed;
  std::uint64_t nonce = 0;             // drawn for this reconciliation; changes every print
  bool values = false;                 // prints cover what records hold, not only their versions
  std::uint32_t depth = 0;             // the buckets are those of 2^depth
  std::vector<std::uint32_t> buckets;  // empty: `data` has the sum of every bucket
  Bytes data;                          // sums of all buckets; or, bucket by bucket, a count and
                                       // the prints of its records

  friend bool operator==(const ReconcileRequest&, const ReconcileRequest&) = default;
};

// When the centre received what it gave the numbers `first` to `last` of a scope, provable to
// itself later (server/centre/receipt.h).
struct Receipt {
  std::string scope;  // empty = the feed itself
  std::uint64_t first = 0, last = 0;
  std::int64_t received_at = 0;
  Bytes proof;  // 8 bytes

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// A record's state that the centre lost and a device still has, offered back.
struct Offer {
  std::uint16_t type = 0;
  Id id;
  std::string scope;
  std::uint64_t seq = 0;           // the number it had
  core::Row row;                   // whole
  std::optional<Receipt> receipt;  // for `seq`, when the device has it

  friend bool operator==(const Offer&, const Offer&) = default;
};

struct SyncRequest {
  int protocol = 1;
  std::uint32_t schema_version = 0;
  std::string client;                  // program and version, for people
  std::int64_t clock_ms = 0;           // the device's wall clock
  std::uint64_t answer_bytes_max = 0;  // 0 = the server's own limit
  // The epoch in which this device last agreed with the centre about everything. In another one the
  // centre takes no groups: they may rest on records that it lost and that come back first.
  std::string epoch;
  std::uint64_t received = 0;      // its last operation known to be received
  std::string token, token_next;   // token.h: up to `received`, and behind the last group of `push`
  std::vector<FeedRequest> feeds;  // empty on the very first request: the answer tells the feeds
  std::vector<core::Group> push;
  std::vector<ReconcileRequest> reconcile;  // feeds named here do not stand in `feeds`
  std::vector<Offer> offers;
  std::vector<std::string> purged;  // feeds that are granted no more and whose records are removed

  friend bool operator==(const SyncRequest&, const SyncRequest&) = default;
};

// A record as it travels from the centre: whole, or only the cells that changed since the cursor.
struct RowUpdate {
  std::uint16_t type = 0;
  Id id;
  std::string scope;      // set in the feed "*" and in corrections; empty = the feed itself
  std::uint64_t seq = 0;  // of its latest version in its scope
  bool whole = true;      // false: apply on top of what the device holds
  bool left = false;      // the record left this feed: forget it (cells are empty)
  std::string source_id;  // text id in an older system, usually empty
  core::Row row;          // cells and versions; when not whole, exceptions name the changed cells,
                          // and a changed cell without a value was emptied

  friend bool operator==(const RowUpdate&, const RowUpdate&) = default;
};

enum class Verdict { kAccepted, kMerged, kDuplicate, kHeld, kRejected };

// The fate of the group whose operations have the sequence numbers first…last of the asking
// replica.
struct GroupVerdict {
  std::uint64_t first = 0, last = 0;
  Verdict verdict = Verdict::kAccepted;
  // accepted: the sequence number each operation's record got in its scope; the record is exactly
  // what the device holds. Otherwise empty, and `corrections` of the answer holds the records' true
  // state.
  std::vector<std::uint64_t> seqs;
  // held, rejected: why, and which operation (its seq) and field is at fault.
  std::uint64_t at_fault = 0;
  std::string code, field, text;

  friend bool operator==(const GroupVerdict&, const GroupVerdict&) = default;
};

struct FeedAnswer {
  std::string feed;
  bool restart = false;           // the cursor is of another history: reconcile, keep everything
  std::vector<RowUpdate> rows;    // ascending in the feed's order
  Cursor cursor;                  // after these rows
  std::uint64_t head = 0;         // position at which `digest` holds
  crypto::Digest digest;          // of the whole feed at head
  std::uint64_t rows_left = 0;    // estimate of what is left behind this page
  bool more = false;              // cursor.seq < head
  std::vector<Receipt> receipts;  // for these rows, of recent commits only
  // Of what these rows make of their records (ValueDigest in reconcile.h). None without rows, and
  // from a centre of an earlier version.
  std::optional<std::uint64_t> value_digest;
  // Tombstones up to here are collected: forget them. Of scopes alone; in "*" a comparison tells.
  std::uint64_t collected = 0;

  friend bool operator==(const FeedAnswer&, const FeedAnswer&) = default;
};

struct ReconcileAnswer {
  std::string feed;
  std::uint64_t nonce = 0;
  // After sums: the buckets that differ, with the sums of their parts at `depth`.
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> buckets;
  Bytes data;
  // After prints: whole records the device lacks or holds in another version, and the prints of
  // those it holds and the centre does not. `more`: not all fitted; reconcile again.
  std::vector<RowUpdate> rows;
  std::vector<Receipt> receipts;  // for these rows, as in pages, each with its scope
  Bytes unknown;
  bool more = false;
  // Numbers from here on are of the present epoch: the centre lost none of them, and a version it
  // does not know is no version. 0: it was never put back from a backup.
  std::uint64_t floor = 0;
  Cursor cursor;  // the head when this was answered: the feed goes on from the first one

  friend bool operator==(const ReconcileAnswer&, const ReconcileAnswer&) = default;
};

// Something a person of the unit should know. `code` is a stable word, `what` an id it is about.
struct Notice {
  std::int64_t at = 0;
  std::string code, what;

  friend bool operator==(const Notice&, const Notice&) = default;
};

struct SyncResponse {
  int protocol = 1;
  std::uint32_t schema_version = 0;
  std::string epoch;
  std::int64_t server_ms = 0;
  std::vector<GroupVerdict> verdicts;
  // Always whole; or `left` when the centre has no such record. One for each offer, too.
  std::vector<RowUpdate> corrections;
  std::vector<FeedAnswer> feeds;  // those asked for; all granted ones when none was asked for
  std::vector<ReconcileAnswer> reconcile;
  std::vector<std::string> granted;  // feeds this device follows now
  std::uint64_t received_seq = 0;    // highest operation of this replica committed at the centre
  std::uint64_t durable_seq = 0;     // highest one in a backup that was test-opened
  std::vector<Notice> notices;       // for the leads of a unit, of the last 30 days
  std::map<std::string, std::string> devices;  // author text → device id, for authors named in rows

  friend bool operator==(const SyncResponse&, const SyncResponse&) = default;
};

// Every refusal of a whole request.
struct ErrorAnswer {
  std::string code;     // snake_case, stable
  std::string message;  // for a person
  std::string hint;

  friend bool operator==(const ErrorAnswer&, const ErrorAnswer&) = default;
};

// --- enrolment ---

struct HelloAnswer {      // GET /v1/hello?nonce=HEX
  std::string centre_id;  // UUID text
  Bytes public_key;       // Ed25519, 32 bytes
  Bytes proof;            // signature over "nhip hello v1" + nonce
  int protocol = 1, protocol_min = 1;

  friend bool operator==(const HelloAnswer&, const HelloAnswer&) = default;
};

struct EnrolRequest {  // POST /v1/enrol, sealed to the server's key (crypto_box_seal)
  std::string code;    // 25 characters
  Bytes public_key;    // the replica's Ed25519 key
  Author replica;
  std::string label;
  std::string client;
  Bytes proof;  // signature by that key over "nhip enrol v1" + code

  friend bool operator==(const EnrolRequest&, const EnrolRequest&) = default;
};

// The centre's word that a replica belongs to a device. Devices keep it, so that a centre put back
// from a backup older than the enrolment knows them again.
struct Certificate {
  std::string device_id, unit_id, role, label;
  std::int64_t enrolled_at = 0;
  Author replica;
  Bytes public_key;  // Ed25519, 32 bytes
  Bytes signature;   // the centre's, over certificate_text (signing.h)

  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// POST /v1/identity, signed as any request by the certificate's replica. A copy asks to go on as
// another replica of its device; a replica that the centre lost, with its own name and key, to be
// known again.
struct IdentityRequest {
  Certificate certificate;
  Author replica;
  Bytes public_key;
  Bytes proof;  // signature by that key over "nhip identity v1" + replica text

  friend bool operator==(const IdentityRequest&, const IdentityRequest&) = default;
};

struct IdentityAnswer {
  Certificate certificate;  // for the replica asked for

  friend bool operator==(const IdentityAnswer&, const IdentityAnswer&) = default;
};

struct EnrolAnswer {
  std::string device_id, unit_id, role, centre_id, epoch;
  std::string schema_json;           // the centre's registry
  std::vector<std::string> granted;  // feeds
  Bytes digest_key;                  // 32 bytes, for the digests of feeds
  std::int64_t server_ms = 0;
  Certificate certificate;   // empty from a centre that gives none
  std::uint32_t binary = 0;  // version of the binary encoding the centre speaks, 0 = JSON alone

  friend bool operator==(const EnrolAnswer&, const EnrolAnswer&) = default;
};

}  // namespace nhip::protocol
