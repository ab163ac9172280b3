#include "engine/write/row_slice.hpp"

#include <algorithm>
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

void CopySlice(const RowSlice &slice, duckdb::ColumnDataCollection &target) {
	duckdb::ColumnDataScanState scan;
	slice.rows->InitializeScan(scan);
	duckdb::DataChunk chunk;
	slice.rows->InitializeScanChunk(scan, chunk);
	duckdb::ColumnDataAppendState append;
	target.InitializeAppend(append);
	const auto end = slice.start + slice.count;
	for (idx_t row = slice.start; row < end;) {
		slice.rows->Seek(row, scan, chunk);
		const auto offset = row - scan.current_row_index;
		const auto count = std::min(chunk.size() - offset, end - row);
		if (count < chunk.size()) {
			chunk.Slice(offset, count);
		}
		target.Append(append, chunk);
		row += count;
	}
}

} // namespace

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
	auto result = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, slices.front().rows->Types());
	// Makes the buffer manager less likely to spill what is written next.
	result->SetPartitionIndex(0);
	for (auto &slice : slices) {
		if (slice.count == slice.rows->Count()) {
			result->Combine(*slice.rows);
		} else {
			CopySlice(slice, *result);
		}
		slice.rows.reset();
	}
	return result;
}

uint64_t RowBytes(duckdb::DataChunk &rows) {
	uint64_t bytes = 0;
	for (auto &column : rows.data) {
		bytes += VectorBytes(column, rows.size());
	}
	return bytes;
}

} // namespace merganser
