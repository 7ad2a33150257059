// The records of a feed as the centre gave them to us, for comparing with the centre.
#pragma once

#include <functional>
#include <string>

#include "protocol/reconcile.h"
#include "replica/store.h"

namespace nhip::replica {

// Every record of `feed` that has a state of the centre's, in any order. `cells` only with
// `values`. `each` must not write.
Status each_held(Store& store, const std::string& feed, bool values,
                 const std::function<void(const protocol::Held&)>& each);

}  // namespace nhip::replica
