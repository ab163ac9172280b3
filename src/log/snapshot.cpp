#include "log/snapshot.hpp"

#include "base/error.hpp"
#include "log/checkpoint_reader.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "log/snapshot_build.hpp"

namespace merganser {

namespace {

//! Clean-up may remove files between the listing and the reading; more often than this it is no coincidence.
constexpr uint32_t LOAD_ATTEMPTS_MAX = 3;

uint64_t TotalBytes(const std::vector<CommittedFile> &files) {
	uint64_t bytes = 0;
	for (auto &committed : files) {
		bytes += uint64_t(std::max<int64_t>(committed.file.size, 0));
	}
	return bytes;
}

FileList BuildFiles(std::vector<CheckpointPart> parts, LogReplay &replay, const TableConfigurationPtr &configuration) {
	FileListBuilder builder {FileList()};
	for (auto &part : parts) {
		auto dead = part.rows->DeadRows();
		const auto live_count = part.rows->LiveCount();
		const auto live_bytes = part.rows->LiveBytes();
		auto batch = std::make_shared<CheckpointBatch>(part.columns, std::move(part.origin), configuration);
		builder.Append(std::move(batch), std::move(dead), live_count, live_bytes);
		part.rows.reset();
	}
	builder.Remove(replay.keys);
	auto files = replay.TakeFiles();
	if (!files.empty()) {
		builder.Append(MakeCommitBatch(files, configuration), nullptr, files.size(), TotalBytes(files));
	}
	return builder.Take();
}

//! The in-commit timestamp of the last commit where the replay did not read that commit itself.
void CompleteTimestamp(const LogSegment &segment, const LogReplay &replay, Snapshot &snapshot) {
	if (!segment.last_commit) {
		snapshot.timestamp_ms = segment.checkpoint.empty() ? 0 : segment.checkpoint.front().modified_ms;
		return;
	}
	if (replay.newest_commit_info || !snapshot.configuration->InCommitTimestampsEnabled()) {
		return;
	}
	auto info = ReadCommitInfo(snapshot.location, *segment.last_commit);
	if (info && info->in_commit_timestamp) {
		snapshot.timestamp_ms = *info->in_commit_timestamp;
	}
}

SnapshotPtr LoadSegment(const TableLocation &location, LogContext context, const LogSegment &segment,
                        std::shared_ptr<LogMemo> memo) {
	LogReplay replay;
	replay.ApplyFiles(location, segment.commits, context.cancel);
	std::vector<CheckpointPart> parts;
	if (!segment.checkpoint.empty()) {
		parts = ReadCheckpointParts(location, context, segment.checkpoint, replay);
	}
	memo->RememberCheckpoint(segment.checkpoint_version);
	SnapshotEnd end {segment.version, segment.last_commit, segment.checkpoint_version, std::move(memo)};
	auto snapshot = BuildSnapshot(location, nullptr, replay, std::move(end));
	CompleteTimestamp(segment, replay, *snapshot);
	snapshot->files = BuildFiles(std::move(parts), replay, snapshot->configuration);
	return snapshot;
}

std::shared_ptr<LogMemo> NewMemo() {
	return std::make_shared<LogMemo>(std::make_shared<std::atomic<int64_t>>(-1));
}

} // namespace

SnapshotPtr LoadPastCheckpoint(const TableLocation &location, LogContext context, int64_t version) {
	auto inventory = LogInventory::List(location);
	inventory.checkpoints.erase(version);
	int64_t missing = -1;
	const auto segment = inventory.TrySegment(version, missing);
	return segment ? LoadSegment(location, context, *segment, NewMemo()) : nullptr;
}

SnapshotPtr LoadSnapshot(const TableLocation &location, LogContext context, std::optional<int64_t> version) {
	for (uint32_t attempt = 1;; attempt++) {
		// Before the listing: what happens after it then shows as another stamp.
		auto stamp = version ? std::nullopt : location.store->FolderStamp(location.LogFolder());
		const auto segment = ListLogSegment(location, version);
		auto memo = NewMemo();
		memo->RememberStamp(std::move(stamp));
		try {
			return LoadSegment(location, context, segment, std::move(memo));
		} catch (const Error &error) {
			if (error.kind != ErrorKind::NOT_FOUND) {
				throw;
			}
			if (attempt == LOAD_ATTEMPTS_MAX) {
				throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': version " +
				                                    std::to_string(segment.version) +
				                                    " needs a file that is not there: " + error.what());
			}
		}
	}
}

} // namespace merganser
