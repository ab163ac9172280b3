#pragma once

#include "log/snapshot.hpp"
#include "protocol/file_statistics.hpp"

namespace merganser {

//! What is known of a file's statistics, for all data leaves of the snapshot's table, whether its log entry came from a
//! commit or from a checkpoint. Throws what reading the checkpoint throws.
FileStatistics HeldStatistics(const Snapshot &snapshot, FileRef file);

//! The file's add action with its statistics (FileBatch::ToAddFile leaves them out where the batch does not hold the
//! text); without any where not even the number of records is known.
AddFile AddFileWithStatistics(const Snapshot &snapshot, FileRef file);

} // namespace merganser
