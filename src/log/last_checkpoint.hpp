#pragma once

#include "log/table_location.hpp"

#include <cstdint>
#include <optional>

namespace merganser {

//! PROTOCOL.md, "Last Checkpoint File". A hint: wrong, stale or unreadable content is worth nothing and breaks nothing.
struct LastCheckpoint {
	int64_t version = -1;
	//! Number of actions in the checkpoint.
	uint64_t size = 0;
	uint64_t size_bytes = 0;
	uint64_t added_files = 0;
};

//! Only the version is taken. nullopt where there is none or it makes no sense.
std::optional<int64_t> TryReadLastCheckpoint(const TableLocation &location);
//! Does nothing when the file names this or a newer version. A failure of the store is no failure of the checkpoint.
void WriteLastCheckpoint(const TableLocation &location, const LastCheckpoint &checkpoint);

} // namespace merganser
