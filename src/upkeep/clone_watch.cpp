#include "upkeep/clone_watch.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/log_inventory.hpp"
#include "upkeep/kept_files_reader.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! No clone takes longer from its marker to its commit.
constexpr int64_t CLONING_MS_MAX = 24ll * 60 * 60 * 1000;

TableLocation CloneOf(const TableLocation &table, const CloneMarker &marker) {
	return {table.store, marker.clone_root, marker.clone_root};
}

//! Nothing of a log is there, and the folder above is: a disk that is not mounted is not taken for a clone that is
//! gone.
bool IsCertainlyGone(const TableLocation &clone) {
	const auto inventory = LogInventory::List(clone);
	return inventory.commits.empty() && inventory.checkpoints.empty() &&
	       clone.store->FolderExists(std::string(ParentOf(clone.root)));
}

//! nullptr where there is no clone (any more).
SnapshotPtr TryLoad(const TableLocation &clone, LogContext context) {
	try {
		auto snapshot = LoadSnapshot(clone, context);
		return snapshot->IsDropped() ? nullptr : snapshot;
	} catch (const Error &error) {
		if (error.kind == ErrorKind::NOT_FOUND && IsCertainlyGone(clone)) {
			return nullptr;
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

void CloneWatch::LookAt(const ObjectInfo &object, LogContext context, int64_t now_ms, KeptFiles &kept) {
	std::string clone = "whose marker is '" + object.path + "'";
	try {
		const auto marker = ReadCloneMarker(*table.store, object);
		clone = "'" + marker.clone_root + "'";
		KeepNeedsOf(marker, context, now_ms, kept);
	} catch (const Error &error) {
		if (error.kind == ErrorKind::CANCELLED) {
			throw;
		}
		const auto kind = error.kind == ErrorKind::NOT_FOUND ? ErrorKind::IO : error.kind;
		throw Error(kind, "table " + table.name + ": its shallow clone " + clone +
		                      " may need files of it, and cannot be read: " + error.what() +
		                      ". No file was deleted. Run it again when the clone can be read; if it is gone for "
		                      "good, delete '" +
		                      object.path + "'");
	}
}

void CloneWatch::KeepNeedsOf(const CloneMarker &marker, LogContext context, int64_t now_ms, KeptFiles &kept) {
	if (const auto clone = TryLoad(CloneOf(table, marker), context)) {
		const auto keeps_ms = std::max(retention_ms, DeletedFileRetentionMs(*clone->configuration));
		kept.KeepAll(ReadKeptFiles(*clone, context, now_ms - keeps_ms));
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
		const auto clone_root = ReadCloneMarker(*table.store, object).clone_root;
		if (!besides.empty() && clone_root.starts_with(besides + "/")) {
			continue;
		}
		// One for each marker, so that the clone can be named.
		KeptFiles kept;
		CloneWatch(table, 0).LookAt(object, context, now_ms, kept);
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
