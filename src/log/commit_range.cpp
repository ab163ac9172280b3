#include "log/commit_range.hpp"

#include "base/error.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"

namespace merganser {

namespace {

//! The last commit before `end` that is missing, plus one: from there on nothing is missing.
int64_t FirstUnbroken(const LogInventory &inventory, int64_t end) {
	int64_t first = end;
	while (inventory.commits.count(first - 1)) {
		first--;
	}
	return first;
}

void CheckComplete(const TableLocation &location, const LogInventory &inventory, VersionRange range) {
	const auto first = FirstUnbroken(inventory, range.last + 1);
	if (first <= range.first) {
		return;
	}
	const auto missing = "table '" + location.name + "': the commit of version " + std::to_string(first - 1) +
	                     " is no longer in the log, so that its changes are not known";
	throw Error(ErrorKind::NOT_FOUND,
	            first > range.last ? missing
	                               : missing + ". Read the changes from version " + std::to_string(first) + " on");
}

} // namespace

void ReadCommits(const TableLocation &location, VersionRange range, const CancelToken &cancel,
                 const std::function<void(RangedCommit &&commit)> &visit) {
	const auto inventory = LogInventory::List(location);
	CheckComplete(location, inventory, range);
	const auto file_times = inventory.FileTimes();
	for (auto version = range.first; version <= range.last; version++) {
		cancel.Check();
		RangedCommit commit;
		commit.version = version;
		commit.timestamp_ms = file_times.at(version);
		commit.actions = ReadLogFile(location, inventory.commits.at(version));
		for (auto &action : commit.actions) {
			const auto *info = std::get_if<CommitInfo>(&action);
			if (info && info->in_commit_timestamp) {
				commit.timestamp_ms = *info->in_commit_timestamp;
			}
		}
		visit(std::move(commit));
	}
}

} // namespace merganser
