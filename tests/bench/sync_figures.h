// What a sync costs: first upload and download, a sync with nothing to do, and what the bookkeeping
// of both ends weighs once everything is synced.
#pragma once

#include <string>

#include "bench/local_figures.h"
#include "bench/measure.h"

namespace nhip::bench {

// A real listener on loopback and the real HTTP transport, in this process; no TLS. `folder` is
// empty.
void sync_figures(const std::string& folder, const Sizes& sizes, Report& report);

}  // namespace nhip::bench
