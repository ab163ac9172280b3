#pragma once

#include "log/snapshot.hpp"

#include <cstdint>
#include <optional>

namespace merganser {

//! Versions of neighbouring commits, both ends among them.
struct CompactedRange {
	int64_t first = 0;
	int64_t last = 0;
};

//! The commits that are to be one file after the snapshot's: where the table has `merganser.logCompactionInterval` = n
//! above 1, those before every n-th version, as far as no checkpoint has them. Never the newest one, whose commitInfo
//! readers need. nullopt: none.
std::optional<CompactedRange> DueCompaction(const Snapshot &snapshot);

//! Writes them as one file, which a reader takes instead of them (PROTOCOL.md, "Log Compaction Files"): what a newer
//! commit of the range superseded is left out, removes stay, commitInfo and cdc go. The commits stay. Does nothing
//! where they are too many bytes for a file that is held in memory, or no longer all there. Safe against other writers.
//! Throws what the store throws, CORRUPT.
void WriteCompactedCommits(const Snapshot &snapshot, LogContext context, CompactedRange range);

} // namespace merganser
