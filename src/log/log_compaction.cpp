#include "log/log_compaction.hpp"

#include "base/outcome.hpp"
#include "log/checkpoint_writer.hpp"
#include "log/commit_append.hpp"
#include "log/log_file_name.hpp"
#include "log/log_replay.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace merganser {

namespace {

constexpr const char *INTERVAL_PROPERTY = "merganser.logCompactionInterval";
//! Of the commits together. More of them are read as fast one by one, and the next checkpoint is better.
constexpr uint64_t COMMIT_BYTES_MAX = 32ull << 20;

//! Empty where they are not all there.
std::vector<LogFile> CommitsOf(const LogSegment &segment, CompactedRange range) {
	std::vector<LogFile> commits;
	uint64_t bytes = 0;
	for (const auto &file : segment.commits) {
		if (file.kind == LogFileKind::COMMIT && file.version >= range.first && file.version <= range.last) {
			bytes += file.size_bytes;
			commits.push_back(file);
		}
	}
	const bool is_whole = commits.size() == size_t(range.last - range.first + 1);
	return is_whole && bytes <= COMMIT_BYTES_MAX ? commits : std::vector<LogFile>();
}

std::vector<Action> ActionsOf(LogReplay replay) {
	std::vector<Action> actions;
	if (replay.protocol) {
		actions.emplace_back(std::move(*replay.protocol));
	}
	if (replay.metadata) {
		actions.emplace_back(std::move(*replay.metadata));
	}
	for (auto &entry : replay.transactions) {
		actions.emplace_back(std::move(entry.second));
	}
	for (auto &entry : replay.domains) {
		actions.emplace_back(std::move(entry.second));
	}
	for (auto &removed : replay.removes) {
		actions.emplace_back(std::move(removed));
	}
	for (auto &committed : replay.TakeFiles()) {
		actions.emplace_back(std::move(committed.file));
	}
	return actions;
}

} // namespace

std::optional<CompactedRange> DueCompaction(const Snapshot &snapshot) {
	const auto interval = snapshot.configuration->PropertyInt(INTERVAL_PROPERTY, 0);
	if (interval < 2 || snapshot.version % interval != 0) {
		return std::nullopt;
	}
	const CompactedRange range {std::max(snapshot.version - interval, KnownCheckpoint(snapshot) + 1),
	                            snapshot.version - 1};
	return range.first < range.last ? std::optional<CompactedRange>(range) : std::nullopt;
}

void WriteCompactedCommits(const Snapshot &snapshot, LogContext context, CompactedRange range) {
	const auto &location = snapshot.location;
	const auto segment = ListLogSegment(location, snapshot.version);
	if (WasReplaced(snapshot, segment)) {
		return;
	}
	const auto commits = CommitsOf(segment, range);
	LogReplay replay(true);
	replay.ApplyFiles(location, commits, context.cancel);
	const auto actions = ActionsOf(std::move(replay));
	if (actions.empty()) {
		return;
	}
	switch (location.store->PutIfAbsent(CompactedPath(location, range.first, range.last), EncodeCommit(actions))) {
	case PutOutcome::WRITTEN:
	case PutOutcome::EXISTS:
	case PutOutcome::UNKNOWN:
		// Readers do without it.
		return;
	}
}

} // namespace merganser
