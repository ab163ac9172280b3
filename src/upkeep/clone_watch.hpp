#pragma once

#include "log/clone_marker.hpp"
#include "log/snapshot.hpp"
#include "maintain/kept_files.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace merganser {

//! What the shallow clones of one table may need of its files, by the markers in its log folder. Not thread-safe.
class CloneWatch {
public:
	//! `retention_ms`: how long removed files of the table are kept.
	CloneWatch(TableLocation table_p, int64_t retention_ms_p)
	    : table(std::move(table_p)), retention_ms(retention_ms_p) {
	}

	//! What clones need whose markers have come since the last look: what any version within the retention, the
	//! table's or their own, may need; of one that is not there yet, or not there any more since less than the
	//! retention and a day, the files of the version that was cloned. Throws IO, CORRUPT or UNSUPPORTED, naming the
	//! clone and what to do, where it cannot tell: then nothing of the table may be deleted.
	KeptFiles Look(LogContext context, int64_t now_ms);
	//! Adds what the clone of one marker needs, and returns the clone's folder. Throws as above.
	std::string LookAt(const ObjectInfo &object, LogContext context, int64_t now_ms, KeptFiles &kept);
	//! Deletes the markers of clones that are gone for good, as far as Look has seen.
	void DeleteMarkersOfGone();

private:
	void KeepNeedsOf(const CloneMarker &marker, LogContext context, int64_t now_ms, KeptFiles &kept);

	const TableLocation table;
	const int64_t retention_ms;
	std::set<std::string> seen;
	std::vector<std::string> gone;
};

//! A file of the table that a clone may need.
struct CloneNeed {
	std::string clone_root;
	std::string file;
};
//! One of those whose clones do not lie below `besides` (a folder; empty: none is left out). One small call for a table
//! without clones. Throws as CloneWatch::Look.
std::optional<CloneNeed> FindCloneNeed(const TableLocation &table, LogContext context, int64_t now_ms,
                                       const std::string &besides = std::string());
//! Throws INVALID_INPUT, beginning with `statement`, where there is one.
void CheckNoCloneNeeds(const TableLocation &table, LogContext context, int64_t now_ms, const std::string &statement,
                       const std::string &besides = std::string());

} // namespace merganser
