#include "engine/write/row_patch.hpp"

#include "duckdb/common/vector_operations/vector_operations.hpp"

#include <deque>

namespace merganser {

RowPatch::RowPatch(ChangedRows &changes_p, const std::vector<std::vector<size_t>> &set_columns_p)
    : changes(changes_p), set_columns(set_columns_p) {
}

const duckdb::DataChunk &RowPatch::Fetch(uint32_t collection, idx_t chunk_index) {
	auto &entry = fetched[collection];
	auto &rows = changes.Collection(collection);
	if (entry.chunk_index == duckdb::DConstants::INVALID_INDEX) {
		rows.InitializeScanChunk(entry.rows);
	}
	if (entry.chunk_index != chunk_index) {
		rows.FetchChunk(chunk_index, entry.rows);
		entry.chunk_index = chunk_index;
	}
	return entry.rows;
}

void RowPatch::Gather(Part &part, const UpdatedRow *updated) {
	const auto first_collection = updated[part.rows.get_index(0)].collection;
	part.values.Initialize(duckdb::Allocator::DefaultAllocator(), changes.Collection(first_collection).Types());
	duckdb::SelectionVector run(STANDARD_VECTOR_SIZE);
	for (idx_t i = 0; i < part.count;) {
		// Neighbours mostly come from one chunk: these are copied at once.
		const auto &begin = updated[part.rows.get_index(i)];
		const auto chunk_index = begin.row / STANDARD_VECTOR_SIZE;
		idx_t length = 0;
		for (; i + length < part.count; length++) {
			const auto &next = updated[part.rows.get_index(i + length)];
			if (next.collection != begin.collection || next.row / STANDARD_VECTOR_SIZE != chunk_index) {
				break;
			}
			run.set_index(length, next.row % STANDARD_VECTOR_SIZE);
		}
		const auto &source = Fetch(begin.collection, chunk_index);
		for (idx_t column = 0; column < part.values.ColumnCount(); column++) {
			duckdb::VectorOperations::Copy(source.data[column], part.values.data[column], run, length, 0, i);
		}
		i += length;
	}
	part.values.SetCardinality(part.count);
}

void RowPatch::ApplyPart(Part &part, std::vector<uint8_t> &is_changed) {
	const auto row_count = patched.size();
	const auto &columns = set_columns[part.action];
	duckdb::SelectionVector merged(row_count);
	for (idx_t i = 0; i < row_count; i++) {
		merged.set_index(i, i);
	}
	for (idx_t i = 0; i < part.count; i++) {
		merged.set_index(part.rows.get_index(i), row_count + i);
	}
	for (size_t i = 0; i < columns.size(); i++) {
		auto &column = patched.data[columns[i]];
		auto &values = part.values.data[i];
		duckdb::Vector old_values(column, part.rows, part.count);
		duckdb::Vector differs(duckdb::LogicalType::BOOLEAN);
		duckdb::VectorOperations::DistinctFrom(old_values, values, differs, part.count);
		duckdb::UnifiedVectorFormat format;
		differs.ToUnifiedFormat(part.count, format);
		const auto *flags = duckdb::UnifiedVectorFormat::GetData<bool>(format);
		for (idx_t row = 0; row < part.count; row++) {
			is_changed[part.rows.get_index(row)] |= flags[format.sel->get_index(row)];
		}
		if (part.count == row_count) {
			column.Reference(values);
			continue;
		}
		duckdb::Vector both(column.GetType(), row_count + part.count);
		duckdb::VectorOperations::Copy(column, both, row_count, 0, 0);
		duckdb::VectorOperations::Copy(values, both, part.count, 0, row_count);
		column.Slice(both, merged, row_count);
	}
}

duckdb::DataChunk &RowPatch::Apply(duckdb::DataChunk &rows, const UpdatedRow *updated,
                                   std::vector<uint8_t> &is_changed) {
	const auto row_count = rows.size();
	is_changed.assign(row_count, 0);
	patched.Destroy();
	patched.InitializeEmpty(rows.GetTypes());
	patched.Reference(rows);
	std::deque<Part> parts;
	for (idx_t row = 0; row < row_count; row++) {
		const auto action = changes.ActionOf(updated[row].collection);
		Part *part = nullptr;
		for (auto &candidate : parts) {
			part = candidate.action == action ? &candidate : part;
		}
		if (!part) {
			part = &parts.emplace_back();
			part->action = action;
			part->rows.Initialize(row_count);
		}
		part->rows.set_index(part->count++, row);
	}
	for (auto &part : parts) {
		Gather(part, updated);
		ApplyPart(part, is_changed);
	}
	return patched;
}

} // namespace merganser
