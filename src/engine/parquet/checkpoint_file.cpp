#include "engine/parquet/checkpoint_file.hpp"

#include "base/error.hpp"
#include "base/thread_group.hpp"
#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/parquet/column_pages.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/null_chunk.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/checkpoint_table.hpp"
#include "engine/port/parquet_file.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace merganser {

namespace {

//! Small enough that the readers of the file work in parallel and that its writers need little memory, large enough to
//! compress. What the rows take in memory is mostly NULLs: a file's row has fifty columns and fills ten.
constexpr uint64_t ROW_GROUP_ROWS = 100000;
constexpr uint64_t ROW_GROUP_BYTES = 10ull << 20;
constexpr size_t THREADS_MAX = 4;
//! What is less, in the file, is written together with others.
constexpr uint64_t KEPT_ROW_GROUP_BYTES_MIN = 128 << 10;

duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> FileOptions() {
	duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> options;
	options["codec"] = {duckdb::Value("snappy")};
	options["write_bloom_filter"] = {duckdb::Value::BOOLEAN(false)};
	// Paths and statistics are unique: a dictionary of them is soon given up, one of partition values pays.
	options["dictionary_size_limit"] = {duckdb::Value::BIGINT(2000)};
	return options;
}

ParquetFormat FormatOf(duckdb::ClientContext &context, CheckpointFileKind kind) {
	return ParquetFormat(context, CheckpointColumnNames(kind), CheckpointColumnTypes(kind), FileOptions());
}

//! Of a file without rows.
duckdb_parquet::FileMetaData EmptyFooter(duckdb::ClientContext &context, const ParquetFormat &format) {
	auto footer = EncodedColumns(context, format, nullptr).File().Footer();
	footer.__set_created_by(OurCreatedBy());
	return footer;
}

//! What the rows of a row group are.
enum class RowKind { ANY, PLAIN_ADDS };

ParquetFormat FormatOf(duckdb::ClientContext &context, CheckpointFileKind kind, RowKind rows) {
	return rows == RowKind::ANY ? FormatOf(context, kind)
	                            : ParquetFormat(context, {PLAIN_ADD_COLUMN}, {PlainAddType()}, FileOptions());
}

//! Throws CORRUPT: what is damaged must not go on from one checkpoint to the next.
void CheckPages(const ChunkPiece &piece) {
	std::string buffer;
	std::string_view bytes = piece.bytes;
	while (!bytes.empty()) {
		const auto page = TakePage(bytes);
		Decompress(piece.chunk.meta_data.codec, page.body, size_t(page.header.uncompressed_page_size), buffer);
	}
}

//! The file that row groups go into, each encoded in memory. Thread-safe.
class RowGroupFile {
public:
	RowGroupFile(duckdb::ClientContext &context_p, ObjectStore &store, const std::string &path, CheckpointFileKind kind)
	    : context(context_p), formats {FormatOf(context, kind), FormatOf(context, kind, RowKind::PLAIN_ADDS)},
	      file(store, path, EmptyFooter(context, formats[0])), leaves(LeavesOfSchema(file.Footer())) {
	}

	const ParquetFormat &Format(RowKind kind) const {
		return formats[size_t(kind)];
	}

	void Write(RowKind kind, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
		const EncodedColumns encoded(context, Format(kind), std::move(rows));
		duckdb_parquet::RowGroup row_group;
		row_group.__set_num_rows(int64_t(encoded.RowCount()));
		auto pieces = encoded.Chunks();
		if (kind == RowKind::PLAIN_ADDS) {
			pieces = WithNulls(std::move(pieces), encoded.RowCount());
		}
		std::lock_guard<std::mutex> guard(lock);
		file.WriteRowGroup(std::move(row_group), std::move(pieces));
	}

	//! A row group of another checkpoint, as it is. Throws CORRUPT where its pages are damaged.
	void Copy(const ParquetSource &previous, size_t row_group) {
		auto pieces = previous.ReadRowGroup(row_group);
		for (const auto &piece : pieces) {
			CheckPages(piece);
		}
		std::lock_guard<std::mutex> guard(lock);
		file.WriteRowGroup(previous.Footer().row_groups.at(row_group), std::move(pieces));
	}

