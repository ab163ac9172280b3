#pragma once

#include "log/snapshot.hpp"

#include <string>
#include <vector>

namespace merganser {

//! What differs between a version as a checkpoint has it and as the commits have it, a sentence each; at most a few for
//! files, and how many more.
std::vector<std::string> CompareVersions(const Snapshot &of_checkpoint, const Snapshot &of_commits);

} // namespace merganser
