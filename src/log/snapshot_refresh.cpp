#include "base/error.hpp"
#include "log/commit_file.hpp"
#include "log/log_inventory.hpp"
#include "log/snapshot_build.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Is the commit file that is there the one that the snapshot was read from? A table that was dropped and made again
//! has another. A modification time of 0 is not known.
bool SameCommit(const std::optional<LogFile> &known, uint64_t size_bytes, int64_t modified_ms) {
	return known && known->size_bytes == size_bytes &&
	       (known->modified_ms == modified_ms || known->modified_ms == 0 || modified_ms == 0);
}

enum class LogState { UNCHANGED, GREW, REPLACED };

//! Two small calls: is there a next commit, and is the last one still the same?
LogState LookAtCommits(const Snapshot &older) {
	auto &location = older.location;
	if (location.store->Head(location.CommitPath(older.version + 1))) {
		return LogState::GREW;
	}
	const auto last = location.store->Head(location.CommitPath(older.version));
	return last && SameCommit(older.last_commit, last->size_bytes, last->modified_ms) ? LogState::UNCHANGED
	                                                                                  : LogState::REPLACED;
}

//! Applies the commits after `older`; nullptr when they do not follow it.
SnapshotPtr TryAdvance(const SnapshotPtr &older, LogContext context, std::optional<std::string> stamp) {
	auto &location = older->location;
	auto tail = ListLogTail(location, older->version);
	if (tail.has_gap || !tail.anchor ||
	    !SameCommit(older->last_commit, tail.anchor->size_bytes, tail.anchor->modified_ms)) {
		return nullptr;
	}
	if (older->memo) {
		older->memo->RememberCheckpoint(tail.newest_checkpoint);
	}
	if (tail.commits.empty()) {
		if (older->memo) {
			older->memo->RememberStamp(std::move(stamp));
		}
		return older;
	}
	LogReplay replay;
	replay.ApplyFiles(location, tail.commits, context.cancel);
	auto memo =
	    older->memo ? older->memo->Successor() : std::make_shared<LogMemo>(std::make_shared<std::atomic<int64_t>>(-1));
	memo->RememberStamp(std::move(stamp));
	SnapshotEnd end {tail.commits.back().version, tail.commits.back(),
	                 std::max(older->checkpoint_version, tail.newest_checkpoint), std::move(memo)};
	return AdvanceBy(*older, replay, std::move(end));
}

} // namespace

SnapshotPtr RefreshSnapshot(const SnapshotPtr &older, LogContext context) {
	auto &location = older->location;
	if (!older->last_commit || !older->configuration) {
		return LoadSnapshot(location, context);
	}
	// Before looking: a change after the look then shows as another stamp.
	auto stamp = location.store->FolderStamp(location.LogFolder());
	if (stamp && older->memo && older->memo->Stamp() == stamp) {
		return older;
	}
	// Where one folder is one call, looking at two files is cheaper than listing thousands; elsewhere one list call
	// shows all.
	if (stamp || location.store->LocalPath(location.LogFolder())) {
		switch (LookAtCommits(*older)) {
		case LogState::UNCHANGED:
			if (older->memo) {
				older->memo->RememberStamp(std::move(stamp));
			}
			return older;
		case LogState::REPLACED:
			return LoadSnapshot(location, context);
		case LogState::GREW:
			break;
		}
	}
	try {
		if (auto newer = TryAdvance(older, context, std::move(stamp))) {
			return newer;
		}
	} catch (const Error &error) {
		// A commit was cleaned up after it was listed.
		if (error.kind != ErrorKind::NOT_FOUND) {
			throw;
		}
	}
	return LoadSnapshot(location, context);
}

bool LastCommitIsThere(const Snapshot &snapshot) {
	if (!snapshot.last_commit) {
		return false;
	}
	const auto now = snapshot.location.store->Head(snapshot.last_commit->path);
	return now && now->size_bytes == snapshot.last_commit->size_bytes &&
	       now->modified_ms == snapshot.last_commit->modified_ms;
}

SnapshotPtr AdvanceSnapshot(const SnapshotPtr &older, const std::vector<Action> &actions, const LogFile &commit) {
	Verify(commit.version == older->version + 1, "a snapshot advances by one version");
	LogReplay replay;
	replay.ApplyCommit(std::vector<Action>(actions), commit.version);
	auto memo =
	    older->memo ? older->memo->Successor() : std::make_shared<LogMemo>(std::make_shared<std::atomic<int64_t>>(-1));
	return AdvanceBy(*older, replay, SnapshotEnd {commit.version, commit, older->checkpoint_version, std::move(memo)});
}

} // namespace merganser
