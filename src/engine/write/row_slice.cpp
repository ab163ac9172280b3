#include "engine/write/row_slice.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace merganser {

namespace {

uint64_t VectorBytes(duckdb::Vector &vector, idx_t count);

uint64_t TextBytes(duckdb::Vector &vector, idx_t count) {
	duckdb::UnifiedVectorFormat format;
	vector.ToUnifiedFormat(count, format);
	const auto *texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
	uint64_t bytes = count * sizeof(duckdb::string_t);
	for (idx_t row = 0; row < count; row++) {
		const auto i = format.sel->get_index(row);
		if (format.validity.RowIsValid(i) && !texts[i].IsInlined()) {
			bytes += texts[i].GetSize();
		}
	}
	return bytes;
}

uint64_t ListBytes(duckdb::Vector &vector, idx_t count) {
	duckdb::UnifiedVectorFormat format;
	vector.ToUnifiedFormat(count, format);
	const auto *entries = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format);
	uint64_t used_count = 0;
	for (idx_t row = 0; row < count; row++) {
		const auto i = format.sel->get_index(row);
		used_count += format.validity.RowIsValid(i) ? entries[i].length : 0;
	}
	// The child may hold elements that no row of this chunk refers to.
	const auto child_count = duckdb::ListVector::GetListSize(vector);
	const auto child_bytes = VectorBytes(duckdb::ListVector::GetEntry(vector), child_count);
	const double element_bytes = double(child_bytes) / double(std::max<idx_t>(child_count, 1));
	return count * sizeof(duckdb::list_entry_t) + uint64_t(element_bytes * double(used_count));
}

uint64_t VectorBytes(duckdb::Vector &vector, idx_t count) {
	switch (vector.GetType().InternalType()) {
	case duckdb::PhysicalType::VARCHAR:
		return TextBytes(vector, count);
	case duckdb::PhysicalType::LIST:
		return ListBytes(vector, count);
	case duckdb::PhysicalType::STRUCT: {
		uint64_t bytes = 0;
		for (auto &child : duckdb::StructVector::GetEntries(vector)) {
			bytes += VectorBytes(*child, count);
		}
		return bytes;
	}
	default:
		return count * duckdb::GetTypeIdSize(vector.GetType().InternalType());
	}
}

//! Calls `take` with the rows, chunk by chunk. `columns`: those that the chunks have.
template <class TAKE>
void ForEachChunk(const RowSlice &slice, const duckdb::vector<duckdb::column_t> &columns, const TAKE &take) {
	duckdb::ColumnDataScanState scan;
	slice.rows->InitializeScan(scan, columns);
	duckdb::DataChunk chunk;
	slice.rows->InitializeScanChunk(scan, chunk);
	const auto end = slice.start + slice.count;
	for (idx_t row = slice.start; row < end;) {
		slice.rows->Seek(row, scan, chunk);
		const auto offset = row - scan.current_row_index;
		const auto count = std::min(chunk.size() - offset, end - row);
		if (count < chunk.size()) {
			chunk.Slice(offset, count);
		}
		take(chunk);
		row += count;
	}
}

template <class TAKE>
void ForEachCompactChunk(const RowSlice &slice, const duckdb::vector<duckdb::column_t> &columns, const TAKE &take) {
	const auto &types = slice.compact->Types();
	duckdb::vector<bool> wanted(types.size(), false);
	duckdb::vector<duckdb::LogicalType> wanted_types;
	for (const auto column : columns) {
		wanted[column] = true;
		wanted_types.push_back(types[column]);
	}
	duckdb::BufferHandle pin;
	const auto end = slice.start + slice.count;
	auto number = slice.compact->FindChunk(slice.start);
	for (idx_t row = slice.start; row < end; number++) {
		duckdb::DataChunk all;
		all.Initialize(duckdb::Allocator::DefaultAllocator(), types, wanted);
		slice.compact->Fetch(number, wanted, pin, all);
		duckdb::DataChunk chunk;
		chunk.InitializeEmpty(wanted_types);
		for (idx_t i = 0; i < columns.size(); i++) {
			chunk.data[i].Reference(all.data[columns[i]]);
		}
		chunk.SetCardinality(all.size());
		const auto offset = row - slice.compact->StartOf(number);
		const auto count = std::min<idx_t>(chunk.size() - offset, end - row);
		if (count < chunk.size()) {
			chunk.Slice(offset, count);
		}
		take(chunk);
		row += count;
	}
}

//! Rows of the vector.
TextVector PartOf(const TextVector &vector, idx_t begin, idx_t count) {
	TextVector part;
	part.row_count = count;
	const bool is_by_row = vector.numbers.empty() && vector.texts.size() == vector.row_count;
	part.texts = is_by_row ? std::vector<std::string_view>(vector.texts.begin() + int64_t(begin),
	                                                       vector.texts.begin() + int64_t(begin + count))
	                       : vector.texts;
	part.numbers = vector.numbers.empty() ? vector.numbers : vector.numbers.substr(begin, count);
	if (!vector.valid.empty()) {
		part.valid.assign(vector.valid.begin() + int64_t(begin), vector.valid.begin() + int64_t(begin + count));
	}
	return part;
}

