#include "log/part_writer.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"
#include "log/log_file_name.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

namespace merganser {

namespace {

//! Each holds a row group in memory.
constexpr uint64_t PARTS_MAX = 32;
//! Rows that wait for one part at once.
constexpr uint32_t BATCH_ROWS_MAX = 256;

//! The rows of one part.
class PartSource : public CheckpointSource {
public:
	explicit PartSource(CheckpointRowsQueue &queue_p) : queue(queue_p) {
	}
	CheckpointFileKind Kind() const override {
		return CheckpointFileKind::V1;
	}
	std::unique_ptr<OwnedCheckpointRows> Next() override {
		return queue.Pop();
	}

private:
	CheckpointRowsQueue &queue;
};

//! What is no file and no tombstone is in the first part.
std::string_view PathOf(const Action &action) {
	const auto *removed = std::get_if<RemoveFile>(&action);
	return removed ? std::string_view(removed->path) : std::string_view();
}

} // namespace

struct PartWriter::Part {
	std::string path;
	CheckpointRowsQueue queue;
	CheckpointRowsBuilder builder;
	std::thread thread;
	uint64_t size_bytes = 0;
	//! nullopt where writing failed.
	std::optional<PutOutcome> outcome;
};

uint32_t PartCount(uint64_t file_count, uint64_t part_files_max) {
	const auto parts = file_count / part_files_max + (file_count % part_files_max > 0 ? 1 : 0);
	return uint32_t(std::clamp<uint64_t>(parts, 1, PARTS_MAX));
}

PartWriter::PartWriter(const TableLocation &location_p, LogContext context_p, CheckpointStream &stream_p)
    : location(location_p), context(context_p), stream(stream_p) {
}

PartWriter::~PartWriter() = default;

void PartWriter::WritePart(Part &part) noexcept {
	try {
		PartSource source(part.queue);
		part.outcome = context.parquet.WriteCheckpoint(*location.store, part.path, source, part.size_bytes);
		if (part.outcome == PutOutcome::UNKNOWN) {
			CheckTaken(location, part.path, part.size_bytes);
		}
	} catch (...) {
		Fail();
	}
	part.queue.Close();
}

void PartWriter::Fail() {
	std::lock_guard<std::mutex> guard(lock);
	if (!failure) {
		failure = std::current_exception();
	}
}

void PartWriter::Distribute() {
	const auto give = [&](Part &part) {
		if (part.builder.Count() > 0 && !part.queue.Push(part.builder.Take())) {
			throw Error(ErrorKind::CANCELLED, "a part of the checkpoint is no longer written");
		}
	};
	const auto take = [&](std::string_view path) -> CheckpointRowsBuilder & {
		auto &part = *parts[path.empty() ? 0 : PathHash(path) % parts.size()];
		if (part.builder.Count() >= BATCH_ROWS_MAX) {
			give(part);
		}
		return part.builder;
	};
	while (auto owned = stream.Next()) {
		auto &rows = owned->rows;
		auto extras = rows.extras.begin();
		for (uint32_t row = 0; row < rows.count; row++) {
			const bool has_extras = extras != rows.extras.end() && extras->row == row;
			if (rows.is_add[row]) {
				take(rows.path[row]).CopyFileRow(rows, row, has_extras ? &*extras : nullptr);
			}
			extras += has_extras;
		}
		for (auto &[row, action] : rows.others) {
			take(PathOf(action)).AddOther(std::move(action));
		}
	}
	for (auto &part : parts) {
		give(*part);
	}
}

void PartWriter::FinishAll() {
	std::unique_lock<std::mutex> guard(lock);
	for (auto &part : parts) {
		part->queue.Finish(failure);
	}
	guard.unlock();
	for (auto &part : parts) {
		if (part->thread.joinable()) {
			part->thread.join();
		}
	}
}

void PartWriter::DeleteWritten() noexcept {
	for (const auto &part : parts) {
		try {
			if (part->outcome && *part->outcome != PutOutcome::EXISTS) {
				location.store->Delete(part->path);
			}
		} catch (const std::exception &) {
			// Without the others nobody reads it; it goes with the log of its time.
			continue;
		}
	}
}

std::optional<uint64_t> PartWriter::Write(int64_t version, uint32_t part_count) {
	try {
		for (uint32_t number = 1; number <= part_count; number++) {
			auto &part = *parts.emplace_back(std::make_unique<Part>());
			part.path = CheckpointPartPath(location, version, number, part_count);
			part.thread = std::thread([this, &part] { WritePart(part); });
		}
		Distribute();
	} catch (...) {
		Fail();
	}
	FinishAll();
	uint64_t size_bytes = 0;
	bool is_taken = false;
	for (const auto &part : parts) {
		size_bytes += part->size_bytes;
		is_taken = is_taken || part->outcome == PutOutcome::EXISTS;
	}
	if (failure || is_taken) {
		DeleteWritten();
	}
	if (failure) {
		std::rethrow_exception(failure);
	}
	return is_taken ? std::nullopt : std::optional(size_bytes);
}

} // namespace merganser
