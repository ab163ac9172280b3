#include "engine/write/partition_writer.hpp"

#include "base/error.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/main/config.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/store_file_system.hpp"
#include "engine/write/data_file.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>
#include <limits>

namespace merganser {

namespace {

//! Of rows in memory. Encoding takes about twice as much again for each thread, and freed memory goes back late: a row
//! group may take a tenth of a thread's share. Smaller ones are written as fast; larger ones are what Power BI likes.
constexpr uint64_t SHARES_OF_THREAD_MEMORY = 10;
constexpr uint64_t ROW_GROUP_BYTES_MAX = 512ull << 20;
constexpr uint64_t ROW_GROUP_BYTES_MIN = 1ull << 20;
//! At the end, rows become so many row groups at most for threads to encode side by side, two for each so that not all
//! rows are held beside what is made of them, none with fewer rows than half of what DuckDB's own have.
constexpr uint64_t LAST_ROW_GROUPS_MAX = 8;
constexpr uint64_t LAST_ROW_GROUPS_PER_THREAD = 2;
constexpr uint64_t LAST_ROW_GROUP_ROWS_MIN = DEFAULT_ROW_GROUP_SIZE / 2;

//! Files that may be open at once; each holds a buffer and a descriptor.
constexpr uint64_t OPEN_FILES_MAX = 64;
//! A write of less makes one file for each partition.
constexpr uint64_t LARGE_WRITE_BYTES_MIN = 128ull << 20;

constexpr const char *ROW_GROUP_SETTING = "merganser_row_group_size";

uint64_t RowGroupBytesMax(duckdb::ClientContext &context) {
	const uint64_t share = duckdb::PhysicalOperator::GetMaxThreadMemory(context) / SHARES_OF_THREAD_MEMORY;
	return std::clamp(share, ROW_GROUP_BYTES_MIN, ROW_GROUP_BYTES_MAX);
}

WriteSpec WithRowGroupSize(duckdb::ClientContext &context, WriteSpec spec) {
	spec.row_group_rows = RowGroupRows(context);
	return spec;
}

void CheckRowGroupSize(duckdb::ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	if (value.IsNull() || value.GetValue<uint64_t>() == 0) {
		throw duckdb::InvalidInputException("%s is a number of rows from 1 on", ROW_GROUP_SETTING);
	}
}

uint64_t PartsOf(uint64_t amount, uint64_t part_max) {
	return (amount + part_max - 1) / part_max;
}

//! A part of a partition may be more than a row group.
void SplitFront(std::deque<RowSlice> &waiting, uint64_t rows_max) {
	auto &front = waiting.front();
	if (front.count <= rows_max) {
		return;
	}
	auto rest = front;
	const auto rest_bytes = front.bytes / front.count * (front.count - rows_max);
	rest.start += rows_max;
	rest.count -= rows_max;
	rest.bytes = rest_bytes;
	front.count = rows_max;
	front.bytes -= rest_bytes;
	waiting.insert(waiting.begin() + 1, std::move(rest));
}

} // namespace

FileWriting::FileWriting(duckdb::ClientContext &context_p, WriteSpec spec_p, LakeTransaction &transaction_p)
    : context(context_p), transaction(transaction_p), spec(WithRowGroupSize(context, std::move(spec_p))),
      columns(PhysicalColumnsOf(*spec.configuration)), bounds(spec.Table(), columns),
      encoder(context, spec, columns, bounds), row_group_bytes_max(RowGroupBytesMax(context)) {
}

void FileWriting::AddFinished(AddFile added, uint64_t rows) {
	byte_count += uint64_t(added.size);
	progress.row_count += rows;
	std::lock_guard<std::mutex> guard(lock);
	added_files.push_back(std::move(added));
}

bool FileWriting::IsFullRowGroup(uint64_t rows, uint64_t bytes) const {
	return rows >= spec.row_group_rows || bytes >= row_group_bytes_max;
}

bool WriteProgress::HasFewOpenFiles() const {
	return open_file_count < OPEN_FILES_MAX;
}

bool WriteProgress::IsLarge() const {
	const auto written = double(file_bytes);
	const double compression = written / double(std::max<uint64_t>(encoded_bytes, 1));
	// Half, because what waits may compress better than what was written.
	return written + double(waiting_bytes) * compression / 2 >= double(LARGE_WRITE_BYTES_MIN);
}

duckdb::unique_ptr<duckdb::ColumnDataCollection> FileWriting::NewRows() const {
	return NewCollection(context, columns.types);
}

struct PartitionWriter::OpenFile {
	OpenFile(FileWriting &writing, const std::string &folder)
	    : name(writing.context, writing.transaction, writing.spec, folder, writing.next_file_number++) {
	}

