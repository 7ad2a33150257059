// Exchange: one signed request and its proven answer.
#pragma once

#include <string>

#include "crypto/keys.h"
#include "nhip/transport.h"
#include "protocol/messages.h"
#include "replica/store.h"

namespace nhip::sync_driver {

struct Reply {
  protocol::SyncResponse message;
  std::uint64_t bytes_up = 0, bytes_down = 0;
};

// Sends `request` to `server` and returns the centre's answer. An answer that is damaged, unsigned
// or not the centre's is kUnavailable "not_the_centre": a captive portal's page is never success.
Result<Reply> exchange(replica::Store& store, Transport& transport, const crypto::KeyPair& key,
                       const std::string& server, const protocol::SyncRequest& request);

// kUnavailable: the answer is nobody's we know.
Status not_the_centre();

// The status that an error answer with this HTTP status stands for.
Status status_of(int http_status, const protocol::ErrorAnswer& error);

}  // namespace nhip::sync_driver
