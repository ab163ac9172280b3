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

//! Whether the commit dropped its table; nullopt where it is gone meanwhile.
std::optional<bool> TryReadIsDrop(const TableLocation &clone, const LogFile &commit) {
	try {
		const auto actions = ReadLogFile(clone, commit);
		return std::any_of(actions.begin(), actions.end(), [](const Action &action) {
			const auto *metadata = std::get_if<Metadata>(&action);
			return metadata && IsDropped(*metadata);
		});
	} catch (const Error &error) {
		if (error.kind != ErrorKind::NOT_FOUND) {
			throw;
		}
		return std::nullopt;
	}
}

//! Where nothing of a log is there, the folder above tells a clone that is gone from a disk that is not mounted; not
//! while the clone may be on its way: then its schema's folder may be on its way too.
bool IsNotThere(const TableLocation &clone, bool may_be_on_its_way) {
	return may_be_on_its_way || clone.store->FolderExists(std::string(ParentOf(clone.root)));
}

//! Dropped, and perhaps half deleted; or not there.
bool IsCertainlyGone(const TableLocation &clone, bool may_be_on_its_way) {
	// What is left of a dropped table's log ends with the commit that dropped it, which goes last: once that is gone
	// between the look and the reading, so is all.
	for (int look = 0; look < 2; look++) {
		const auto inventory = LogInventory::List(clone);
		if (inventory.commits.empty()) {
			return inventory.checkpoints.empty() && IsNotThere(clone, may_be_on_its_way);
		}
		if (const auto is_drop = TryReadIsDrop(clone, inventory.commits.rbegin()->second)) {
			return *is_drop;
		}
	}
	return false;
}

//! nullopt where there is no clone (yet, or any more).
std::optional<KeptFiles> TryReadNeeds(const TableLocation &clone, LogContext context, int64_t now_ms,
                                      int64_t retention_ms, bool may_be_on_its_way) {
	for (bool is_last = false;; is_last = true) {
		try {
			const auto snapshot = LoadSnapshot(clone, context);
			if (snapshot->IsDropped()) {
				return std::nullopt;
			}
			const auto keeps_ms = std::max(retention_ms, DeletedFileRetentionMs(*snapshot->configuration));
			return ReadKeptFiles(*snapshot, context, now_ms - keeps_ms);
		} catch (const Error &error) {
			const bool may_be_gone = error.kind == ErrorKind::NOT_FOUND || error.kind == ErrorKind::CORRUPT;
			if (may_be_gone && IsCertainlyGone(clone, may_be_on_its_way)) {
				return std::nullopt;
			}
			// It may have come to be, or lost old commits to a clean-up, since it was read.
			if (!may_be_gone || is_last) {
				throw;
			}
		}
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
	const bool may_be_on_its_way = now_ms - marker.modified_ms <= std::max(retention_ms, CLONING_MS_MAX);
	if (const auto needs = TryReadNeeds(clone, context, now_ms, retention_ms, may_be_on_its_way)) {
		kept.KeepAll(*needs);
		return;
	}
	if (!may_be_on_its_way) {
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
