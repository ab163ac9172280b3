#pragma once

#include "log/log_inventory.hpp"
#include "protocol/table_configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! PROTOCOL.md, "Metadata Cleanup". Midnight (UTC) of the day up to which the log may be forgotten; nullopt where the
//! table keeps its log (delta.enableExpiredLogCleanup, delta.logRetentionDuration).
std::optional<int64_t> LogCutoff(const TableConfiguration &configuration, int64_t now_ms);

//! The files of a log that may go: everything in front of a checkpoint.
struct LogCleanupPlan {
	//! Its files and its commit stay, as does everything after it.
	int64_t kept_checkpoint = -1;
	//! In the order in which they are deleted: what is left at any time is a log that begins later.
	std::vector<std::string> files;
};

//! `cutoff_version`: the newest version that is not younger than the cutoff. nullopt where there is nothing to delete,
//! or where it may not be: without a complete checkpoint at or before that version, with a gap in the commits after it,
//! or where the checkpoint protection of the table begins later (PROTOCOL.md, "Checkpoint Protection").
std::optional<LogCleanupPlan> PlanLogCleanup(const std::vector<ObjectInfo> &listing, int64_t cutoff_version,
                                             const TableConfiguration &configuration);

//! The checkpoint with which the log will begin, where neither it nor a later one has a name that clients without V2
//! checkpoints look for: without version 0 these find no table at all. nullopt where they find one.
std::optional<LogFile> CheckpointToCopy(const LogInventory &inventory, int64_t kept_checkpoint);

//! The sidecars that no checkpoint names and that no checkpoint which is being written may be about to name: those
//! older than a day. `referenced`: paths in the store.
std::vector<std::string> PlanSidecarCleanup(const std::vector<ObjectInfo> &sidecars,
                                            std::vector<std::string> referenced, int64_t now_ms);

} // namespace merganser
