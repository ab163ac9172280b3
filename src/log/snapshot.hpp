#pragma once

#include "base/cancel_token.hpp"
#include "log/file_list.hpp"
#include "log/log_listing.hpp"
#include "log/parquet_port.hpp"
#include "log/table_location.hpp"
#include "protocol/table_configuration.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

//! What is remembered beside an immutable snapshot, so that the next look at the store is small. Thread-safe.
class LogMemo {
public:
	explicit LogMemo(std::shared_ptr<std::atomic<int64_t>> newest_checkpoint_p)
	    : newest_checkpoint(std::move(newest_checkpoint_p)) {
	}
	//! The log folder's stamp, taken before the log was seen to end at this version.
	std::optional<std::string> Stamp() const;
	void RememberStamp(std::optional<std::string> stamp_p);
	//! The newest checkpoint of this table that anyone in this process knows of.
	int64_t NewestCheckpoint() const {
		return newest_checkpoint->load();
	}
	void RememberCheckpoint(int64_t version);
	//! For the next version of the same table.
	std::shared_ptr<LogMemo> Successor() const {
		return std::make_shared<LogMemo>(newest_checkpoint);
	}

private:
	mutable std::mutex lock;
	std::optional<std::string> stamp;
	//! Shared by all versions of one table.
	std::shared_ptr<std::atomic<int64_t>> newest_checkpoint;
};

//! One immutable version of a table. Shared between statements and threads.
class Snapshot {
public:
	TableLocation location;
	int64_t version = -1;
	//! inCommitTimestamp where enabled, else the commit file's modification time; milliseconds.
	int64_t timestamp_ms = 0;
	TableConfigurationPtr configuration;
	FileList files;
	//! `txn` by appId, and domain metadata that is not removed, by domain.
	std::map<std::string, SetTransaction> transactions;
	std::map<std::string, DomainMetadata> domains;
	//! Version of the checkpoint that it was built from; -1 without. Says when the next checkpoint is due.
	int64_t checkpoint_version = -1;
	//! Identity of the commit file of `version` (size and modification time): a table that was dropped and made again
	//! differs.
	std::optional<LogFile> last_commit;
	//! What was learnt about the log since; nullptr in a snapshot that was not read from a store.
	std::shared_ptr<LogMemo> memo;

	const std::string &TableName() const {
		return location.name;
	}
	//! True when it is a table that was dropped (our drop commit, or duckrun's one-column tombstone
	//! `__duckrun_deleted__`).
	bool IsDropped() const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

//! What reading needs besides the location. The port must live as long as every snapshot that is read through it (a
//! checkpoint's statistics are loaded at first use); the token only as long as the call.
struct LogContext {
	ParquetPort &parquet;
	const CancelToken &cancel = CancelToken::None();
};

//! Reads a version (the newest when nullopt) from the store. Errors as ListLogSegment; CORRUPT for unreadable commits
//! and checkpoints, a missing protocol or metadata; UNSUPPORTED from TableConfiguration.
SnapshotPtr LoadSnapshot(const TableLocation &location, LogContext context,
                         std::optional<int64_t> version = std::nullopt);

//! The same version from an earlier checkpoint, or from none, and the commits since: what the checkpoint of `version`
//! must be equal to. nullptr where those are not there any more.
SnapshotPtr LoadPastCheckpoint(const TableLocation &location, LogContext context, int64_t version);

//! The newest version, built from `older` plus the commits after it; `older` itself when nothing changed (one small
//! store call). Falls back to LoadSnapshot when the table was replaced or commits are missing. Throws NOT_FOUND when
//! the table is gone.
SnapshotPtr RefreshSnapshot(const SnapshotPtr &older, LogContext context);

//! One small call: the commit file that the snapshot ends with is there, as it was. False too where the snapshot does
//! not know it, and where it was cleaned up.
bool LastCommitIsThere(const Snapshot &snapshot);

//! `older` plus one commit whose actions are known (our own, just written): no store call.
SnapshotPtr AdvanceSnapshot(const SnapshotPtr &older, const std::vector<Action> &actions, const LogFile &commit);

//! The version that was current at `timestamp_ms` (PROTOCOL.md, in-commit timestamps where enabled, else file times
//! made monotonic). Throws NOT_FOUND when it is before the first available commit (naming it) or after the newest one
//! (naming that).
int64_t VersionAtTimestamp(const TableLocation &location, LogContext context, int64_t timestamp_ms);
//! The first available version that is not older; one more than the newest when all are.
int64_t FirstVersionFromTimestamp(const TableLocation &location, LogContext context, int64_t timestamp_ms);

} // namespace merganser
