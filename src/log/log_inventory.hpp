#pragma once

#include "log/log_listing.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

struct DatedCommit {
	const LogFile *file;
	//! When the file was written, made monotonic: what AT (TIMESTAMP => …) goes by without in-commit timestamps.
	int64_t timestamp_ms;
};

//! What a listing of `_delta_log` shows, or its end.
class LogInventory {
public:
	//! Lists the log; with `first_version` only from that version's files on. A list is no snapshot of the folder: of
	//! commits that come while it is made, a later one may be in it without an earlier one. A list with a gap is
	//! therefore made again: what the first one had, and all before it, is in the second if it is there.
	static LogInventory List(const TableLocation &location, std::optional<int64_t> first_version = std::nullopt);
	//! Of such a listing.
	static LogInventory Of(const std::vector<ObjectInfo> &listing);

	//! True when there is no commit and no complete checkpoint.
	bool IsEmpty() const {
		return commits.empty() && checkpoints.empty();
	}
	//! True when the listing showed nothing at all, not even files of other kinds.
	bool ShowedNothing() const {
		return entry_count == 0;
	}
	//! The newest version with a commit or a complete checkpoint. Requires: not IsEmpty.
	int64_t Newest() const;
	//! The oldest version that can be read: with a complete checkpoint, or 0 with its commit. nullopt when there is
	//! none.
	std::optional<int64_t> OldestReadable() const;
	//! The newest complete checkpoint at or before `version`; -1 without.
	int64_t CheckpointAtOrBefore(int64_t version) const;
	//! The files for `version` from its newest checkpoint on; nullopt when a version is missing, which is then in
	//! `missing`.
	std::optional<LogSegment> TrySegment(int64_t version, int64_t &missing) const;

	//! The commits whose versions can be read, ascending.
	//! They point into the inventory, which must live longer.
	std::vector<DatedCommit> DatedCommits() const &;
	std::vector<DatedCommit> DatedCommits() const && = delete;
	//! The newest version at or before `time_ms` by the times of the files; -1 without.
	int64_t NewestByFileTime(int64_t time_ms) const;
	//! By version, for every commit: as above, the file's own time where the version cannot be read.
	std::map<int64_t, int64_t> FileTimes() const;

	std::map<int64_t, LogFile> commits;
	//! Complete ones: one file, or all parts in order.
	std::map<int64_t, std::vector<LogFile>> checkpoints;

private:
	//! True when a commit is missing in front of one that is there.
	bool HasGap(std::optional<int64_t> first_version) const;
	//! Of the commits after `version`, drops those that do not follow it without a gap.
	void DropBehindGap(int64_t version);
	void AddCheckpoint(const LogFile &file, std::map<std::pair<int64_t, uint32_t>, std::map<uint32_t, LogFile>> &parts);
	//! The compacted file that begins at `first` and ends latest, not after `last`; nullptr without.
	const LogFile *CompactedFrom(int64_t first, int64_t last) const;

	std::map<int64_t, std::vector<LogFile>> compacted;
	size_t entry_count = 0;
};

//! The log from `version`'s own files on.
struct LogTail {
	//! The commit file of `version`, where it is still there.
	std::optional<LogFile> anchor;
	//! The commits after it, contiguous.
	std::vector<LogFile> commits;
	//! True when later commits are there behind a gap.
	bool has_gap = false;
	//! The newest complete checkpoint seen; -1 without.
	int64_t newest_checkpoint = -1;
};
LogTail ListLogTail(const TableLocation &location, int64_t version);

} // namespace merganser
