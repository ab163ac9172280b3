#pragma once

#include "log/clone_marker.hpp"
#include "txn/commit_loop.hpp"

#include <string>
#include <vector>

namespace merganser {

//! A shallow clone that is about to be committed.
struct CloneRequest {
	//! The version that is cloned.
	const Snapshot &source;
	//! The newest version of the same table that is known.
	SnapshotPtr newest;
	//! What PlanShallowClone made of it.
	const TableChange &change;
	std::string clone_root;
};

//! Puts a marker into the log of every table whose files the clone names, then makes sure that these files are still
//! there: from then on no VACUUM of ours deletes them. Both happen while each table's lock is held alone, so that a
//! VACUUM under way sees the marker before its next batch. Returns the markers; when it throws (NOT_FOUND: files or
//! the table are gone; what the store throws) there are none.
std::vector<std::string> ClaimFiles(const CloneRequest &request, CommitEnvironment environment);

//! For a clone that did not come to be, or is gone. A marker that cannot be deleted only keeps files for a while.
void DeleteMarkers(ObjectStore &store, const std::vector<std::string> &markers) noexcept;

//! Before a clone's folder gets another name: its markers once more, for that name.
std::vector<std::string> CopyMarkers(const TableLocation &clone, const CloneOrigins &origins,
                                     const std::string &new_root, Random &random);

} // namespace merganser
