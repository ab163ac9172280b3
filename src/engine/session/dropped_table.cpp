#include "engine/session/dropped_table.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_append.hpp"
#include "log/log_listing.hpp"
#include "protocol/action_json.hpp"
#include "protocol/dropped_table_mark.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "store/empty_folders.hpp"
#include "txn/overwrite.hpp"
#include "txn/restore.hpp"
#include "upkeep/clone_claim.hpp"
#include "upkeep/clone_watch.hpp"

#include <algorithm>
#include <set>

namespace merganser {

//! The metaData action of a commit; nullopt also where the commit cannot be read: whoever needs it says so.
static std::optional<Metadata> FindMetadata(const TableLocation &location, const std::string &commit) {
	std::optional<Metadata> metadata;
	try {
		ParseActions(commit, location.name, [&](Action &&action) {
			if (auto found = std::get_if<Metadata>(&action)) {
				metadata = std::move(*found);
			}
		});
	} catch (const Error &) {
		return std::nullopt;
	}
	return metadata;
}

//! False also where the commit is gone: a clean-up deletes the drop commit last.
static bool IsDropCommit(const TableLocation &location, int64_t version) {
	const auto commit = location.store->TryGet(location.CommitPath(version));
	const auto metadata = commit ? FindMetadata(location, *commit) : std::nullopt;
	return metadata && metadata->configuration.count(DROPPED_PROPERTY);
}

//! -1 when there is no commit file (a log may also begin with a checkpoint: `has_other` tells).
static int64_t NewestCommit(const TableLocation &location, bool &has_other) {
	int64_t newest = -1;
	has_other = false;
	for (auto &object : location.store->List(location.LogFolder(), ListDepth::SHALLOW)) {
		auto file = object.is_folder ? std::nullopt : ParseLogFileName(object.path);
		if (file && file->kind == LogFileKind::COMMIT) {
			newest = std::max(newest, file->version);
		} else if (file) {
			has_other = true;
		}
	}
	return newest;
}

//! The version of the drop commit when it is the newest commit of what is left of a log.
static std::optional<int64_t> FindDropCommit(const TableLocation &location) {
	bool has_other = false;
	auto newest = NewestCommit(location, has_other);
	if (newest < 0 || !IsDropCommit(location, newest)) {
		return std::nullopt;
	}
	return newest;
}

bool IsLiveTableFolder(const TableLocation &location) {
	bool has_other = false;
	auto newest = NewestCommit(location, has_other);
	if (newest < 0) {
		return has_other;
	}
	auto text = location.store->TryGet(location.CommitPath(newest));
	// A drop names itself in the text of its metadata; parsing every commit of every table would open them all.
	if (!text || (text->find(DROPPED_PROPERTY) == std::string::npos &&
	              text->find(DUCKRUN_TOMBSTONE_COLUMN) == std::string::npos)) {
		return true;
	}
	const auto metadata = FindMetadata(location, *text);
	return !metadata || !IsDropped(*metadata);
}

//! A log that cannot be replayed throws CORRUPT, unless it is what a clean-up that was cut short has left.
static SnapshotPtr TryReadLatest(SnapshotCache &snapshots, const TableLocation &location, LogContext log,
                                 int64_t max_staleness_ms, int64_t now_ms) {
	try {
		auto snapshot = snapshots.Latest(location, log, max_staleness_ms, now_ms);
		return snapshot->IsDropped() ? nullptr : snapshot;
	} catch (const Error &error) {
		if (error.kind == ErrorKind::NOT_FOUND || (error.kind == ErrorKind::CORRUPT && FindDropCommit(location))) {
			return nullptr;
		}
		throw;
	}
}

SnapshotPtr ReadLatestOrNone(SnapshotCache &snapshots, const TableLocation &location, LogContext log,
                             int64_t max_staleness_ms, int64_t now_ms) {
	try {
		return TryReadLatest(snapshots, location, log, max_staleness_ms, now_ms);
	} catch (const Error &error) {
		if (error.kind != ErrorKind::CORRUPT) {
			throw;
		}
	}
	// It may have been read in the middle of a clean-up. With the lock there is none.
	const auto held = location.store->LockFolder(location.root, LockMode::SHARED);
	return TryReadLatest(snapshots, location, log, 0, now_ms);
}

TableChange PlanDropTable(const Snapshot &snapshot, int64_t now_ms) {
	TableChange change;
	change.operation = "DROP TABLE";
	// Self-contained, so that the commit still says what it is when the log before it is gone.
	change.protocol = snapshot.configuration->GetProtocol();
	change.metadata = snapshot.configuration->GetMetadata();
	change.metadata->configuration[DROPPED_PROPERTY] = "true";
	if (snapshot.configuration->IsAppendOnly()) {
		return change;
	}
	RemoveAllFiles(snapshot, now_ms, change);
	return change;
}

void BuildOn(const Snapshot &dropped, TableChange &change) {
	if (change.protocol) {
		change.protocol = CombineProtocols(dropped.configuration->GetProtocol(), *change.protocol);
	}
	RemoveAllDomains(dropped, change);
}

//! Folders that held a deleted file, deepest first, up to the table's own.
static void DeleteEmptyFolders(const TableLocation &location, const std::set<std::string> &folders) {
	std::vector<std::string> deepest_first(folders.begin(), folders.end());
	std::sort(deepest_first.begin(), deepest_first.end(),
	          [](const std::string &left, const std::string &right) { return left.size() > right.size(); });
	for (auto &folder : deepest_first) {
		location.store->DeleteEmptyFolder(folder);
	}
	location.store->DeleteEmptyFolder(location.root);
}

//! True too where nobody can tell.
static bool MayBeNeededByClone(const TableLocation &location, CommitEnvironment environment) {
	try {
		return FindCloneNeed(location, environment.log, environment.clock.NowMs()).has_value();
	} catch (const Error &) {
		return true;
	}
}

//! Never while a commit is on its way, which would find its slot free again, nor while a shallow clone that was begun
//! before the drop may need the files. A store without locks keeps the files. False where they stay.
static bool DeleteDroppedFiles(const TableLocation &location, int64_t version, CommitEnvironment environment) {
	const auto held = location.store->LockFolder(location.root, LockMode::EXCLUSIVE);
	if (!held) {
		return false;
	}
	auto drop_path = location.CommitPath(version);
	auto drop_commit = location.store->Head(drop_path);
	if (!drop_commit || !IsDropCommit(location, version) || !ListNewCommits(location, version).empty() ||
	    MayBeNeededByClone(location, environment)) {
		return false;
	}
	const auto markers = ReadCloneOrigins(location).markers;
	std::set<std::string> folders {CloneMarkerFolder(location)};
	std::vector<std::string> log_files;
	auto log_folder = location.LogFolder();
	for (auto &object : location.store->List(location.root, ListDepth::RECURSIVE)) {
		for (auto folder = std::string(ParentOf(object.path)); folder.size() > location.root.size();
		     folder = std::string(ParentOf(folder))) {
			folders.insert(folder);
		}
		if (object.path == drop_path) {
			continue;
		}
		if (object.path.compare(0, log_folder.size() + 1, log_folder + "/") == 0) {
			log_files.push_back(object.path);
		} else if (object.modified_ms <= drop_commit->modified_ms) {
			location.store->Delete(object.path);
		}
	}
	// Oldest first and the drop commit last: what is left at any time still says that the table is dropped.
	std::sort(log_files.begin(), log_files.end());
	for (auto &path : log_files) {
		location.store->Delete(path);
	}
	location.store->Delete(drop_path);
	DeleteEmptyFolders(location, folders);
	DeleteMarkers(*location.store, markers);
	return true;
}

void DeleteDroppedTable(const TableLocation &location, int64_t version, CommitEnvironment environment) {
	const auto held = location.store->LockFolder(std::string(ParentOf(location.root)), LockMode::EXCLUSIVE);
	DeleteDroppedFiles(location, version, environment);
}

static CommitResult TableExists(const TableLocation &location, int64_t version) {
	CommitResult result;
	result.outcome = CommitOutcome::CONFLICT;
	result.conflict =
	    Conflict {ConflictKind::TABLE_EXISTS, version, "CREATE TABLE", "", "the table was created by another"};
	result.message = "cannot create table \"" + location.name + "\": another writer created it first (version " +
	                 std::to_string(version) + "). Nothing was written; use CREATE OR REPLACE TABLE or INSERT";
	return result;
}

//! duckrun keeps the history of what it drops, and so do we where there are no locks: the new table goes on with the
//! log.
static void ContinueAfterTombstone(CommitRequest &request, const SnapshotPtr &tombstone, int64_t now_ms) {
	request.base = tombstone;
	RemoveAllFiles(*tombstone, now_ms, request.change);
	BuildOn(*tombstone, request.change);
}

//! False when `base` belongs to a table that is no longer there, or whose place another one has.
static bool IsStillThere(const Snapshot &base, LogContext log) {
	if (LastCommitIsThere(base)) {
		return true;
	}
	// The commit may also have been cleaned up, or the whole folder been copied back.
	try {
		const auto newest = LoadSnapshot(base.location, log);
		return newest->version >= base.version &&
		       newest->configuration->GetMetadata().id == base.configuration->GetMetadata().id;
	} catch (const Error &error) {
		if (error.kind != ErrorKind::NOT_FOUND && error.kind != ErrorKind::CORRUPT) {
			throw;
		}
		return false;
	}
}

static CommitResult TableDropped(const TableLocation &location, int64_t version) {
	CommitResult result;
	result.outcome = CommitOutcome::CONFLICT;
	result.conflict = Conflict {ConflictKind::TABLE_DROPPED, version, "DROP TABLE", "", "the table was dropped"};
	result.message =
	    "cannot commit to table \"" + location.name + "\" on top of version " + std::to_string(version) +
	    ": another writer dropped or renamed the table, or put another one in its place. Nothing was written; "
	    "run the statement again if the table of that name is the one that is meant";
	return result;
}

CommitResult CommitToTable(const CommitRequest &request, CommitEnvironment environment, CommitTurns turns) {
	auto &location = request.location;
	// Before the table's lock: whoever holds the turn waits for that one.
	const auto turn =
	    turns == CommitTurns::WAIT ? location.store->LockFolder(location.LogFolder(), LockMode::SHARED) : nullptr;
	// Alone, so that no VACUUM deletes between the look at restored files and the commit.
	const auto mode = request.change.known_files.restores_old ? LockMode::EXCLUSIVE : LockMode::SHARED;
	auto held = location.store->LockFolder(location.root, mode);
	if (!IsStillThere(*request.base, environment.log)) {
		return TableDropped(location, request.base->version);
	}
	if (!held) {
		// A store without locks, or a table that got its name back since.
		held = location.store->LockFolder(location.root, mode);
		if (held && !IsStillThere(*request.base, environment.log)) {
			return TableDropped(location, request.base->version);
		}
	}
	if (request.change.known_files.restores_old) {
		CheckAddedFilesExist(location, request.change);
	}
	return CommitChange(request, environment);
}

//! The note is there before the commit, and goes with one that did not come to be.
static CommitResult CommitWithNote(const CommitRequest &request, CommitEnvironment environment,
                                   const std::optional<LogNote> &note) {
	if (!note) {
		return CommitChange(request, environment);
	}
	auto &store = *request.location.store;
	PutNote(store, *note);
	auto result = CommitChange(request, environment);
	if (result.outcome == CommitOutcome::CONFLICT || result.outcome == CommitOutcome::REJECTED) {
		store.Delete(note->path);
		DeleteEmptyFoldersAbove(store, note->path, request.location.root);
	}
	return result;
}

CommitResult CommitNewTable(const CommitRequest &request, CommitEnvironment environment,
                            const std::optional<LogNote> &note) {
	auto &location = request.location;
	auto schema_folder = std::string(ParentOf(location.root));
	location.store->CreateFolder(schema_folder);
	const auto held = location.store->LockFolder(schema_folder, LockMode::EXCLUSIVE);
	SnapshotPtr existing;
	try {
		existing = LoadSnapshot(location, environment.log);
	} catch (const Error &error) {
		if (error.kind != ErrorKind::NOT_FOUND && error.kind != ErrorKind::CORRUPT) {
			throw;
		}
		auto drop_version = FindDropCommit(location);
		if (error.kind == ErrorKind::CORRUPT && !drop_version) {
			throw;
		}
		if (drop_version && !DeleteDroppedFiles(location, *drop_version, environment) && held) {
			throw Error(
			    ErrorKind::CONFLICT,
			    "cannot create table \"" + location.name +
			        "\": files of a dropped table of that name are still in use, by a shallow clone of it or by "
			        "a commit that is under way. Nothing was written; try again, or use another name");
		}
		return CommitWithNote(request, environment, note);
	}
	if (!existing->IsDropped()) {
		return TableExists(location, existing->version);
	}
	if (held && existing->configuration->GetMetadata().configuration.count(DROPPED_PROPERTY) &&
	    DeleteDroppedFiles(location, existing->version, environment)) {
		return CommitWithNote(request, environment, note);
	}
	auto continued = request;
	ContinueAfterTombstone(continued, existing, environment.clock.NowMs());
	return CommitWithNote(continued, environment, note);
}

} // namespace merganser
