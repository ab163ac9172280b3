#pragma once

#include "log/table_location.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

enum class LogFileKind { COMMIT, CHECKPOINT_CLASSIC, CHECKPOINT_PART, CHECKPOINT_UUID, COMPACTED, CHECKSUM };

//! One recognised file of `_delta_log`.
struct LogFile {
	LogFileKind kind = LogFileKind::COMMIT;
	int64_t version = 0;
	//! COMPACTED: last version.
	int64_t version_end = 0;
	//! CHECKPOINT_PART: 1-based part and number of parts.
	uint32_t part = 0;
	uint32_t parts = 0;
	//! CHECKPOINT_UUID: JSON rather than Parquet.
	bool is_json = false;
	std::string path;
	uint64_t size_bytes = 0;
	int64_t modified_ms = 0;
};

//! nullopt for a name that the protocol does not define.
std::optional<LogFile> ParseLogFileName(const std::string &path);

//! The files that together give one version: at most one complete checkpoint and the commits after it (PROTOCOL.md,
//! "Table State", "Checkpoints"). Compacted files replace the commits that they cover.
struct LogSegment {
	int64_t version = -1;
	//! -1 without checkpoint.
	int64_t checkpoint_version = -1;
	//! Classic: one; multi-part: all parts in order; V2: the one top file.
	std::vector<LogFile> checkpoint;
	//! COMMIT and COMPACTED files, ascending, contiguous after checkpoint_version up to `version`.
	std::vector<LogFile> commits;
	//! The commit file of `version` where it is still there.
	std::optional<LogFile> last_commit;
};

//! Lists the log from the newest hint (`_last_checkpoint`, never trusted: only a place to start) and chooses the newest
//! complete checkpoint at or before `version` (newest version when nullopt). Throws NOT_FOUND when there is no table
//! (no `_delta_log`, or an empty one: the message says which), NOT_FOUND when the version is in the future or its files
//! were cleaned up (naming the available range), CORRUPT for a gap in the versions.
LogSegment ListLogSegment(const TableLocation &location, std::optional<int64_t> version = std::nullopt);

//! The commits after `after_version`, contiguous. Empty when there is none.
std::vector<LogFile> ListNewCommits(const TableLocation &location, int64_t after_version);

} // namespace merganser
