#include "log/checkpoint_writer.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/checkpoint_stream.hpp"
#include "log/commit_append.hpp"
#include "log/commit_file.hpp"
#include "log/last_checkpoint.hpp"
#include "log/log_file_name.hpp"
#include "log/part_writer.hpp"
#include "log/row_mask.hpp"
#include "log/sidecar_writer.hpp"
#include "protocol/schema_names.hpp"

#include <algorithm>
#include <mutex>

namespace merganser {

namespace {

//! Fewer are written anew as fast.
constexpr uint64_t KEPT_FROM_FILES = 10000;
constexpr const char *PART_SIZE_PROPERTY = "merganser.checkpointPartSize";

void RememberCheckpoint(const Snapshot &snapshot) {
	if (snapshot.memo) {
		snapshot.memo->RememberCheckpoint(snapshot.version);
	}
}

//! False where another writer was first.
bool IsWritten(const TableLocation &location, PutOutcome outcome, const std::string &path) {
	switch (outcome) {
	case PutOutcome::WRITTEN:
		return true;
	case PutOutcome::EXISTS:
		return false;
	case PutOutcome::UNKNOWN:
		break;
	}
	if (!location.store->Head(path)) {
		throw Error(ErrorKind::IO, "table '" + location.name +
		                               "': the store did not say whether it took the checkpoint " + path +
		                               "; a later commit writes another");
	}
	return true;
}

struct NewCheckpoint {
	const Snapshot &snapshot;
	const LogContext context;
	const LogSegment &segment;
	const int64_t now_ms;

	//! `replay` holds the commits since the previous checkpoint, which is read. `is_one_file`: row groups of the
	//! previous one can be taken over.
	std::unique_ptr<CheckpointStream> Stream(LogReplay replay, CheckpointFileKind kind, uint64_t batch_rows_max,
	                                         bool is_one_file = false) const {
		CheckpointStreamOptions options;
		options.kind = kind;
		options.expired_before_ms = now_ms - DeletedFileRetentionMs(*snapshot.configuration);
		options.batch_rows_max = uint32_t(std::min<uint64_t>(options.batch_rows_max, batch_rows_max));
		auto kept = is_one_file && !segment.checkpoint.empty() ? FindKept(replay, kind) : KeptRowGroups();
		auto stream = std::make_unique<CheckpointStream>(snapshot, context, std::move(replay), options);
		if (!segment.checkpoint.empty()) {
			stream->ReadPrevious(segment.checkpoint, std::move(kept));
		}
		return stream;
	}

private:
	//! Of the previous checkpoint.
	KeptRowGroups FindKept(const LogReplay &replay, CheckpointFileKind kind) const {
		const auto &previous = segment.checkpoint.front();
		if (segment.checkpoint.size() != 1 || previous.is_json || snapshot.files.LiveCount() < KEPT_FROM_FILES) {
			return {};
		}
		const auto keepable = context.parquet.FindKeepable(*snapshot.location.store, previous.path, kind);
		if (keepable.empty()) {
			return {};
		}
		const auto &last = keepable.back();
		const auto staying = StayingRows(replay, previous.path, last.first_row + last.row_count);
		KeptRowGroups kept;
		kept.path = previous.path;
		for (const auto &range : keepable) {
			if (staying.AreAllSet(range.first_row, range.first_row + range.row_count)) {
				kept.row_groups.push_back(range.row_group);
				kept.row_count += range.row_count;
			}
		}
		return kept;
	}

