// Names of replicas: a copy takes a new one, a replica the centre lost keeps its own.
#pragma once

#include <string>

#include "nhip/transport.h"
#include "replica/store.h"

namespace nhip::sync_driver {

// A request for /v1/identity that names `asker`, whom the certificate is for.
struct SignedIdentity {
  Author asker;
  std::uint64_t counter = 0;
  std::string authorization;
  Bytes body;
};
// For `name`, whose key is made when there is none yet.
Result<SignedIdentity> sign_identity(replica::Store& store, const Author& name);

enum class Identity { kNew, kSame };

// Shows the centre this replica's certificate. With kNew it goes on under another name and key
// under the same device; what waits to be sent is renumbered and kept. A cut at any point leaves
// either name complete.
Status ask_identity(replica::Store& store, Transport& transport, const std::string& server,
                    Identity which);

}  // namespace nhip::sync_driver
