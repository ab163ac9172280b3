#pragma once

#include "log/checkpoint_rows_builder.hpp"
#include "log/log_replay.hpp"
#include "log/snapshot.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace merganser {

//! Rows on their way from the threads that read a checkpoint to the one that writes the next; bounded, so that a large
//! checkpoint is never whole in memory.
class CheckpointRowsQueue {
public:
	//! Waits for room. False when nobody wants rows any more.
	bool Push(std::unique_ptr<OwnedCheckpointRows> rows);
	//! Waits for rows; nullptr at the end. Throws what ended the reading.
	std::unique_ptr<OwnedCheckpointRows> Pop();
	//! No more rows come.
	void Finish(std::exception_ptr failure);
	//! No more rows are wanted.
	void Close();

private:
	std::mutex lock;
	std::condition_variable changed;
	std::deque<std::unique_ptr<OwnedCheckpointRows>> waiting;
	bool finished = false;
	bool closed = false;
	std::exception_ptr failure;
};

//! Where the store did not say whether it took a file of a checkpoint: throws IO unless it is there, whole.
void CheckTaken(const TableLocation &location, const std::string &path, uint64_t size_bytes);

//! What a checkpoint holds besides its files and tombstones, and no sidecar may hold.
std::vector<Action> NonFileActions(const Snapshot &snapshot);

struct CheckpointStreamOptions {
	//! SIDECAR: files and tombstones alone.
	CheckpointFileKind kind = CheckpointFileKind::V1;
	//! Tombstones deleted before are left out.
	int64_t expired_before_ms = 0;
	uint32_t batch_rows_max = 2048;
};

//! The rows of a new checkpoint: the snapshot's own actions, the files and tombstones of the commits since the previous
//! checkpoint, then that checkpoint's rows without what those commits superseded. The previous checkpoint is read by a
//! thread of its own.
class CheckpointStream : public CheckpointSource {
public:
	//! `replay` holds the commits after the previous checkpoint, removes kept.
	CheckpointStream(const Snapshot &snapshot_p, LogContext context_p, LogReplay replay_p,
	                 CheckpointStreamOptions options_p);
	~CheckpointStream() override;

	//! Starts reading the previous checkpoint, without the row groups that are kept: all their rows are files of the
	//! snapshot.
	void ReadPrevious(std::vector<LogFile> checkpoint, KeptRowGroups kept_row_groups = {});
	const KeptRowGroups &Kept() const override {
		return kept;
	}
	CheckpointFileKind Kind() const override {
		return options.kind;
	}
	//! At most `batch_rows_max` rows. Throws INTERNAL at the end when the number of data files is not the snapshot's:
	//! such a checkpoint must never be seen.
	std::unique_ptr<OwnedCheckpointRows> Next() override;

	uint64_t RowCount() const {
		return row_count;
	}
	uint64_t FileCount() const {
		return file_count;
	}
	uint32_t BatchRowsMax() const {
		return options.batch_rows_max;
	}

private:
	std::unique_ptr<OwnedCheckpointRows> NextOwned();
	void CollectOwnActions();
	bool IsExpired(const RemoveFile &removed) const;
	//! Runs on the reading thread.
	void ReadAll(const std::vector<LogFile> &checkpoint);
	//! Of a JSON checkpoint.
	void PushActions(std::vector<Action> &&actions);
	void PushFiltered(CheckpointRows &rows);
	void AddTombstone(RemoveFile &&removed, CheckpointRowsBuilder &builder) const;
	void PushOrStop(std::unique_ptr<OwnedCheckpointRows> rows);

	const Snapshot &snapshot;
	const LogContext context;
	LogReplay replay;
	const CheckpointStreamOptions options;
	//! Taken from the front: own actions, then files of the commits.
	std::deque<Action> own_actions;
	std::deque<CommittedFile> files;
	KeptRowGroups kept;
	CheckpointRowsQueue queue;
	std::thread reader;
	uint64_t row_count = 0;
	uint64_t file_count = 0;
};

} // namespace merganser
