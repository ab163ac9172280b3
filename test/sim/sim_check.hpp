#pragma once

#include "sim_world.hpp"

#include <string>
#include <vector>

namespace merganser {

//! Judges a finished run by the bytes of its log alone, with a replay of its own. Returns what is wrong, one sentence
//! each.
std::vector<std::string> CheckRun(const SimWorld &world);

} // namespace merganser
