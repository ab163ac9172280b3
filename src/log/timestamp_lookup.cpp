#include "base/clock.hpp"
#include "base/error.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "log/snapshot.hpp"

#include <algorithm>

namespace merganser {

namespace {

int64_t InCommitTimestamp(const TableLocation &location, const LogFile &commit) {
	auto info = ReadCommitInfo(location, commit);
	if (!info || !info->in_commit_timestamp) {
		throw Error(ErrorKind::CORRUPT, "table '" + location.name +
		                                    "': in-commit timestamps are enabled, but version " +
		                                    std::to_string(commit.version) + " has none");
	}
	return *info->in_commit_timestamp;
}

[[noreturn]] void ThrowBefore(const TableLocation &location, int64_t wanted_ms, int64_t version, int64_t timestamp_ms) {
	throw Error(ErrorKind::NOT_FOUND, "table '" + location.name + "' has no version at timestamp " +
	                                      UtcText(wanted_ms) + ": the first available one is version " +
	                                      std::to_string(version) + " at " + UtcText(timestamp_ms));
}

//! The last commit of [begin, end) at or before the timestamp, by in-commit timestamps: they ascend. Requires: the
//! first one is.
int64_t SearchInCommit(const TableLocation &location, const std::vector<DatedCommit> &commits, size_t begin,
                       int64_t wanted_ms) {
	size_t low = begin;
	size_t high = commits.size();
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		(InCommitTimestamp(location, *commits[middle].file) <= wanted_ms ? low : high) = middle;
	}
	return commits[low].file->version;
}

//! The last commit of [0, end) whose file is not younger. Requires: end > 0.
int64_t SearchFileTimes(const TableLocation &location, const std::vector<DatedCommit> &commits, size_t end,
                        int64_t wanted_ms) {
	auto after = std::upper_bound(commits.begin(), commits.begin() + ptrdiff_t(end), wanted_ms,
	                              [](int64_t wanted, auto &commit) { return wanted < commit.timestamp_ms; });
	if (after == commits.begin()) {
		ThrowBefore(location, wanted_ms, commits[0].file->version, commits[0].timestamp_ms);
	}
	return std::prev(after)->file->version;
}

} // namespace

int64_t VersionAtTimestamp(const TableLocation &location, LogContext context, int64_t timestamp_ms) {
	const auto inventory = LogInventory::List(location);
	const auto commits = inventory.DatedCommits();
	if (commits.empty()) {
		// Says what is wrong with the table, if something is.
		const auto version = ListLogSegment(location).version;
		throw Error(ErrorKind::NOT_FOUND, "table '" + location.name +
		                                      "' has no commit left that tells a time; its newest version is " +
		                                      std::to_string(version));
	}
	auto &last = commits.back();
	const auto last_info = ReadCommitInfo(location, *last.file);
	if (!last_info || !last_info->in_commit_timestamp) {
		return SearchFileTimes(location, commits, commits.size(), timestamp_ms);
	}
	// PROTOCOL.md, "In-Commit Timestamps", recommendations for readers: where the feature was enabled mid-life, commits
	// before that version are dated by their files. Without the two properties it has been enabled since the table's
	// creation.
	const auto configuration = LoadSnapshot(location, context, last.file->version)->configuration;
	const auto first_version = configuration->PropertyInt("delta.inCommitTimestampEnablementVersion", 0);
	auto first = std::find_if(commits.begin(), commits.end(),
	                          [&](auto &commit) { return commit.file->version >= first_version; });
	const auto begin = size_t(first - commits.begin());
	Verify(begin < commits.size(), "the newest version has an in-commit timestamp");
	const auto first_ms = InCommitTimestamp(location, *commits[begin].file);
	if (timestamp_ms >= first_ms) {
		return SearchInCommit(location, commits, begin, timestamp_ms);
	}
	if (begin == 0) {
		ThrowBefore(location, timestamp_ms, commits[0].file->version, first_ms);
	}
	return SearchFileTimes(location, commits, begin, timestamp_ms);
}

} // namespace merganser
