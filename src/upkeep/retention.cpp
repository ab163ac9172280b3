#include "upkeep/retention.hpp"

#include "base/error.hpp"

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

} // namespace merganser
