#include "engine/session/table_rename.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "protocol/deletion_vector.hpp"
#include "store/folder_rename.hpp"
#include "upkeep/clone_claim.hpp"
#include "upkeep/clone_watch.hpp"

#include <string_view>

namespace merganser {

static std::string RenameMessage(const Snapshot &base, const std::string &problem) {
	return "ALTER TABLE \"" + base.TableName() + "\" RENAME TO: " + problem;
}

//! Under the new name such a path would lead nowhere.
static void CheckIsRelative(const Snapshot &snapshot, const std::string &log_path) {
	const auto file = snapshot.location.ResolveFile(log_path);
	const bool is_absolute = log_path.find(":/") != std::string::npos || log_path.starts_with('/');
	if (is_absolute && file.starts_with(snapshot.location.root + "/")) {
		throw Error(ErrorKind::UNSUPPORTED,
		            RenameMessage(snapshot, "its log names the file '" + file +
		                                        "' by its whole path, which would be wrong afterwards. Copy the table: "
		                                        "CREATE TABLE … AS FROM it"));
	}
}

static void CheckPaths(const Snapshot &snapshot) {
	snapshot.files.ForEachLive([&](FileRef file) {
		auto &batch = snapshot.files.BatchOf(file);
		CheckIsRelative(snapshot, std::string(batch.Path(file.row)));
		const auto vector = batch.DeletionVector(file.row);
		if (vector && vector->storage_type == 'p') {
			CheckIsRelative(snapshot, vector->path_or_inline_dv);
		}
	});
}

//! Whoever deletes files that a clone names finds it by its markers, under either name until the folder has its new
//! one.
static void RenameWithMarkers(const Snapshot &base, const TableLocation &target, Random &random) {
	auto &location = base.location;
	auto &store = *location.store;
	const auto origins = ReadCloneOrigins(location);
	const auto markers = CopyMarkers(location, origins, target.root, random);
	if (!markers.empty()) {
		PutNote(store, MakeCloneOrigin(location, random.Uuid(), markers));
	}
	if (!RenameFolder(store, location.root, target.root)) {
		DeleteMarkers(store, markers);
		throw Error(ErrorKind::ALREADY_EXISTS,
		            RenameMessage(base, "there is a folder '" + target.root +
		                                    "' already. Drop the table of that name; if there is none, look what the "
		                                    "folder holds and remove it"));
	}
	DeleteMarkers(store, origins.markers);
}

void RenameTableFolder(const Snapshot &base, const TableLocation &target, CommitEnvironment environment) {
	auto &location = base.location;
	if (!location.store->LocalPath(location.root)) {
		throw Error(ErrorKind::UNSUPPORTED,
		            RenameMessage(base, "the store '" + location.store->Name() +
		                                    "' has no folders: a table's name is part of the name of each of its "
		                                    "objects. Copy the table with CREATE TABLE … AS FROM it, then drop it"));
	}
	const auto schema_lock = location.store->LockFolder(std::string(ParentOf(location.root)), LockMode::EXCLUSIVE);
	const auto table_lock = location.store->LockFolder(location.root, LockMode::EXCLUSIVE);
	if (!schema_lock || !table_lock) {
		throw Error(ErrorKind::UNSUPPORTED,
		            RenameMessage(base, "its file system has no locks, so that a commit of another process could be "
		                                "lost. Copy the table with CREATE TABLE … AS FROM it, then drop it"));
	}
	const auto newest = LoadSnapshot(location, environment.log);
	if (newest->IsDropped() || newest->configuration->GetMetadata().id != base.configuration->GetMetadata().id) {
		throw Error(ErrorKind::NOT_FOUND, RenameMessage(base, "another dropped the table meanwhile"));
	}
	CheckPaths(*newest);
	CheckNoCloneNeeds(location, environment.log, environment.clock.NowMs(),
	                  "ALTER TABLE \"" + base.TableName() + "\" RENAME TO");
	RenameWithMarkers(base, target, environment.random);
}

} // namespace merganser
