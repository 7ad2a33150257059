// Continuity: does a request go on where its replica was left?
//
// The token of a request stands for everything the replica had received (protocol/token.h). It must
// be one that this centre gave out: the latest, or one of the newest request that brought
// something, whose answer may have been lost. Groups that come again must lead to the tokens they
// led to before. Anything else is a copy, or a replica put back from one: it is told to go on under
// another name, before anything of it is taken.
#pragma once

#include "centre/centre.h"

namespace nhip::server {

// Also adopts, once per epoch, what a replica says it had received: the centre was put back from a
// backup and cannot know. kConflict "new_identity"; kMalformed when the request contradicts itself.
Status check_continuity(const protocol::SyncRequest& request, const std::string& epoch,
                        ReplicaRecord& replica);

// All it brings was here before, and newer work since: a bundle that was overtaken.
bool is_outdated(const protocol::SyncRequest& request, const ReplicaRecord& replica);

// After the groups of `request` were taken.
void move_token(const protocol::SyncRequest& request, ReplicaRecord& replica);

}  // namespace nhip::server
