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

//! A version, or the first available one where that is later than the wanted time.
struct FoundVersion {
	int64_t version = 0;
	//! Of the first available version, when it is later.
	std::optional<int64_t> too_late_ms;
};

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
FoundVersion SearchFileTimes(const std::vector<DatedCommit> &commits, size_t end, int64_t wanted_ms) {
	auto after = std::upper_bound(commits.begin(), commits.begin() + ptrdiff_t(end), wanted_ms,
	                              [](int64_t wanted, auto &commit) { return wanted < commit.timestamp_ms; });
	if (after == commits.begin()) {
		return {commits[0].file->version, commits[0].timestamp_ms};
	}
	return {std::prev(after)->file->version, std::nullopt};
}

FoundVersion FindVersion(const TableLocation &location, LogContext context, int64_t timestamp_ms) {
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
		return SearchFileTimes(commits, commits.size(), timestamp_ms);
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
		return {SearchInCommit(location, commits, begin, timestamp_ms), std::nullopt};
	}
	if (begin == 0) {
		return {commits[0].file->version, first_ms};
	}
	return SearchFileTimes(commits, begin, timestamp_ms);
}

} // namespace

int64_t VersionAtTimestamp(const TableLocation &location, LogContext context, int64_t timestamp_ms) {
	const auto found = FindVersion(location, context, timestamp_ms);
	if (found.too_late_ms) {
		throw Error(ErrorKind::NOT_FOUND, "table '" + location.name + "' has no version at timestamp " +
		                                      UtcText(timestamp_ms) + ": the first available one is version " +
		                                      std::to_string(found.version) + " at " + UtcText(*found.too_late_ms));
	}
	return found.version;
}

int64_t FirstVersionFromTimestamp(const TableLocation &location, LogContext context, int64_t timestamp_ms) {
	const auto before = FindVersion(location, context, timestamp_ms - 1);
	return before.too_late_ms ? before.version : before.version + 1;
}

} // namespace merganser
