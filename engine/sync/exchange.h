// Exchange: one signed request and its proven answer.
#pragma once

#include <string>

#include "crypto/keys.h"
#include "nhip/transport.h"
#include "protocol/encoding.h"
#include "replica/store.h"

namespace nhip::sync_driver {

struct Reply {
  protocol::SyncResponse message;
  std::uint64_t bytes_up = 0, bytes_down = 0;
};

// How this device speaks to its centre: as the centre was heard to speak last. It is told at the
// enrolment, and again by the encoding of every answer, so a centre that was updated or put back is
// followed without a question of its own.
class Manner {
 public:
  // `json`: in that way, whatever the centre can.
  static Result<Manner> of(replica::Store& store, bool json);

  const protocol::Speech& speech() const { return speech_; }
  bool fixed() const { return fixed_; }
  // What a refusal asks for: less. False when there is nothing less.
  bool step_down(const Status& refusal);
  // What an answer showed, kept for the next sync.
  Status heard(replica::Store& store, protocol::Encoding encoding);

 private:
  protocol::Speech speech_;
  bool fixed_ = false;
  bool known_ = false;  // what the store says
};
// What the enrolment answer said; within a transaction.
Status note_binary(replica::Store& store, bool speaks);

// Sends `request` to `server` and returns the centre's answer. An answer that is damaged, unsigned
// or not the centre's is kUnavailable "not_the_centre": a captive portal's page is never success.
Result<Reply> exchange(replica::Store& store, Transport& transport, const crypto::KeyPair& key,
                       const std::string& server, const protocol::SyncRequest& request,
                       Manner& manner);

// kUnavailable: the answer is nobody's we know.
Status not_the_centre();

// The status that an error answer with this HTTP status stands for.
Status status_of(int http_status, const protocol::ErrorAnswer& error);

}  // namespace nhip::sync_driver
