#include "engine/port/checkpoint_file.hpp"

#include "base/thread_group.hpp"
#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/port/checkpoint_table.hpp"
#include "engine/port/parquet_file.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

namespace merganser {

namespace {

//! Small enough that the readers of the file work in parallel and that its writers need little memory, large enough to
//! compress. What the rows take in memory is mostly NULLs: a file's row has fifty columns and fills ten.
constexpr uint64_t ROW_GROUP_ROWS = 100000;
constexpr uint64_t ROW_GROUP_BYTES = 10ull << 20;
constexpr size_t THREADS_MAX = 4;

duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> FileOptions() {
	duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> options;
	options["codec"] = {duckdb::Value("snappy")};
	options["write_bloom_filter"] = {duckdb::Value::BOOLEAN(false)};
	// Paths and statistics are unique: a dictionary of them is soon given up, one of partition values pays.
	options["dictionary_size_limit"] = {duckdb::Value::BIGINT(2000)};
	return options;
}

class CheckpointWriting {
public:
	CheckpointWriting(duckdb::ClientContext &context_p, const std::string &write_path, CheckpointSource &source_p)
	    : context(context_p), source(source_p),
	      format(context, CheckpointColumnNames(source.Kind()), CheckpointColumnTypes(source.Kind()), FileOptions()),
	      file(context, format, write_path) {
	}

	PutOutcome Run(uint64_t &size_bytes);
	//! What one thread does. Calls `when_full` before it encodes a full row group.
	void Work(const std::function<void()> &when_full) noexcept;

private:
	//! nullptr at the end, and when a thread has failed.
	std::unique_ptr<OwnedCheckpointRows> Next();
	void WriteRowGroups(const std::function<void()> &when_full);
	void WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);

	duckdb::ClientContext &context;
	CheckpointSource &source;
	ParquetFormat format;
	ParquetFile file;
	//! Held while the source is asked.
	std::mutex source_lock;
	bool has_ended = false;
	std::exception_ptr failure;
	//! Held while a row group is appended.
	std::mutex write_lock;
};

std::unique_ptr<OwnedCheckpointRows> CheckpointWriting::Next() {
	std::lock_guard<std::mutex> guard(source_lock);
	auto rows = has_ended ? nullptr : source.Next();
	has_ended = !rows;
	return rows;
}

void CheckpointWriting::WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	const auto encoded = file.Encode(std::move(rows));
	std::lock_guard<std::mutex> guard(write_lock);
	file.Write(*encoded);
}

void CheckpointWriting::WriteRowGroups(const std::function<void()> &when_full) {
	duckdb::DataChunk chunk;
	chunk.Initialize(duckdb::BufferAllocator::Get(context), format.Types());
	duckdb::unique_ptr<duckdb::ColumnDataCollection> waiting;
	duckdb::ColumnDataAppendState append;
	while (const auto owned = Next()) {
		const auto &rows = owned->rows;
		for (uint32_t begin = 0; begin < rows.count; begin += STANDARD_VECTOR_SIZE) {
			if (!waiting) {
				waiting = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, format.Types());
				waiting->InitializeAppend(append);
			}
			const auto end = std::min<uint32_t>(rows.count, begin + STANDARD_VECTOR_SIZE);
			FillCheckpointChunk(source.Kind(), rows, begin, end, chunk);
			waiting->Append(append, chunk);
			if (waiting->Count() >= ROW_GROUP_ROWS || waiting->SizeInBytes() >= ROW_GROUP_BYTES) {
				append.current_chunk_state.handles.clear();
				when_full();
				WriteRowGroup(std::move(waiting));
			}
		}
	}
	if (waiting) {
		append.current_chunk_state.handles.clear();
		WriteRowGroup(std::move(waiting));
	}
}

void CheckpointWriting::Work(const std::function<void()> &when_full) noexcept {
	try {
		WriteRowGroups(when_full);
	} catch (...) {
		std::lock_guard<std::mutex> guard(source_lock);
		has_ended = true;
		if (!failure) {
			failure = std::current_exception();
		}
	}
}

PutOutcome CheckpointWriting::Run(uint64_t &size_bytes) {
	const auto threads = std::min(size_t(duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads()), THREADS_MAX);
	// DuckDB's threads may all be waiting until somebody takes what they have read of the previous checkpoint.
	ThreadGroup others;
	bool is_large = false;
	Work([&] {
		if (!is_large) {
			is_large = true;
			others.Start(threads - 1, [this] { Work([] {}); });
		}
	});
	others.Join();
	if (failure) {
		std::rethrow_exception(failure);
	}
	const auto outcome = file.Finish();
	size_bytes = file.SizeBytes();
	return outcome;
}

} // namespace

PutOutcome WriteCheckpointFile(duckdb::ClientContext &context, const std::string &write_path, CheckpointSource &source,
                               uint64_t &size_bytes) {
	return CheckpointWriting(context, write_path, source).Run(size_bytes);
}

} // namespace merganser
