#pragma once

namespace merganser {

//! What a put-if-absent did. A switch over it has no default.
enum class PutOutcome {
	//! Our bytes are in the slot.
	WRITTEN,
	//! The slot was taken before; nothing was changed.
	EXISTS,
	//! The answer was lost: the slot may or may not hold our bytes. Read it to find out.
	UNKNOWN
};

//! What a commit did. A switch over it has no default.
enum class CommitOutcome {
	//! The version is durable.
	COMMITTED,
	//! Another commit won and ours cannot be rebased. The written files are not referenced by any version.
	CONFLICT,
	//! The change broke a rule before any attempt to write (e.g. append-only table). Nothing was written to the log.
	REJECTED,
	//! The slot could not be settled. Written files must stay: the commit may have landed.
	UNKNOWN
};

} // namespace merganser