	NewDataFile name;
	//! Held while a row group is appended; also guards the next two.
	std::mutex write_lock;
	//! nullptr before the first row group.
	std::unique_ptr<ChunkFile> chunks;
	std::vector<LeafBounds> bounds;
	std::atomic<uint64_t> size_bytes {0};
	//! Threads that encode or append; guarded by the writer's lock.
	uint32_t user_count = 0;
};

PartitionWriter::PartitionWriter(FileWriting &writing_p, PartitionValues values_p, std::string folder_p)
    : writing(writing_p), values(std::move(values_p)), folder(std::move(folder_p)) {
}

PartitionWriter::~PartitionWriter() = default;

std::shared_ptr<PartitionWriter::OpenFile> PartitionWriter::Acquire() {
	std::lock_guard<std::mutex> guard(lock);
	if (!current) {
		AtBorder([&] { current = std::make_shared<OpenFile>(writing, folder); });
		writing.progress.open_file_count++;
	}
	current->user_count++;
	return current;
}

void PartitionWriter::Release(const std::shared_ptr<OpenFile> &file) {
	{
		std::lock_guard<std::mutex> guard(lock);
		if (file == current && file->size_bytes > writing.spec.target_file_size_bytes) {
			current.reset();
		}
		if (--file->user_count > 0 || file == current) {
			return;
		}
	}
	Close(*file);
}

void PartitionWriter::Append(OpenFile &file, EncodedRowGroup rows) {
	std::lock_guard<std::mutex> guard(file.write_lock);
	if (!file.chunks) {
		file.chunks = std::make_unique<ChunkFile>(*writing.spec.location.store, file.name.FullPath(writing.spec),
		                                          writing.encoder.Form().footer);
	}
	duckdb_parquet::RowGroup row_group;
	row_group.__set_num_rows(static_cast<int64_t>(rows.row_count));
	file.chunks->WriteRowGroup(std::move(row_group), std::move(rows.chunks));
	writing.bounds.Merge(file.bounds, rows.bounds);
	writing.progress.file_bytes += file.chunks->SizeBytes() - file.size_bytes;
	file.size_bytes = file.chunks->SizeBytes();
}

void PartitionWriter::WriteRowGroup(std::vector<RowSlice> rows) {
	if (rows.empty()) {
		return;
	}
	AtBorder([&] {
		const auto file = Acquire();
		Append(*file, writing.encoder.Encode(std::move(rows)));
		Release(file);
	});
}

void PartitionWriter::WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	RowPieces whole;
	whole.Add(RowSlice::OfAll(std::move(rows), 0));
	WriteRowGroup(whole.Take());
}

void PartitionWriter::Wait(RowSlice rows) {
	waiting_rows += rows.count;
	waiting_bytes += rows.bytes;
	writing.progress.waiting_bytes += rows.bytes;
	waiting.push_back(std::move(rows));
}

void PartitionWriter::Add(RowSlice rows) {
	if (rows.count == 0) {
		return;
	}
	{
		std::lock_guard<std::mutex> guard(lock);
		Wait(std::move(rows));
	}
	WriteWaiting(std::numeric_limits<uint64_t>::max());
}

void PartitionWriter::AddWaiting(std::vector<RowSlice> rows) {
	std::lock_guard<std::mutex> guard(lock);
	for (auto &slice : rows) {
		Wait(std::move(slice));
	}
}

void PartitionWriter::AddRest(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows, uint64_t part) {
	const auto count = rows->Count();
	if (count >= writing.spec.row_group_rows / part) {
		WriteRowGroup(std::move(rows));
	} else {
		const auto bytes = rows->SizeInBytes();
		Add(RowSlice::OfAll(std::move(rows), bytes));
	}
}

std::vector<RowSlice> PartitionWriter::TakeWaiting(uint64_t bytes_min, bool may_open_file) {
	std::lock_guard<std::mutex> guard(lock);
	if (!writing.IsFullRowGroup(waiting_rows, waiting_bytes) && waiting_bytes < bytes_min) {
		return {};
	}
	if (!current && !may_open_file) {
		return {};
	}
	RowPieces taken;
	while (!waiting.empty() && !writing.IsFullRowGroup(taken.row_count, taken.bytes)) {
		taken.Add(TakeFirst(writing.spec.row_group_rows - taken.row_count));
	}
	return taken.Take();
}

