#pragma once

#include "row_world.hpp"

#include <cstdint>

namespace merganser {

//! A number in the environment, such as SIM_SEED.
uint64_t NumberFromEnvironment(const char *name, uint64_t otherwise);

//! Every store call (where the scheduler kept them) and every transaction, on standard output.
void PrintRun(const RowWorld &world);

} // namespace merganser
