#include "upkeep/retention.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace merganser {

int64_t NewestVersionAt(const Snapshot &snapshot, LogContext context, const LogInventory &inventory, int64_t time_ms) {
	if (!snapshot.configuration->InCommitTimestampsEnabled()) {
		return inventory.NewestByFileTime(time_ms);
	}
	try {
		return VersionAtTimestamp(snapshot.location, context, time_ms);
	} catch (const Error &error) {
		if (error.kind != ErrorKind::NOT_FOUND) {
			throw;
		}
		return -1;
	}
}

int64_t NewestVersionBefore(const Snapshot &snapshot, LogContext context, const LogInventory &inventory,
                            int64_t cutoff_ms) {
	return std::min(NewestVersionAt(snapshot, context, inventory, cutoff_ms), inventory.NewestByFileTime(cutoff_ms));
}

} // namespace merganser
