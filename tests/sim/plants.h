// Plants: bugs put into a build of the engine and the centre that nobody delivers, to see that the
// simulation finds them. The places in the sources say NHIP_PLANTED(name) (engine/core/planted.h).
#pragma once

#include <string_view>
#include <vector>

namespace nhip::sim {

struct Plant {
  std::string_view name;
  std::string_view what;
};

const std::vector<Plant>& all_plants();
// The one that is active from now on; empty = none.
void set_plant(std::string_view name);
// Whether this program was built with them.
bool has_plants();

}  // namespace nhip::sim
