#include "upkeep/kept_files_reader.hpp"

#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "log/tombstones.hpp"
#include "upkeep/retention.hpp"

namespace merganser {

KeptFiles ReadKeptFiles(const Snapshot &snapshot, LogContext context, int64_t cutoff_ms) {
	KeptFiles kept;
	kept.KeepLive(snapshot);
	ForEachTombstone(snapshot.location, context, snapshot.version,
	                 [&](const RemoveFile &removed) { kept.KeepTombstone(removed, cutoff_ms); });
	const auto inventory = LogInventory::List(snapshot.location);
	const auto newest_before = NewestVersionBefore(snapshot, context, inventory, cutoff_ms);
	for (auto commit = inventory.commits.upper_bound(newest_before); commit != inventory.commits.end(); ++commit) {
		context.cancel.Check();
		for (const auto &action : ReadLogFile(snapshot.location, commit->second)) {
			kept.Keep(action);
		}
	}
	return kept;
}

} // namespace merganser
