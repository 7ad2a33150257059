// Where this device stands in the feeds it follows: cursors, and what it holds beyond them.
#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"
#include "replica/store.h"

namespace nhip::replica {

// Follows these feeds too, new ones from their beginning. True when one was new.
Result<bool> follow(Store& store, const std::vector<std::string>& feeds);
// Of the feeds that are not under repair.
Result<std::vector<protocol::FeedRequest>> feed_requests(Store& store);
// Also forgets what is held beyond the cursor and lies behind it now.
Status move_cursor(Store& store, const std::string& feed, const protocol::Cursor& cursor);
// Forgets what is held beyond the cursor.
Status forget_have(Store& store, const std::string& feed);
Status restart_feed(Store& store, const std::string& feed);
// A version of our own at `seq` is held exactly. Ignored for scopes that are no feed here.
Status add_have(Store& store, const std::string& scope, std::uint64_t seq);
Status set_verified(Store& store, const std::string& feed, bool verified);

}  // namespace nhip::replica
