#pragma once

#include "log/table_location.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! PROTOCOL.md, "Last Checkpoint File". A hint: wrong, stale or unreadable content is worth nothing and breaks nothing.
struct LastCheckpoint {
	//! What Spark says of a UUID-named V2 checkpoint, so that its file need not be read.
	struct V2 {
		//! Name of the file.
		std::string path;
		uint64_t size_bytes = 0;
		int64_t modified_ms = 0;
		//! All but sidecars.
		std::vector<Action> other_actions;
		std::vector<Sidecar> sidecars;
	};

	int64_t version = -1;
	//! Number of actions in the checkpoint.
	uint64_t size = 0;
	uint64_t size_bytes = 0;
	uint64_t added_files = 0;
	//! Of a multi-part checkpoint.
	std::optional<uint32_t> parts {};
	std::optional<V2> v2 {};
};

//! Only the version is taken. nullopt where there is none or it makes no sense.
std::optional<int64_t> TryReadLastCheckpoint(const TableLocation &location);
//! Does nothing when the file names this or a newer version. A failure of the store is no failure of the checkpoint.
void WriteLastCheckpoint(const TableLocation &location, const LastCheckpoint &checkpoint);

} // namespace merganser