RowSlice PartitionWriter::TakeFirst(uint64_t rows_max) {
	SplitFront(waiting, rows_max);
	auto first = std::move(waiting.front());
	waiting.pop_front();
	waiting_rows -= first.count;
	waiting_bytes -= first.bytes;
	writing.progress.waiting_bytes -= first.bytes;
	writing.progress.encoded_bytes += first.bytes;
	return first;
}

std::vector<RowPieces> PartitionWriter::DivideRest() {
	std::lock_guard<std::mutex> guard(lock);
	const auto side_by_side = std::min<uint64_t>({ThreadCount(writing.context) * LAST_ROW_GROUPS_PER_THREAD,
	                                              LAST_ROW_GROUPS_MAX, waiting_rows / LAST_ROW_GROUP_ROWS_MIN});
	if (side_by_side < 2) {
		return {};
	}
	const auto count = std::max({side_by_side, PartsOf(waiting_rows, writing.spec.row_group_rows),
	                             PartsOf(waiting_bytes, writing.row_group_bytes_max)});
	const auto rows_each = PartsOf(waiting_rows, count);
	std::vector<RowPieces> divided;
	while (!waiting.empty()) {
		auto &row_group = divided.emplace_back();
		while (!waiting.empty() && row_group.row_count < rows_each) {
			row_group.Add(TakeFirst(rows_each - row_group.row_count));
		}
	}
	return divided;
}

void PartitionWriter::WriteSideBySide(std::vector<std::vector<RowSlice>> row_groups) {
	const auto file = Acquire();
	std::vector<EncodedRowGroup> encoded(row_groups.size());
	ForEachOnAllThreads(writing.context, row_groups.size(), [&](size_t i) {
		AtBorder([&] { encoded[i] = writing.encoder.Encode(std::move(row_groups[i])); });
	});
	for (auto &rows : encoded) {
		AtBorder([&] { Append(*file, std::move(rows)); });
	}
	Release(file);
}

void PartitionWriter::WriteRest() {
	auto divided = DivideRest();
	const auto threads = ThreadCount(writing.context);
	for (auto next = divided.begin(); next != divided.end();) {
		// What goes into one file: what it will be in there is less.
		std::vector<std::vector<RowSlice>> row_groups;
		uint64_t bytes = 0;
		do {
			bytes += next->bytes;
			row_groups.push_back(next->Take());
			next++;
		} while (next != divided.end() && row_groups.size() < threads &&
		         bytes + next->bytes <= writing.spec.target_file_size_bytes);
		WriteSideBySide(std::move(row_groups));
	}
}

void PartitionWriter::WriteWaiting(uint64_t bytes_min, bool may_open_file) {
	for (;;) {
		auto slices = TakeWaiting(bytes_min, may_open_file);
		if (slices.empty()) {
			return;
		}
		WriteRowGroup(std::move(slices));
	}
}

void PartitionWriter::WriteWaiting(uint64_t bytes_min) {
	WriteWaiting(bytes_min, writing.progress.HasFewOpenFiles() || writing.progress.IsLarge());
}

void PartitionWriter::CloseIdleFile() {
	std::shared_ptr<OpenFile> file;
	{
		std::lock_guard<std::mutex> guard(lock);
		if (!current || current->user_count > 0) {
			return;
		}
		file = std::move(current);
	}
	Close(*file);
}

void PartitionWriter::Finish() {
	WriteWaiting(0, true);
	CloseIdleFile();
}

void PartitionWriter::Close(OpenFile &file) {
	const auto outcome = AtBorder([&] { return file.chunks->Finish(); });
	writing.progress.open_file_count--;
	auto added = file.name.Finished(writing.context, writing.spec, outcome, file.chunks->SizeBytes());
	added.partition_values = values;
	added.stats = writing.bounds.ToText(file.bounds, file.chunks->RowCount());
	writing.AddFinished(std::move(added), file.chunks->RowCount());
}

uint64_t RowGroupRows(duckdb::ClientContext &context) {
	duckdb::Value setting;
	const bool is_set = context.TryGetCurrentSetting(ROW_GROUP_SETTING, setting) && !setting.IsNull();
	return is_set ? setting.GetValue<uint64_t>() : WriteSpec().row_group_rows;
}

void RegisterRowGroupSize(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    ROW_GROUP_SETTING,
	    "rows of a row group at most, in data files that are written (ROW_GROUP_SIZE of DuckDB's COPY)",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(WriteSpec().row_group_rows), CheckRowGroupSize);
}

} // namespace merganser
