// Identity: certificates, copies that go on as replicas of their own, and replicas that a centre
// put back from a backup does not know any more.
#pragma once

#include "centre/centre.h"

namespace nhip::server {

// The centre's word on it, signed.
protocol::Certificate certify(Centre& centre, const Device& device, const ReplicaRecord& replica);

// `proof` is the request's header, `body` what it signed. A repeat gets the same answer.
// kUnauthenticated bad_certificate, bad_signature, device_revoked; kConflict replica_taken.
Result<protocol::IdentityAnswer> give_identity(Centre& centre, const protocol::RequestProof& proof,
                                               std::span<const std::uint8_t> body,
                                               const protocol::IdentityRequest& request,
                                               std::int64_t now);

// What the leads of a unit should know of its devices, of the last 30 days.
Result<std::vector<protocol::Notice>> notices_for(Centre& centre, const std::string& unit_id,
                                                  std::int64_t now);

}  // namespace nhip::server
