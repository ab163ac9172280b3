#pragma once

#include "row_world.hpp"

#include <string>
#include <vector>

namespace merganser {

//! Judges a finished run by the bytes of its log, its files and what its clients saw, with a replay of its own:
//! executed one after the other in the order of their commits, the transactions give every version's rows and every
//! client's results. Returns what is wrong, one sentence each.
std::vector<std::string> CheckSerial(const RowWorld &world);

//! The rows of the newest version, as the checker reads them.
Rows FinalRows(const RowWorld &world);

} // namespace merganser
