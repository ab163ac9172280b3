#include "engine/write/file_sink.hpp"

#include "duckdb/storage/buffer_manager.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Rows that a thread splits by partition before it hands them over.
constexpr idx_t SPLIT_ROWS_MAX = 524288;
//! At the end a thread makes a row group of its own from this part of a full one on. Less is put together, and divided
//! anew among all threads.
constexpr uint64_t OWN_ROW_GROUP_PART = 2;
//! Threads that fill row groups of their own stop at this part of the bytes that one may have: all of them hold what
//! they encode beside what they have encoded.
constexpr double OWN_ROW_GROUP_BYTES_PART = 0.55;
//! Below this a row group is too small to be worth writing early: the buffer manager spills the rows instead.
constexpr uint64_t EARLY_ROW_GROUP_BYTES_MIN = 8ull << 20;

} // namespace

FileSink::FileSink(duckdb::ClientContext &context, WriteSpec spec, LakeTransaction &transaction)
    : writing(context, std::move(spec), transaction),
      row_check(writing.spec.location.name, writing.spec.Table(), AllFields(writing.spec.Table())),
      constraint_check(context, writing.spec.location.name, writing.spec.Table(), AllFields(writing.spec.Table())),
      registry(PartitionFields(*writing.spec.configuration)) {
}

FileSink::~FileSink() = default;

PartitionWriter &FileSink::WriterOf(size_t partition) {
	std::lock_guard<std::mutex> guard(lock);
	if (writers.size() <= partition) {
		writers.resize(partition + 1);
	}
	if (!writers[partition]) {
		if (registry.Fields().empty()) {
			writers[partition] = std::make_unique<PartitionWriter>(writing, PartitionValues(), std::string());
		} else {
			const auto &entry = registry.Get(partition);
			writers[partition] = std::make_unique<PartitionWriter>(writing, entry.values, entry.folder);
		}
	}
	return *writers[partition];
}

std::vector<PartitionWriter *> FileSink::Writers() {
	std::lock_guard<std::mutex> guard(lock);
	std::vector<PartitionWriter *> result;
	for (auto &writer : writers) {
		if (writer) {
			result.push_back(writer.get());
		}
	}
	return result;
}

void FileSink::Prepare(Local &local) {
	local.data.InitializeEmpty(writing.columns.types);
	local.part.InitializeEmpty(writing.columns.types);
	if (registry.Fields().empty()) {
		local.rows = std::make_unique<CompactRows>(writing.context, writing.columns.types);
	} else {
		duckdb::vector<duckdb::LogicalType> key_types;
		for (const auto column : writing.spec.configuration->PartitionColumns()) {
			key_types.push_back(writing.spec.types[column]);
		}
		local.keys.InitializeEmpty(key_types);
		local.split = std::make_unique<PartitionSplit>(writing.context, writing.columns.types, registry);
	}
	local.is_ready = true;
}

void FileSink::Sink(Local &local, duckdb::DataChunk &rows) {
	Check(local, rows);
	Write(local, rows);
}

void FileSink::Check(Local &local, duckdb::DataChunk &rows) {
	if (rows.size() == 0) {
		return;
	}
	if (!local.constraints) {
		local.constraints = std::make_unique<ConstraintCheck::Local>(constraint_check);
	}
	row_check.Check(rows);
	constraint_check.Check(*local.constraints, rows);
}

void FileSink::Write(Local &local, duckdb::DataChunk &rows) {
	if (rows.size() == 0) {
		return;
	}
	if (!local.is_ready) {
		Prepare(local);
	}
	for (size_t i = 0; i < writing.columns.fields.size(); i++) {
		// Only names of struct fields differ.
		local.data.data[i].Reinterpret(rows.data[writing.columns.fields[i]]);
	}
	local.data.SetCardinality(rows.size());
	if (local.split) {
		return SinkSplit(local, rows);
	}
	for (idx_t begin = 0; begin < rows.size();) {
		const auto room = writing.spec.row_group_rows - local.rows->Count();
		const auto count = std::min<idx_t>(rows.size() - begin, room);
		local.part.Reference(local.data);
		if (count < rows.size()) {
			local.part.Slice(begin, count);
		}
		AppendRows(local, local.part);
		begin += count;
	}
}

void FileSink::AppendRows(Local &local, duckdb::DataChunk &rows) {
	local.rows->Append(rows);
	local.bytes += RowBytes(rows);
	const auto bytes_max = uint64_t(double(writing.row_group_bytes_max) * OWN_ROW_GROUP_BYTES_PART);
	if (local.rows->Count() >= writing.spec.row_group_rows || local.bytes >= bytes_max) {
		WriterOf(0).WriteRowGroup({TakeRows(local)});
		local.rows = std::make_unique<CompactRows>(writing.context, writing.columns.types);
	}
}

RowSlice FileSink::TakeRows(Local &local) {
	local.rows->Finish();
	return RowSlice::OfAll(std::move(local.rows), std::exchange(local.bytes, 0));
}

void FileSink::SinkSplit(Local &local, duckdb::DataChunk &rows) {
	const auto &columns = writing.spec.configuration->PartitionColumns();
	for (size_t i = 0; i < columns.size(); i++) {
		local.keys.data[i].Reference(rows.data[columns[i]]);
	}
	local.keys.SetCardinality(rows.size());
	local.split->AppendRows(local.keys, local.data);
	if (local.split->RowCount() >= SPLIT_ROWS_MAX || local.split->ByteCount() >= writing.row_group_bytes_max) {
		HandOver(local);
	}
}

void FileSink::HandOver(Local &local) {
	for (auto &part : local.split->Take()) {
		WriterOf(part.partition).Add(std::move(part.slice));
	}
	LimitResources();
}

void FileSink::LimitResources() {
	auto &buffers = duckdb::BufferManager::GetBufferManager(writing.context);
	const bool memory_is_short = buffers.GetUsedMemory() > buffers.GetQueryMaxMemory() / 2;
	const bool may_close_files = writing.progress.IsLarge();
	if (!memory_is_short && (!may_close_files || writing.progress.HasFewOpenFiles())) {
		return;
	}
	for (auto *writer : Writers()) {
		if (memory_is_short) {
			writer->WriteWaiting(EARLY_ROW_GROUP_BYTES_MIN);
		}
		if (may_close_files && !writing.progress.HasFewOpenFiles()) {
			writer->CloseIdleFile();
		}
	}
}

void FileSink::Combine(Local &local) {
	if (!local.is_ready) {
		return;
	}
	if (local.split) {
		HandOver(local);
		local.split.reset();
		return;
	}
	if (local.rows->Count() == 0) {
		return;
	}
	auto rows = TakeRows(local);
	if (rows.count >= writing.spec.row_group_rows / OWN_ROW_GROUP_PART) {
		WriterOf(0).WriteRowGroup({std::move(rows)});
	} else {
		WriterOf(0).AddWaiting({std::move(rows)});
	}
}

std::vector<AddFile> FileSink::Finish() {
	const auto all = Writers();
	if (all.size() < ThreadCount(writing.context)) {
		for (auto *writer : all) {
			writer->WriteRest();
		}
	}
	ForEachOnAllThreads(writing.context, all.size(), [&](size_t i) { all[i]->Finish(); });
	std::lock_guard<std::mutex> guard(writing.lock);
	return std::move(writing.added_files);
}

} // namespace merganser
