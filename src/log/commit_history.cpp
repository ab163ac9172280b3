#include "log/commit_history.hpp"

#include "base/error.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"

namespace merganser {

std::vector<HistoryEntry> ReadHistory(const TableLocation &location, std::optional<uint64_t> limit) {
	const auto inventory = LogInventory::List(location);
	if (inventory.IsEmpty()) {
		// Throws: there is no table.
		ListLogSegment(location);
	}
	const auto file_times = inventory.FileTimes();
	std::vector<HistoryEntry> entries;
	for (auto commit = inventory.commits.rbegin(); commit != inventory.commits.rend(); ++commit) {
		if (limit && entries.size() >= *limit) {
			break;
		}
		HistoryEntry entry;
		entry.version = commit->first;
		entry.timestamp_ms = file_times.at(commit->first);
		try {
			entry.info = ReadCommitInfo(location, commit->second);
		} catch (const Error &error) {
			// Cleaned up since the listing, and all older ones with it.
			if (error.kind == ErrorKind::NOT_FOUND) {
				break;
			}
			throw;
		}
		if (entry.info && entry.info->in_commit_timestamp) {
			entry.timestamp_ms = *entry.info->in_commit_timestamp;
		}
		entries.push_back(std::move(entry));
	}
	return entries;
}

} // namespace merganser
