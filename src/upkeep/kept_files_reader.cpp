#include "upkeep/kept_files_reader.hpp"

#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "log/tombstones.hpp"
#include "upkeep/retention.hpp"

#include <algorithm>

namespace merganser {

KeptFiles ReadKeptFiles(const Snapshot &snapshot, LogContext context, int64_t cutoff_ms) {
	KeptFiles kept;
	kept.KeepLive(snapshot);
	ForEachTombstone(snapshot.location, context, snapshot.version,
	                 [&](const RemoveFile &removed) { kept.KeepTombstone(removed, cutoff_ms); });
	const auto inventory = LogInventory::List(snapshot.location);
	// In a copied log the files' times are late, in a restored one early: the earlier version keeps more.
	const auto newest_before =
	    std::min(NewestVersionAt(snapshot, context, inventory, cutoff_ms), inventory.NewestByFileTime(cutoff_ms));
	for (auto commit = inventory.commits.upper_bound(newest_before); commit != inventory.commits.end(); ++commit) {
		context.cancel.Check();
		for (const auto &action : ReadLogFile(snapshot.location, commit->second)) {
			kept.Keep(action);
		}
	}
	return kept;
}

} // namespace merganser
