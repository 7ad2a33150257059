// Shrink: leaves out events of a failing script as long as the same check still fails.
#pragma once

#include <functional>
#include <string>

#include "sim/script.h"

namespace nhip::sim {

// `fails` plays a script and names the first check that fails, "" for none.
Script shrink(Script script, const std::string& check,
              const std::function<std::string(const Script&)>& fails);

}  // namespace nhip::sim