	//! Requires: no other call at the same time or later.
	PutOutcome Finish(uint64_t &size_bytes) {
		const auto outcome = file.Finish();
		size_bytes = file.SizeBytes();
		return outcome;
	}

private:
	//! The leaves that plain files have, and the others as NULL: `add` is there, nothing beside it.
	std::vector<ChunkPiece> WithNulls(std::vector<ChunkPiece> encoded, uint64_t row_count) const {
		std::vector<ChunkPiece> pieces;
		size_t next = 0;
		for (const auto &leaf : leaves) {
			const auto &path = leaf.path;
			if (next < encoded.size() &&
			    std::equal(path.begin(), path.end(), encoded[next].chunk.meta_data.path_in_schema.begin(),
			               encoded[next].chunk.meta_data.path_in_schema.end())) {
				pieces.push_back(std::move(encoded[next++]));
			} else {
				const auto codec = duckdb_parquet::CompressionCodec::SNAPPY;
				pieces.push_back(NullChunk(leaf, path.front() == PLAIN_ADD_COLUMN ? 1 : 0, row_count, codec));
			}
		}
		Verify(next == encoded.size(), "the leaves of plain files are among those of all");
		return pieces;
	}

	duckdb::ClientContext &context;
	//! By RowKind.
	const std::array<ParquetFormat, 2> formats;
	ChunkFile file;
	const std::vector<SchemaLeaf> leaves;
	//! Held while a row group is appended.
	std::mutex lock;
};

//! Rows that wait until they are a row group. For one thread.
class WaitingRows {
public:
	WaitingRows(duckdb::ClientContext &context_p, RowGroupFile &file_p, RowKind kind_p)
	    : context(context_p), file(file_p), kind(kind_p) {
		chunk.Initialize(duckdb::BufferAllocator::Get(context), file.Format(kind).Types());
	}

	//! Some of the rows, a vector at most.
	void Append(CheckpointFileKind file_kind, const CheckpointRows &source, uint32_t begin, uint32_t end) {
		if (!rows) {
			rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, file.Format(kind).Types());
			rows->InitializeAppend(append);
		}
		if (kind == RowKind::ANY) {
			FillCheckpointChunk(file_kind, source, begin, end, chunk);
		} else {
			FillPlainAddChunk(source, begin, end, chunk);
		}
		rows->Append(append, chunk);
	}
	bool AreFull() const {
		return rows && (rows->Count() >= ROW_GROUP_ROWS || rows->SizeInBytes() >= ROW_GROUP_BYTES);
	}
	//! Nothing without a row.
	void Write() {
		if (rows) {
			append.current_chunk_state.handles.clear();
			file.Write(kind, std::move(rows));
		}
	}

private:
	duckdb::ClientContext &context;
	RowGroupFile &file;
	const RowKind kind;
	duckdb::DataChunk chunk;
	duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
	duckdb::ColumnDataAppendState append;
};

class CheckpointWriting {
public:
	CheckpointWriting(duckdb::ClientContext &context_p, ObjectStore &store_p, const std::string &path,
	                  CheckpointSource &source_p)
	    : context(context_p), store(store_p), source(source_p), file(context, store, path, source.Kind()) {
	}

	PutOutcome Run(uint64_t &size_bytes);
	//! What one thread does. Calls `when_full` before it encodes a full row group.
	void Work(const std::function<void()> &when_full) noexcept;

private:
	//! nullptr at the end, and when a thread has failed.
	std::unique_ptr<OwnedCheckpointRows> Next();
	void WriteRowGroups(const std::function<void()> &when_full);
	void CopyKept();

	duckdb::ClientContext &context;
	ObjectStore &store;
	CheckpointSource &source;
	RowGroupFile file;
	//! Held while the source is asked.
	std::mutex source_lock;
	bool has_ended = false;
	std::exception_ptr failure;
	//! There is more than a row group.
	std::atomic<bool> is_large {false};
	std::optional<ParquetSource> previous;
	std::atomic<size_t> next_kept {0};
};

std::unique_ptr<OwnedCheckpointRows> CheckpointWriting::Next() {
	std::lock_guard<std::mutex> guard(source_lock);
	auto rows = has_ended ? nullptr : source.Next();
	has_ended = !rows;
	return rows;
}

