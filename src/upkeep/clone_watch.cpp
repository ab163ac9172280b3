#include "upkeep/clone_watch.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "protocol/dropped_table_mark.hpp"
#include "upkeep/kept_files_reader.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! No clone takes longer from its marker to its commit.
constexpr int64_t CLONING_MS_MAX = 24ll * 60 * 60 * 1000;

//! What is left of its log ends with the commit that dropped the table.
bool EndsWithDrop(const TableLocation &clone, const LogFile &newest) {
	for (const auto &action : ReadLogFile(clone, newest)) {
		const auto *metadata = std::get_if<Metadata>(&action);
		if (metadata && IsDropped(*metadata)) {
			return true;
		}
	}
	return false;
}

//! Dropped, and perhaps half deleted; or nothing of a log is there, and the folder above is: a disk that is not mounted
//! is not taken for a clone that is gone.
bool IsCertainlyGone(const TableLocation &clone) {
	const auto inventory = LogInventory::List(clone);
	if (inventory.commits.empty() && inventory.checkpoints.empty()) {
		return clone.store->FolderExists(std::string(ParentOf(clone.root)));
	}
	return !inventory.commits.empty() && EndsWithDrop(clone, inventory.commits.rbegin()->second);
}

//! nullopt where there is no clone (any more).
std::optional<KeptFiles> TryReadNeeds(const TableLocation &clone, LogContext context, int64_t now_ms,
                                      int64_t retention_ms) {
	try {
		const auto snapshot = LoadSnapshot(clone, context);
		if (snapshot->IsDropped()) {
			return std::nullopt;
		}
		const auto keeps_ms = std::max(retention_ms, DeletedFileRetentionMs(*snapshot->configuration));
		return ReadKeptFiles(*snapshot, context, now_ms - keeps_ms);
	} catch (const Error &error) {
		const bool may_be_gone = error.kind == ErrorKind::NOT_FOUND || error.kind == ErrorKind::CORRUPT;
		if (may_be_gone && IsCertainlyGone(clone)) {
			return std::nullopt;
		}
		throw;
	}
}

} // namespace

KeptFiles CloneWatch::Look(LogContext context, int64_t now_ms) {
	KeptFiles kept;
	for (const auto &object : ListCloneMarkers(table)) {
		if (!seen.contains(object.path)) {
			LookAt(object, context, now_ms, kept);
			seen.insert(object.path);
		}
	}
	return kept;
}

std::string CloneWatch::LookAt(const ObjectInfo &object, LogContext context, int64_t now_ms, KeptFiles &kept) {
	CloneMarker marker;
	try {
		marker = ReadCloneMarker(*table.store, object);
		KeepNeedsOf(marker, context, now_ms, kept);
	} catch (const Error &error) {
		if (error.kind == ErrorKind::CANCELLED) {
			throw;
		}
		// It goes with a clone that is dropped meanwhile; one that is renamed has another before.
		if (!table.store->Head(object.path)) {
			return marker.clone_root;
		}
		const auto clone =
		    marker.clone_root.empty() ? "with the marker '" + object.path + "'" : "'" + marker.clone_root + "'";
		throw Error(
		    error.kind == ErrorKind::NOT_FOUND ? ErrorKind::IO : error.kind,
		    "table " + table.name + ": its shallow clone " + clone +
		        " may need files of it, and cannot be read: " + error.what() +
		        ". Nothing that it may need was deleted. Run it again when the clone can be read; if it is gone "
		        "for good, delete '" +
		        object.path + "'");
	}
	return marker.clone_root;
}

void CloneWatch::KeepNeedsOf(const CloneMarker &marker, LogContext context, int64_t now_ms, KeptFiles &kept) {
	const TableLocation clone {table.store, marker.clone_root, marker.clone_root};
	if (const auto needs = TryReadNeeds(clone, context, now_ms, retention_ms)) {
		kept.KeepAll(*needs);
		return;
	}
	if (now_ms - marker.modified_ms > std::max(retention_ms, CLONING_MS_MAX)) {
		gone.push_back(marker.path);
		return;
	}
	const TableLocation source {table.store, marker.source_root, marker.source_root};
	kept.KeepLive(*LoadSnapshot(source, context, marker.source_version));
}

void CloneWatch::DeleteMarkersOfGone() {
	for (const auto &path : gone) {
		table.store->Delete(path);
	}
	gone.clear();
}

std::optional<CloneNeed> FindCloneNeed(const TableLocation &table, LogContext context, int64_t now_ms,
                                       const std::string &besides) {
	const auto markers = ListCloneMarkers(table);
	if (markers.empty()) {
		return std::nullopt;
	}
	const auto files = table.store->List(table.root, ListDepth::RECURSIVE);
	const auto log_folder = table.LogFolder() + "/";
	for (const auto &object : markers) {
		// One for each marker, so that the clone can be named.
		KeptFiles kept;
		const auto clone_root = CloneWatch(table, 0).LookAt(object, context, now_ms, kept);
		if (!besides.empty() && clone_root.starts_with(besides + "/")) {
			continue;
		}
		for (const auto &file : files) {
			if (!file.path.starts_with(log_folder) && kept.Contains(file.path.substr(table.root.size() + 1))) {
				return CloneNeed {clone_root, file.path};
			}
		}
	}
	return std::nullopt;
}

void CheckNoCloneNeeds(const TableLocation &table, LogContext context, int64_t now_ms, const std::string &statement,
                       const std::string &besides) {
	if (const auto need = FindCloneNeed(table, context, now_ms, besides)) {
		throw Error(ErrorKind::INVALID_INPUT,
		            statement + ": the shallow clone '" + need->clone_root + "' needs files of the table, as '" +
		                need->file +
		                "'. Drop the clone first; to keep its rows, write them anew (CREATE OR REPLACE TABLE … AS FROM "
		                "it) and wait until its delta.deletedFileRetentionDuration has passed");
	}
}

} // namespace merganser
