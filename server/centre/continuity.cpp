#include "centre/continuity.h"

#include <algorithm>
#include <map>

#include "core/bytes.h"
#include "protocol/token.h"

namespace nhip::server {

namespace {

using Tokens = std::map<std::uint64_t, std::string>;  // by the last operation they stand for

Tokens known_tokens(const ReplicaRecord& replica) {
  Tokens tokens;
  core::Reader in(replica.recent_tokens);
  while (in.left() > 0 && in.ok()) {
    const std::uint64_t seq = in.varint();
    tokens[seq] = in.text();
  }
  tokens[replica.received_seq] = replica.token;
  return tokens;
}

// Those of this request, from where it began.
Tokens tokens_of(const protocol::SyncRequest& request) {
  Tokens tokens{{request.received, request.token}};
  std::string token = request.token;
  for (const core::Group& group : request.push) {
    token = protocol::next_token(token, group);
    tokens[group.operations.back().seq] = token;
  }
  return tokens;
}

Status new_identity() {
  return {Code::kConflict, "new_identity",
          "Another copy of this replica has been here; this one goes on under a name of its own.",
          "Its work is kept. The program does this by itself: sync again."};
}

}  // namespace

Status check_continuity(const protocol::SyncRequest& request, const std::string& epoch,
                        ReplicaRecord& replica) {
  if (replica.epoch != epoch && request.received > replica.received_seq) {
    replica.received_seq = request.received;
    replica.token = request.token;
    replica.recent_tokens.clear();
  }
  replica.epoch = epoch;
  if (!request.push.empty() && request.push.front().operations.front().seq != request.received + 1)
    return {Code::kMalformed, "bad_message", "The groups do not follow what was received."};
  const Tokens known = known_tokens(replica);
  const Tokens told = tokens_of(request);
  if (request.received > replica.received_seq) return new_identity();
  // A token proves everything before it, so the last one that lies behind us has to be known.
  bool proven = false;
  for (const auto& [seq, token] : told) {
    if (seq > replica.received_seq) break;
    const auto found = known.find(seq);
    proven = found != known.end() && found->second == token;
    if (found != known.end() && !proven) return new_identity();
  }
  if (!proven) return new_identity();
  // A group may neither begin before nor end behind what was received.
  if (told.rbegin()->first > replica.received_seq && told.count(replica.received_seq) == 0)
    return new_identity();
  if (!request.push.empty() && request.token_next != told.rbegin()->second)
    return {Code::kMalformed, "bad_message", "The groups do not add up to their token."};
  return {};
}

bool is_outdated(const protocol::SyncRequest& request, const ReplicaRecord& replica) {
  const Tokens told = tokens_of(request);
  if (told.rbegin()->first > replica.received_seq) return false;
  const Tokens known = known_tokens(replica);
  return std::none_of(told.begin(), told.end(), [&](const auto& each) {
    const auto found = known.find(each.first);
    return found != known.end() && found->second == each.second;
  });
}

void move_token(const protocol::SyncRequest& request, ReplicaRecord& replica) {
  const Tokens told = tokens_of(request);
  if (told.rbegin()->first < replica.received_seq || request.push.empty()) return;
  replica.token = told.rbegin()->second;
  core::Writer out;
  for (const auto& [seq, token] : told) {
    out.varint(seq);
    out.text(token);
  }
  replica.recent_tokens = out.take();
}

}  // namespace nhip::server
