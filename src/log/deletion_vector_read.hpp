#pragma once

#include "log/snapshot.hpp"
#include "protocol/deletion_vector.hpp"

#include <string>

namespace merganser {

//! Reads one vector of `file`, a file of the snapshot. `where`: "table 'x' version 3". Throws Error naming that and the
//! file: CORRUPT (unreadable, or not as many positions as the log says), IO (not there).
DeletionVector ReadDeletionVector(const Snapshot &snapshot, FileRef file, const DeletionVectorDescriptor &descriptor,
                                  const std::string &where);

} // namespace merganser
