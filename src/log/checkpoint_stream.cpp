#include "log/checkpoint_stream.hpp"

#include "base/error.hpp"
#include "log/checkpoint_reader.hpp"

#include <algorithm>
#include <iterator>

namespace merganser {

namespace {

constexpr size_t QUEUE_BATCHES_MAX = 4;

//! PROTOCOL.md, "Checkpoints": removes in checkpoints carry neither statistics nor tags.
RemoveFile AsTombstone(RemoveFile removed) {
	removed.stats.reset();
	removed.tags.reset();
	return removed;
}

} // namespace

bool CheckpointRowsQueue::Push(std::unique_ptr<OwnedCheckpointRows> rows) {
	std::unique_lock<std::mutex> guard(lock);
	changed.wait(guard, [&] { return closed || waiting.size() < QUEUE_BATCHES_MAX; });
	if (closed) {
		return false;
	}
	waiting.push_back(std::move(rows));
	changed.notify_all();
	return true;
}

std::unique_ptr<OwnedCheckpointRows> CheckpointRowsQueue::Pop() {
	std::unique_lock<std::mutex> guard(lock);
	changed.wait(guard, [&] { return finished || !waiting.empty(); });
	if (failure) {
		std::rethrow_exception(failure);
	}
	if (waiting.empty()) {
		return nullptr;
	}
	auto rows = std::move(waiting.front());
	waiting.pop_front();
	changed.notify_all();
	return rows;
}

void CheckpointRowsQueue::Finish(std::exception_ptr failure_p) {
	std::lock_guard<std::mutex> guard(lock);
	finished = true;
	failure = std::move(failure_p);
	changed.notify_all();
}

void CheckpointRowsQueue::Close() {
	std::lock_guard<std::mutex> guard(lock);
	closed = true;
	changed.notify_all();
}

void CheckTaken(const TableLocation &location, const std::string &path, uint64_t size_bytes) {
	const auto object = location.store->Head(path);
	if (!object || object->size_bytes != size_bytes) {
		throw Error(ErrorKind::IO, "table '" + location.name + "': the store did not say whether it took " + path +
		                               " of a checkpoint; a later commit writes another");
	}
}

std::vector<Action> NonFileActions(const Snapshot &snapshot) {
	std::vector<Action> actions;
	actions.emplace_back(snapshot.configuration->GetProtocol());
	actions.emplace_back(snapshot.configuration->GetMetadata());
	for (auto &entry : snapshot.transactions) {
		actions.emplace_back(entry.second);
	}
	for (auto &entry : snapshot.domains) {
		actions.emplace_back(entry.second);
	}
	return actions;
}

CheckpointStream::CheckpointStream(const Snapshot &snapshot_p, LogContext context_p, LogReplay replay_p,
                                   CheckpointStreamOptions options_p)
    : snapshot(snapshot_p), context(context_p), replay(std::move(replay_p)), options(options_p) {
	CollectOwnActions();
	auto committed = replay.TakeFiles();
	files.assign(std::make_move_iterator(committed.begin()), std::make_move_iterator(committed.end()));
}

CheckpointStream::~CheckpointStream() {
	if (reader.joinable()) {
		queue.Close();
		reader.join();
	}
}

void CheckpointStream::CollectOwnActions() {
	if (options.kind == CheckpointFileKind::V2) {
		own_actions.emplace_back(CheckpointMetadata {snapshot.version, {}});
	}
	if (options.kind != CheckpointFileKind::SIDECAR) {
		for (auto &action : NonFileActions(snapshot)) {
			own_actions.push_back(std::move(action));
		}
	}
	for (auto &removed : replay.removes) {
		if (!IsExpired(removed)) {
			own_actions.emplace_back(AsTombstone(std::move(removed)));
		}
	}
}

bool CheckpointStream::IsExpired(const RemoveFile &removed) const {
	return removed.deletion_timestamp.value_or(0) < options.expired_before_ms;
}

void CheckpointStream::ReadPrevious(std::vector<LogFile> checkpoint, KeptRowGroups kept_row_groups) {
	kept = std::move(kept_row_groups);
	row_count += kept.row_count;
	file_count += kept.row_count;
	reader = std::thread([this, checkpoint = std::move(checkpoint)] {
		std::exception_ptr failure;
		try {
			ReadAll(checkpoint);
		} catch (...) {
			failure = std::current_exception();
		}
		queue.Finish(failure);
	});
}

void CheckpointStream::ReadAll(const std::vector<LogFile> &checkpoint) {
	CheckpointReadRequest request;
	request.stats = true;
	request.removes = true;
	request.half_of_threads = true;
	request.left_out = kept;
	const CheckpointTaker taker {[&](std::vector<Action> &&actions) { PushActions(std::move(actions)); },
	                             [&](CheckpointRows &rows) {
		                             PushFiltered(rows);
	                             }};
	ReadCheckpointRows(snapshot.location, context, checkpoint, std::move(request), taker);
}

void CheckpointStream::PushActions(std::vector<Action> &&actions) {
	CheckpointRowsBuilder builder;
	for (auto &action : actions) {
		if (auto added = std::get_if<AddFile>(&action)) {
			if (!replay.keys.Contains(added->path, added->deletion_vector ? &*added->deletion_vector : nullptr)) {
				builder.AddFileRow(*added);
			}
		} else if (auto removed = std::get_if<RemoveFile>(&action)) {
			AddTombstone(std::move(*removed), builder);
		}
		if (builder.Count() >= options.batch_rows_max) {
			PushOrStop(builder.Take());
		}
	}
	PushOrStop(builder.Take());
}

void CheckpointStream::AddTombstone(RemoveFile &&removed, CheckpointRowsBuilder &builder) const {
	const auto vector = removed.deletion_vector ? &*removed.deletion_vector : nullptr;
	if (!IsExpired(removed) && !replay.keys.Contains(removed.path, vector)) {
		builder.AddOther(AsTombstone(std::move(removed)));
	}
}

void CheckpointStream::PushFiltered(CheckpointRows &rows) {
	CheckpointRowsBuilder builder;
	const auto extras_of = rows.ExtrasByRow();
	for (uint32_t row = 0; row < rows.count; row++) {
		if (!rows.is_add[row]) {
			continue;
		}
		const auto extras = extras_of.empty() ? nullptr : extras_of[row];
		const auto vector = extras && extras->deletion_vector ? &*extras->deletion_vector : nullptr;
		if (!replay.keys.Contains(rows.path[row], vector)) {
			builder.CopyFileRow(rows, row, extras);
		}
		if (builder.Count() >= options.batch_rows_max) {
			PushOrStop(builder.Take());
		}
	}
	for (auto &entry : rows.others) {
		if (auto removed = std::get_if<RemoveFile>(&entry.second)) {
			AddTombstone(std::move(*removed), builder);
		}
		if (builder.Count() >= options.batch_rows_max) {
			PushOrStop(builder.Take());
		}
	}
	PushOrStop(builder.Take());
}

void CheckpointStream::PushOrStop(std::unique_ptr<OwnedCheckpointRows> rows) {
	if (rows->rows.count > 0 && !queue.Push(std::move(rows))) {
		throw Error(ErrorKind::CANCELLED, "the checkpoint is no longer written");
	}
}

std::unique_ptr<OwnedCheckpointRows> CheckpointStream::NextOwned() {
	CheckpointRowsBuilder builder;
	for (; builder.Count() < options.batch_rows_max && !own_actions.empty(); own_actions.pop_front()) {
		builder.AddOther(std::move(own_actions.front()));
	}
	for (; builder.Count() < options.batch_rows_max && !files.empty(); files.pop_front()) {
		builder.AddFileRow(files.front().file);
	}
	if (builder.Count() > 0) {
		return builder.Take();
	}
	return reader.joinable() ? queue.Pop() : nullptr;
}

std::unique_ptr<OwnedCheckpointRows> CheckpointStream::Next() {
	context.cancel.Check();
	auto owned = NextOwned();
	if (!owned) {
		Verify(file_count == snapshot.files.LiveCount(), "a checkpoint has as many files as its version");
		return nullptr;
	}
	const auto &is_add = owned->rows.is_add;
	row_count += owned->rows.count;
	file_count += uint64_t(std::count(is_add.begin(), is_add.end(), 1));
	return owned;
}

} // namespace merganser
