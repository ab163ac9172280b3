#include "engine/write/partition_writer.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/store_file_system.hpp"
#include "engine/session/lake_instance.hpp"

#include <algorithm>
#include <cstdio>

namespace merganser {

namespace {

//! Of rows in memory; encoding takes about twice as much again, for each thread. On TPC-H's lineitem 48 MB need half
//! the memory of a million rows at once and take no longer.
constexpr uint64_t ROW_GROUP_BYTES_MAX = 48ull << 20;
constexpr uint64_t ROW_GROUP_BYTES_MIN = 1ull << 20;

uint64_t RowGroupBytesMax(duckdb::ClientContext &context) {
	const uint64_t share = duckdb::PhysicalOperator::GetMaxThreadMemory(context) / 3;
	return std::clamp(share, ROW_GROUP_BYTES_MIN, ROW_GROUP_BYTES_MAX);
}

std::string FileName(uint64_t number, const std::string &uuid, const std::string &codec) {
	char part[32];
	std::snprintf(part, sizeof(part), "part-%05llu-", static_cast<unsigned long long>(number));
	const bool is_plain = codec == "uncompressed" || codec == "none";
	return part + uuid + "-c000" + (is_plain ? "" : "." + codec) + ".parquet";
}

} // namespace

FileWriting::FileWriting(duckdb::ClientContext &context_p, WriteSpec spec_p, LakeTransaction &transaction_p)
    : context(context_p), transaction(transaction_p), spec(std::move(spec_p)),
      columns(PhysicalColumnsOf(*spec.configuration)),
      format(context, columns.names, columns.types, ParquetOptionsOf(spec, columns)),
      bounds(*spec.configuration, columns), row_group_bytes_max(RowGroupBytesMax(context)) {
}

bool FileWriting::IsFullRowGroup(uint64_t rows, uint64_t bytes) const {
	return rows >= spec.row_group_rows || bytes >= row_group_bytes_max;
}

duckdb::unique_ptr<duckdb::ColumnDataCollection> FileWriting::NewRows() const {
	auto rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, columns.types);
	// Makes the buffer manager less likely to spill what is written next.
	rows->SetPartitionIndex(0);
	return rows;
}

struct PartitionWriter::OpenFile {
	OpenFile(FileWriting &writing, const std::string &relative_path_p)
	    : relative_path(relative_path_p), parquet(writing.context, writing.format,
	                                              WritePath(*writing.context.db, writing.spec.location.store,
	                                                        JoinPath(writing.spec.location.root, relative_path))) {
	}

	std::string relative_path;
	ParquetFile parquet;
	//! Held while a row group is appended; also guards bounds and row_count.
	std::mutex write_lock;
	std::vector<LeafBounds> bounds;
	uint64_t row_count = 0;
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
		AtBorder([&] {
			auto &random = LakeInstance::Get(writing.context).GetRandom();
			const auto name = FileName(writing.next_file_number++, random.Uuid(), writing.spec.codec);
			const auto path = JoinPath(folder, name);
			// Known to the transaction before it can exist: whatever happens, a rollback finds it.
			writing.transaction.RegisterWrittenFile(writing.spec.location, JoinPath(writing.spec.location.root, path));
			current = std::make_shared<OpenFile>(writing, path);
		});
		writing.open_file_count++;
	}
	current->user_count++;
	return current;
}

void PartitionWriter::Release(const std::shared_ptr<OpenFile> &file) {
	{
		std::lock_guard<std::mutex> guard(lock);
		if (file == current && file->parquet.IsLargerThan(writing.spec.target_file_size_bytes)) {
			current.reset();
		}
		if (--file->user_count > 0 || file == current) {
			return;
		}
	}
	Close(*file);
}

void PartitionWriter::WriteRowGroup(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	const auto row_count = rows->Count();
	const auto bounds = writing.bounds.Gather(*rows);
	const auto file = Acquire();
	const auto encoded = file->parquet.Encode(std::move(rows));
	{
		std::lock_guard<std::mutex> guard(file->write_lock);
		file->parquet.Write(*encoded);
		writing.bounds.Merge(file->bounds, bounds);
		file->row_count += row_count;
	}
	Release(file);
}

void PartitionWriter::Add(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows, uint64_t bytes) {
	if (rows->Count() == 0) {
		return;
	}
	{
		std::lock_guard<std::mutex> guard(lock);
		if (waiting) {
			waiting->Combine(*rows);
		} else {
			waiting = std::move(rows);
		}
		waiting_bytes += bytes;
		if (!writing.IsFullRowGroup(waiting->Count(), waiting_bytes)) {
			return;
		}
		rows = std::move(waiting);
		waiting_bytes = 0;
	}
	WriteRowGroup(std::move(rows));
}

void PartitionWriter::WriteWaiting(uint64_t bytes_min) {
	duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
	{
		std::lock_guard<std::mutex> guard(lock);
		if (!waiting || waiting_bytes < bytes_min) {
			return;
		}
		rows = std::move(waiting);
		waiting_bytes = 0;
	}
	WriteRowGroup(std::move(rows));
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
	WriteWaiting(0);
	CloseIdleFile();
}

void PartitionWriter::Close(OpenFile &file) {
	const auto outcome = file.parquet.Finish();
	writing.open_file_count--;
	if (outcome != PutOutcome::WRITTEN) {
		// The name is random: nobody else can have taken it.
		throw duckdb::IOException(
		    "the store did not confirm that it wrote \"%s\" of table \"%s\". Nothing was committed; run the "
		    "statement again",
		    file.relative_path, writing.spec.location.name);
	}
	AddFile added;
	added.path = PercentEncodePath(file.relative_path);
	added.partition_values = values;
	added.size = static_cast<int64_t>(file.parquet.SizeBytes());
	added.modification_time = LakeInstance::Get(writing.context).GetClock().NowMs();
	added.stats = writing.bounds.ToText(file.bounds, file.row_count);
	writing.byte_count += file.parquet.SizeBytes();
	std::lock_guard<std::mutex> guard(writing.lock);
	writing.added_files.push_back(std::move(added));
}

} // namespace merganser
