// Planted bugs: NHIP_PLANTED(name) is the constant false, except in the build that tests/sim makes
// to see whether its simulation finds them. No program that is delivered contains one.
#pragma once

#ifdef NHIP_PLANTS
namespace nhip::core {
bool planted(const char* name);  // defined by the simulation
}
#define NHIP_PLANTED(name) ::nhip::core::planted(#name)
#else
#define NHIP_PLANTED(name) false
#endif
