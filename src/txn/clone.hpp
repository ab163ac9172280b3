#pragma once

#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <string>

namespace merganser {

//! Files and bytes, as Spark's CLONE reports them. A shallow clone copies and removes none.
struct CloneCounts {
	uint64_t source_bytes = 0;
	uint64_t source_files = 0;
};

//! The first version of a table that holds what `source` holds, whose files it names by their whole paths: schema,
//! properties, protocol and domains are the source's. Its own are the id, row ids (and the names of the columns that
//! keep them), the time since when commits have times, and an empty history of loads. `random_uuid` is called for each
//! new name. Throws UNSUPPORTED where the source's files are in a store that whole paths do not lead to, and as
//! TableConfiguration::CheckWritable where the clone could not be written.
TableChange PlanShallowClone(const Snapshot &source, std::string (*random_uuid)(), CloneCounts &counts);

} // namespace merganser
