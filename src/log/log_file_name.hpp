#pragma once

#include "log/log_listing.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! Names of the files in `_delta_log` (PROTOCOL.md, "Delta Log Entries", "Checkpoints"). ParseLogFileName is the
//! inverse.

//! 20 digits, zero-padded. Requires: version >= 0.
std::string VersionText(int64_t version);
std::string ClassicCheckpointPath(const TableLocation &location, int64_t version);
//! Part `part` (from 1 on) of `parts`.
std::string CheckpointPartPath(const TableLocation &location, int64_t version, uint32_t part, uint32_t parts);
//! Of the JSON file that a V2 checkpoint begins with.
std::string V2CheckpointPath(const TableLocation &location, int64_t version, const std::string &uuid);
std::string SidecarFolder(const TableLocation &location);
//! Of the commits from `first` to `last` (PROTOCOL.md, "Log Compaction Files").
std::string CompactedPath(const TableLocation &location, int64_t first, int64_t last);
std::string ChecksumPath(const TableLocation &location, int64_t version);
std::string LastCheckpointPath(const TableLocation &location);

} // namespace merganser
