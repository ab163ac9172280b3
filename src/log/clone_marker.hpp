#pragma once

#include "log/table_location.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! A shallow clone names files of other tables by their whole paths. In the log folder of each of these tables lies a
//! marker from before the clone is there until after it is gone, so that whoever deletes files of the table asks the
//! clone first. The clone's own log folder names its markers. Other engines look at neither.

struct CloneMarker {
	//! Of the marker itself, in the store.
	std::string path;
	//! The folder of the clone.
	std::string clone_root;
	//! What was cloned: the files that the clone names when it comes to be.
	std::string source_root;
	int64_t source_version = 0;
	//! By the store's clock.
	int64_t modified_ms = 0;
};

std::string CloneMarkerFolder(const TableLocation &table);
//! The markers in a table's log folder, in byte order of path.
std::vector<ObjectInfo> ListCloneMarkers(const TableLocation &table);
//! Throws CORRUPT naming the file, NOT_FOUND where it is gone.
CloneMarker ReadCloneMarker(ObjectStore &store, const ObjectInfo &object);
std::string CloneMarkerPath(const TableLocation &table, const std::string &uuid);
//! Throws what the store throws, IO also where it is not known whether the marker is there.
void WriteCloneMarker(ObjectStore &store, const CloneMarker &marker);

//! One object that is put beside the commits of a log.
struct LogNote {
	std::string path;
	std::string text;
};
//! What a clone's log folder says of its markers.
LogNote MakeCloneOrigin(const TableLocation &clone, const std::string &uuid, const std::vector<std::string> &markers);
//! Throws IO as above.
void PutNote(ObjectStore &store, const LogNote &note);
//! The notes themselves, and the paths of all markers that they name; none for a table that is no clone of ours.
struct CloneOrigins {
	std::vector<std::string> notes;
	std::vector<std::string> markers;
};
CloneOrigins ReadCloneOrigins(const TableLocation &clone);

} // namespace merganser