void ForEachCompactTexts(const RowSlice &slice, size_t column, const std::function<void(const TextVector &)> &take) {
	duckdb::BufferHandle pin;
	const auto end = slice.start + slice.count;
	auto number = slice.compact->FindChunk(slice.start);
	for (idx_t row = slice.start; row < end; number++) {
		const auto texts = slice.compact->Texts(number, column, pin);
		const idx_t offset = row - slice.compact->StartOf(number);
		const auto count = std::min<idx_t>(texts.row_count - offset, end - row);
		take(count == texts.row_count ? texts : PartOf(texts, offset, count));
		row += count;
	}
}

template <class TAKE>
void ForEachChunkOfAny(const RowSlice &slice, const duckdb::vector<duckdb::column_t> &columns, const TAKE &take) {
	if (slice.rows) {
		ForEachChunk(slice, columns, take);
	} else {
		ForEachCompactChunk(slice, columns, take);
	}
}

//! Columns of the slice.
void CopySlice(const RowSlice &slice, const duckdb::vector<duckdb::column_t> &columns,
               duckdb::ColumnDataCollection &target) {
	duckdb::ColumnDataAppendState append;
	target.InitializeAppend(append);
	ForEachChunkOfAny(slice, columns, [&](duckdb::DataChunk &chunk) { target.Append(append, chunk); });
}

const duckdb::vector<duckdb::LogicalType> &TypesOf(const RowSlice &slice) {
	return slice.rows ? slice.rows->Types() : slice.compact->Types();
}

} // namespace

uint64_t CountRows(const std::vector<RowSlice> &slices) {
	uint64_t count = 0;
	for (const auto &slice : slices) {
		count += slice.count;
	}
	return count;
}

duckdb::unique_ptr<duckdb::ColumnDataCollection> NewCollection(duckdb::ClientContext &context,
                                                               const duckdb::vector<duckdb::LogicalType> &types) {
	auto rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, types);
	// Makes the buffer manager less likely to spill what is written next.
	rows->SetPartitionIndex(0);
	return rows;
}

void RowPieces::Add(RowSlice slice) {
	if (slice.count > 0) {
		row_count += slice.count;
		bytes += slice.bytes;
		slices.push_back(std::move(slice));
	}
}

std::vector<RowSlice> RowPieces::Take() {
	row_count = 0;
	bytes = 0;
	return std::exchange(slices, {});
}

duckdb::unique_ptr<duckdb::ColumnDataCollection> GatherRows(duckdb::ClientContext &context,
                                                            std::vector<RowSlice> slices) {
	auto result = NewCollection(context, TypesOf(slices.front()));
	duckdb::vector<duckdb::column_t> columns(result->ColumnCount());
	std::iota(columns.begin(), columns.end(), 0);
	for (auto &slice : slices) {
		if (slice.rows && slice.count == slice.rows->Count()) {
			result->Combine(*slice.rows);
		} else {
			CopySlice(slice, columns, *result);
		}
		slice = {};
	}
	return result;
}

duckdb::unique_ptr<duckdb::ColumnDataCollection>
GatherColumns(duckdb::ClientContext &context, const std::vector<RowSlice> &slices, const std::vector<size_t> &columns) {
	duckdb::vector<duckdb::LogicalType> types;
	for (const auto column : columns) {
		types.push_back(TypesOf(slices.front())[column]);
	}
	auto result = NewCollection(context, types);
	const duckdb::vector<duckdb::column_t> ids(columns.begin(), columns.end());
	for (const auto &slice : slices) {
		CopySlice(slice, ids, *result);
	}
	return result;
}

void ForEachVector(const std::vector<RowSlice> &slices, size_t column,
                   const std::function<void(duckdb::Vector &, idx_t)> &take) {
	for (const auto &slice : slices) {
		ForEachChunkOfAny(slice, {column}, [&](duckdb::DataChunk &chunk) { take(chunk.data[0], chunk.size()); });
	}
}

void ForEachTexts(const std::vector<RowSlice> &slices, size_t column,
                  const std::function<void(const TextVector &)> &take) {
	VectorCode code;
	std::string bytes;
	for (const auto &slice : slices) {
		if (slice.compact) {
			ForEachCompactTexts(slice, column, take);
			continue;
		}
		ForEachChunk(slice, {column}, [&](duckdb::DataChunk &chunk) {
			bytes.clear();
			code.Encode(chunk.data[0], chunk.size(), bytes);
			take(VectorCode::ReadTexts(bytes.data(), chunk.size()));
		});
	}
}

uint64_t RowBytes(duckdb::DataChunk &rows) {
	uint64_t bytes = 0;
	for (auto &column : rows.data) {
		bytes += VectorBytes(column, rows.size());
	}
	return bytes;
}

} // namespace merganser