void CheckpointWriting::WriteRowGroups(const std::function<void()> &when_full) {
	WaitingRows any(context, file, RowKind::ANY);
	WaitingRows plain(context, file, RowKind::PLAIN_ADDS);
	while (const auto owned = Next()) {
		const auto &rows = owned->rows;
		// A small file has one row group.
		auto &waiting = is_large && ArePlainAdds(rows) ? plain : any;
		for (uint32_t begin = 0; begin < rows.count; begin += STANDARD_VECTOR_SIZE) {
			waiting.Append(source.Kind(), rows, begin, std::min<uint32_t>(rows.count, begin + STANDARD_VECTOR_SIZE));
			if (waiting.AreFull()) {
				when_full();
				waiting.Write();
			}
		}
	}
	any.Write();
	plain.Write();
}

void CheckpointWriting::CopyKept() {
	const auto &row_groups = source.Kept().row_groups;
	for (auto next = next_kept++; next < row_groups.size(); next = next_kept++) {
		file.Copy(*previous, row_groups[next]);
	}
}

void CheckpointWriting::Work(const std::function<void()> &when_full) noexcept {
	try {
		WriteRowGroups(when_full);
		CopyKept();
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
	const auto start_others = [&] {
		if (!is_large.exchange(true)) {
			others.Start(threads - 1, [this] { Work([] {}); });
		}
	};
	const auto &kept = source.Kept();
	if (!kept.row_groups.empty()) {
		previous.emplace(OpenCheckpointFile(store, kept.path));
		start_others();
	}
	Work(start_others);
	others.Join();
	if (failure) {
		std::rethrow_exception(failure);
	}
	return file.Finish(size_bytes);
}

} // namespace

PutOutcome WriteCheckpointFile(duckdb::ClientContext &context, ObjectStore &store, const std::string &path,
                               CheckpointSource &source, uint64_t &size_bytes) {
	return CheckpointWriting(context, store, path, source).Run(size_bytes);
}

ParquetSource OpenCheckpointFile(ObjectStore &store, const std::string &path) {
	const auto object = store.Head(path);
	if (!object) {
		throw Error(ErrorKind::NOT_FOUND, "checkpoint file \"" + path + "\" does not exist");
	}
	return ParquetSource(store, path, object->size_bytes);
}

std::vector<RowGroupRange> FindKeepableRowGroups(duckdb::ClientContext &context, const ParquetSource &file,
                                                 CheckpointFileKind kind) {
	std::vector<RowGroupRange> keepable;
	const auto &footer = file.Footer();
	const auto columns = TopLevelColumns(EmptyFooter(context, FormatOf(context, kind)));
	const bool is_same =
	    footer.created_by == OurCreatedBy() && footer.num_rows < int64_t(UINT32_MAX) &&
	    std::equal(columns.begin(), columns.end(), file.Columns().begin(), file.Columns().end(),
	               [](const ParquetColumn &left, const ParquetColumn &right) { return left.schema == right.schema; });
	uint32_t first_row = 0;
	for (size_t number = 0; is_same && number < footer.row_groups.size(); number++) {
		const auto &row_group = footer.row_groups[number];
		const auto row_count = uint32_t(row_group.num_rows);
		if (file.RowGroupBytes(number) >= KEPT_ROW_GROUP_BYTES_MIN) {
			keepable.push_back({number, first_row, row_count});
		}
		first_row += row_count;
	}
	return keepable;
}

void WriteOtherRowGroups(const ParquetSource &file, const KeptRowGroups &left_out, ObjectStore &target,
                         const std::string &path) {
	ChunkFile others(target, path, file.Footer());
	const auto &kept = left_out.row_groups;
	for (size_t number = 0; number < file.Footer().row_groups.size(); number++) {
		if (std::find(kept.begin(), kept.end(), number) == kept.end()) {
			others.WriteRowGroup(file.Footer().row_groups[number], file.ReadRowGroup(number));
		}
	}
	Verify(others.Finish() == PutOutcome::WRITTEN, "a file in memory has a free name");
}

} // namespace merganser
