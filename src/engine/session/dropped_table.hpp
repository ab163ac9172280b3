#pragma once

#include "log/clone_marker.hpp"
#include "log/snapshot.hpp"
#include "log/snapshot_cache.hpp"
#include "txn/commit_loop.hpp"

#include <cstdint>
#include <optional>

namespace merganser {

//! DROP TABLE is a commit that removes every file and marks the metadata (`merganser.dropped`); from then on the table
//! is gone for every user of Merganser. Its files are deleted afterwards. What a crash leaves behind is a dropped
//! table: recognised by its newest commit, also when older log files are already gone, and removed by the next CREATE
//! or DROP of that name.

//! The newest version; nullptr where there is no table, or a dropped one.
SnapshotPtr ReadLatestOrNone(SnapshotCache &snapshots, const TableLocation &location, LogContext log,
                             int64_t max_staleness_ms, int64_t now_ms);

//! True when the folder holds a log whose newest commit neither drops the table nor is duckrun's tombstone: two small
//! store calls, for listings that must not open tables.
bool IsLiveTableFolder(const TableLocation &location);

//! The change that drops the table.
TableChange PlanDropTable(const Snapshot &snapshot, int64_t now_ms);

//! Lets the change that creates a table go on with the log of a dropped one: no feature of the protocol goes, as a
//! version that needs it is still there; what the domains said does.
void BuildOn(const Snapshot &dropped, TableChange &change);

//! Deletes the files of a table whose newest version is the drop commit `version`. Does nothing when that is not so
//! (any more). Files that were written after the drop are left alone: they may belong to a table that is being made
//! anew. Does nothing either while a shallow clone may need one of the files: the next CREATE or DROP of that name
//! looks again.
void DeleteDroppedTable(const TableLocation &location, int64_t version, CommitEnvironment environment);

//! A statement that lost too often holds the lock of the table's log folder while it is run again; commits of others
//! wait for it. OWN: this commit is that statement's.
enum class CommitTurns { WAIT, OWN };

//! Commits a change of a table that is there (`request.base`). CONFLICT, TABLE_DROPPED, where it was dropped since and
//! its files are gone: its next version would be free again. No clean-up starts before it is done, where the store has
//! locks.
CommitResult CommitToTable(const CommitRequest &request, CommitEnvironment environment,
                           CommitTurns turns = CommitTurns::WAIT);

//! Commits version 0 of a new table, after what a dropped one left behind was removed. Fenced against a concurrent
//! clean-up by a lock on the schema's folder where the store has locks. `note` is put into its log first.
CommitResult CommitNewTable(const CommitRequest &request, CommitEnvironment environment,
                            const std::optional<LogNote> &note = std::nullopt);

} // namespace merganser