	//! The files of a checkpoint that no later commit superseded, among its first `row_count` rows.
	RowMask StayingRows(const LogReplay &replay, const std::string &path, uint32_t row_count) const {
		RowMask staying(row_count);
		std::mutex lock;
		CheckpointReadRequest request;
		request.files = {path};
		request.others = false;
		const auto take = [&](CheckpointRows &rows) {
			const auto extras_of = rows.ExtrasByRow();
			std::vector<uint32_t> found;
			for (uint32_t row = 0; row < rows.count && rows.first_row + row < row_count; row++) {
				const auto extras = extras_of.empty() ? nullptr : extras_of[row];
				const auto vector = extras && extras->deletion_vector ? &*extras->deletion_vector : nullptr;
				if (rows.is_add[row] && !replay.keys.Contains(rows.path[row], vector)) {
					found.push_back(uint32_t(rows.first_row) + row);
				}
			}
			std::lock_guard<std::mutex> guard(lock);
			for (const auto row : found) {
				staying.Set(row);
			}
		};
		context.parquet.ReadCheckpoint(*snapshot.location.store, request, take, context.cancel);
		return staying;
	}
};

void WriteClassic(const NewCheckpoint &checkpoint, LogReplay replay, CheckpointFileKind kind) {
	const auto &snapshot = checkpoint.snapshot;
	const auto &location = snapshot.location;
	const auto stream = checkpoint.Stream(std::move(replay), kind, UINT32_MAX, true);
	LastCheckpoint last;
	last.version = snapshot.version;
	const auto path = ClassicCheckpointPath(location, snapshot.version);
	const auto outcome = checkpoint.context.parquet.WriteCheckpoint(*location.store, path, *stream, last.size_bytes);
	if (!IsWritten(location, outcome, path)) {
		// Its writer writes the hint too.
		return;
	}
	last.size = stream->RowCount();
	last.added_files = stream->FileCount();
	WriteLastCheckpoint(location, last);
}

//! False where another writer has begun one: whether it ends is not known.
bool WriteInParts(const NewCheckpoint &checkpoint, LogReplay replay, uint32_t part_count) {
	const auto &snapshot = checkpoint.snapshot;
	const auto stream = checkpoint.Stream(std::move(replay), CheckpointFileKind::V1, UINT32_MAX);
	PartWriter writer(snapshot.location, checkpoint.context, *stream);
	const auto size_bytes = writer.Write(snapshot.version, part_count);
	if (!size_bytes) {
		return false;
	}
	LastCheckpoint last;
	last.version = snapshot.version;
	last.size = stream->RowCount();
	last.size_bytes = *size_bytes;
	last.added_files = stream->FileCount();
	last.parts = part_count;
	WriteLastCheckpoint(snapshot.location, last);
	return true;
}

//! PROTOCOL.md, "Checkpoint Metadata Tags".
CheckpointMetadata Describe(int64_t version, const CheckpointStream &stream, uint64_t sidecar_bytes) {
	return CheckpointMetadata {version, StringMap {{"sidecarNumActions", std::to_string(stream.RowCount())},
	                                               {"sidecarSizeInBytes", std::to_string(sidecar_bytes)},
	                                               {"numOfAddFiles", std::to_string(stream.FileCount())}}};
}

void WriteWithSidecars(const NewCheckpoint &checkpoint, LogReplay replay, const CheckpointLayout &layout) {
	const auto &snapshot = checkpoint.snapshot;
	const auto &location = snapshot.location;
	const auto expected = snapshot.files.LiveCount() + replay.removes.size();
	const auto stream = checkpoint.Stream(std::move(replay), CheckpointFileKind::SIDECAR, layout.sidecar_actions_max);
	SidecarWriter writer(location, checkpoint.context, *stream, layout.random);
	LastCheckpoint last;
	last.version = snapshot.version;
	auto &v2 = last.v2.emplace();
	v2.sidecars = writer.Write(SidecarLayout {layout.sidecar_actions_max, expected, checkpoint.now_ms});
	for (const auto &sidecar : v2.sidecars) {
		last.size_bytes += uint64_t(sidecar.size_in_bytes);
	}
	v2.other_actions = NonFileActions(snapshot);
	v2.other_actions.emplace_back(Describe(snapshot.version, *stream, last.size_bytes));
	auto actions = v2.other_actions;
	actions.insert(actions.end(), v2.sidecars.begin(), v2.sidecars.end());
	const auto text = EncodeCommit(actions);
	const auto path = V2CheckpointPath(location, snapshot.version, layout.random.Uuid());
	const auto outcome = location.store->PutIfAbsent(path, text);
	// From here on it may be there, or come to be.
	writer.Keep();
	// EXISTS: nobody else has this name, so an earlier try of the call wrote it.
	IsWritten(location, outcome, path);
	v2.path = std::string(FileNameOf(path));
	v2.size_bytes = text.size();
	v2.modified_ms = checkpoint.now_ms;
	last.size = stream->RowCount() + actions.size();
	last.size_bytes += text.size();
	last.added_files = stream->FileCount();
	WriteLastCheckpoint(location, last);
}

bool IsV2(const TableConfiguration &configuration) {
	const auto policy = configuration.Property("delta.checkpointPolicy");
	return policy && SameName(*policy, "v2") && configuration.HasFeature("v2Checkpoint");
}

//! Of a V1 checkpoint.
uint32_t PartCountOf(const Snapshot &snapshot) {
	const auto part_files_max = snapshot.configuration->PropertyInt(PART_SIZE_PROPERTY, 0);
	// PROTOCOL.md, "V2 Checkpoint Table Feature": multi-part checkpoints are not allowed.
	const bool is_allowed = part_files_max > 0 && !snapshot.configuration->HasFeature("v2Checkpoint");
	return is_allowed ? PartCount(snapshot.files.LiveCount(), uint64_t(part_files_max)) : 1;
}

//! A few actions as the rows of a file.
class ActionSource : public CheckpointSource {
public:
	explicit ActionSource(std::vector<Action> actions_p) : actions(std::move(actions_p)) {
	}
	CheckpointFileKind Kind() const override {
		return CheckpointFileKind::V2;
	}
	std::unique_ptr<OwnedCheckpointRows> Next() override {
		if (actions.empty()) {
			return nullptr;
		}
		CheckpointRowsBuilder builder;
		for (auto &action : actions) {
			if (const auto added = std::get_if<AddFile>(&action)) {
				builder.AddFileRow(*added);
			} else {
				builder.AddOther(std::move(action));
			}
		}
		actions.clear();
		return builder.Take();
	}

private:
	std::vector<Action> actions;
};

} // namespace

int64_t KnownCheckpoint(const Snapshot &snapshot) {
	return std::max(snapshot.checkpoint_version, snapshot.memo ? snapshot.memo->NewestCheckpoint() : -1);
}

bool WasReplaced(const Snapshot &snapshot, const LogSegment &segment) {
	return snapshot.last_commit && segment.last_commit &&
	       snapshot.last_commit->size_bytes != segment.last_commit->size_bytes;
}

bool CheckpointIsDue(const Snapshot &snapshot) {
	// The first one comes with version 10, not with the tenth commit, as other writers do it.
	return snapshot.version - std::max<int64_t>(KnownCheckpoint(snapshot), 0) >=
	       snapshot.configuration->CheckpointInterval();
}

void WriteCheckpoint(const Snapshot &snapshot, LogContext context, int64_t now_ms, const CheckpointLayout &layout) {
	auto &location = snapshot.location;
	const auto segment = ListLogSegment(location, snapshot.version);
	if (segment.checkpoint_version == snapshot.version) {
		RememberCheckpoint(snapshot);
		return;
	}
	if (WasReplaced(snapshot, segment)) {
		return;
	}
	LogReplay replay(true);
	replay.ApplyFiles(location, segment.commits, context.cancel);
	const NewCheckpoint checkpoint {snapshot, context, segment, now_ms};
	const auto part_count = PartCountOf(snapshot);
	if (part_count > 1) {
		if (!WriteInParts(checkpoint, std::move(replay), part_count)) {
			return;
		}
	} else if (!IsV2(*snapshot.configuration)) {
		WriteClassic(checkpoint, std::move(replay), CheckpointFileKind::V1);
	} else if (snapshot.files.LiveCount() + replay.removes.size() <= layout.sidecar_actions_max) {
		WriteClassic(checkpoint, std::move(replay), CheckpointFileKind::V2);
	} else {
		WriteWithSidecars(checkpoint, std::move(replay), layout);
	}
	RememberCheckpoint(snapshot);
}

void CopyAsClassicCheckpoint(const TableLocation &location, LogContext context, const LogFile &checkpoint) {
	const auto path = ClassicCheckpointPath(location, checkpoint.version);
	if (!checkpoint.is_json) {
		IsWritten(location, location.store->PutIfAbsent(path, GetObject(*location.store, checkpoint.path)), path);
		return;
	}
	ActionSource source(ReadLogFile(location, checkpoint));
	uint64_t size_bytes = 0;
	IsWritten(location, context.parquet.WriteCheckpoint(*location.store, path, source, size_bytes), path);
}

} // namespace merganser
