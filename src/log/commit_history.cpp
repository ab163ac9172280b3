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
	std::vector<HistoryEntry> entries;
	for (auto commit = inventory.commits.rbegin(); commit != inventory.commits.rend(); ++commit) {
		if (limit && entries.size() >= *limit) {
			break;
		}
		HistoryEntry entry;
		entry.version = commit->first;
		entry.timestamp_ms = commit->second.modified_ms;
		try {
			entry.info = ReadCommitInfo(location, commit->second);
		} catch (const Error &error) {
			// Cleaned up since the listing, and all older ones with it.
			if (error.kind == ErrorKind::NOT_FOUND) {
				break;
			}
			throw;
		}
		if (entry.info) {
			entry.timestamp_ms =
			    entry.info->in_commit_timestamp.value_or(entry.info->timestamp.value_or(entry.timestamp_ms));
		}
		entries.push_back(std::move(entry));
	}
	return entries;
}

} // namespace merganser
