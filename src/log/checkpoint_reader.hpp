#pragma once

#include "log/checkpoint_columns.hpp"
#include "log/log_replay.hpp"
#include "log/snapshot.hpp"
#include "log/stored_batch.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! The files of one Parquet part of a checkpoint (or its sidecars), before the table's configuration is known.
struct CheckpointPart {
	std::unique_ptr<CheckpointColumns> rows;
	FileColumnsPtr columns;
	CheckpointOrigin origin;
};

//! Reads a checkpoint of any kind with its sidecars. Actions other than files of Parquet rows go into `replay`, which
//! must have seen all later commits; files of a JSON checkpoint too. Throws NOT_FOUND, CORRUPT, CANCELLED,
//! OUT_OF_MEMORY.
std::vector<CheckpointPart> ReadCheckpointParts(const TableLocation &location, LogContext context,
                                                const std::vector<LogFile> &checkpoint, LogReplay &replay);

//! Where the rows of a checkpoint go. `rows` is called from several threads at once.
struct CheckpointTaker {
	//! Of a JSON checkpoint.
	std::function<void(std::vector<Action> &&)> actions;
	std::function<void(CheckpointRows &)> rows;
};
//! Reads the files of a checkpoint of any kind and its sidecars, which are followed and not given. What is read of
//! Parquet files is `request`'s (its files are not looked at). Throws NOT_FOUND, CORRUPT, CANCELLED, OUT_OF_MEMORY.
void ReadCheckpointRows(const TableLocation &location, LogContext context, const std::vector<LogFile> &checkpoint,
                        CheckpointReadRequest request, const CheckpointTaker &taker);
//! The sidecars that the top file of a checkpoint names.
std::vector<Sidecar> ReadSidecars(const TableLocation &location, LogContext context, const LogFile &checkpoint);

//! Store paths of the sidecars. Throws CORRUPT for one outside of `_delta_log/_sidecars`.
std::vector<std::string> SidecarPaths(const TableLocation &location, const std::vector<Sidecar> &sidecars);

} // namespace merganser
