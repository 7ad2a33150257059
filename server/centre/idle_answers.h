// IdleAnswers: what was said to replicas that had nothing to bring and lacked nothing, so that the
// same question costs no look into the store while nothing there has changed.
//
// An entry holds for an hour, then the replica's own record (last contact, clock, counter) is
// written once. Counters used meanwhile are kept here alone: a request that moves nothing may be
// replayed after a restart without harm, and any other one has its counter written with what it
// brings. Shared: a repeated question is answered without the lock around the centre, beside
// whatever large request holds it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "crypto/keys.h"
#include "protocol/messages.h"
#include "protocol/signing.h"

namespace nhip::server {

// What an answer rested on, beside the request itself.
struct IdleBasis {
  std::uint64_t version = 0;  // ServerStore::version
  std::int64_t now = 0;
};

class IdleAnswers {
 public:
  // The counter that this replica used last and the digest of that request, if newer than what is
  // stored.
  struct Used {
    std::uint64_t counter = 0;
    Bytes request_digest;
  };
  std::optional<Used> used(const Author& replica) const;

  // Remembers an answer without anything in it to a request without anything in it. Others are
  // not remembered.
  void remember(const Author& replica, const crypto::PublicKey& key, const Used& used,
                const protocol::SyncRequest& request, const protocol::SyncResponse& answer,
                const IdleBasis& basis);

  // The key to check a signature with before anything else is looked at; nothing when what is known
  // of the replica does not hold any more, or the counter was used.
  std::optional<crypto::PublicKey> key_for(const protocol::RequestProof& proof,
                                           const IdleBasis& basis) const;
  // The answer to the same question as before, if it still holds; notes the counter. Nothing for
  // another question.
  std::optional<protocol::SyncResponse> repeat(const Author& replica, const Used& used,
                                               const protocol::SyncRequest& request,
                                               const IdleBasis& basis);
  // When the epoch changes: no answer of the one before is given any more.
  void clear();

 private:
  struct Entry {
    crypto::PublicKey key{};
    Used used;
    protocol::SyncRequest request;
    protocol::SyncResponse answer;
    IdleBasis basis;
    bool holds(const IdleBasis& at, std::uint64_t counter) const;
  };
  mutable std::mutex mutex_;
  std::map<Author, Entry> entries_;
};

// Whether a request brings and an answer gives nothing at all.
bool is_idle(const protocol::SyncRequest& request);
bool is_idle(const protocol::SyncResponse& answer);

}  // namespace nhip::server
