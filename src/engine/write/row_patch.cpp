#include "engine/write/row_patch.hpp"

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "engine/write/different_values.hpp"

#include <algorithm>
#include <deque>

namespace merganser {

namespace {

//! Chunks of collections that are held at once.
constexpr size_t FETCHED_MAX = 16;

} // namespace

RowPatch::RowPatch(const UpdatedValues &values, const std::vector<size_t> &fields_p)
    : updates(values), fields(fields_p) {
}

const std::vector<size_t> &RowPatch::PlacesOf(size_t field_set) {
	auto [entry, is_new] = places_of.try_emplace(field_set);
	if (is_new) {
		for (const auto field : updates.Fields(field_set)) {
			entry->second.push_back(PlaceAmong(fields, field));
		}
	}
	return entry->second;
}

const duckdb::DataChunk &RowPatch::Fetch(uint32_t collection, uint32_t chunk) {
	if (fetched.size() >= FETCHED_MAX && fetched.count(collection) == 0) {
		fetched.clear();
	}
	auto &entry = fetched[collection];
	const auto &rows = updates.Rows(collection);
	if (entry.wanted.empty()) {
		entry.rows.Initialize(duckdb::Allocator::DefaultAllocator(), rows.Types());
		for (const auto place : PlacesOf(updates.FieldSetOf(collection))) {
			entry.wanted.push_back(place != NOT_READ);
		}
	}
	if (entry.chunk != chunk) {
		entry.chunk = chunk;
		entry.rows.Reset();
		rows.Fetch(chunk, entry.wanted, entry.pin, entry.rows);
	}
	return entry.rows;
}

void RowPatch::Gather(Part &part, const std::vector<UpdatedRow> &updated) {
	const auto first_collection = updated[part.numbers.front()].collection;
	const auto &columns = PlacesOf(part.field_set);
	duckdb::SelectionVector run(STANDARD_VECTOR_SIZE);
	for (idx_t i = 0; i < part.count;) {
		// Neighbours mostly come from one chunk: these are taken at once.
		const auto &begin = updated[part.numbers[i]];
		const auto chunk = CompactRows::ChunkOf(begin.row);
		idx_t length = 0;
		for (; i + length < part.count; length++) {
			const auto &next = updated[part.numbers[i + length]];
			if (next.collection != begin.collection || CompactRows::ChunkOf(next.row) != chunk) {
				break;
			}
			run.set_index(length, CompactRows::PlaceOf(next.row));
		}
		const auto &source = Fetch(begin.collection, chunk);
		if (length == part.count) {
			part.values.InitializeEmpty(source.GetTypes());
			part.values.Slice(source, run, length);
			return;
		}
		if (i == 0) {
			part.values.Initialize(duckdb::Allocator::DefaultAllocator(), updates.Rows(first_collection).Types());
		}
		for (idx_t column = 0; column < columns.size(); column++) {
			if (columns[column] != NOT_READ) {
				duckdb::VectorOperations::Copy(source.data[column], part.values.data[column], run, length, 0, i);
			}
		}
		i += length;
	}
	part.values.SetCardinality(part.count);
}

void RowPatch::ApplyPart(Part &part) {
	const auto row_count = patched.size();
	const auto &columns = PlacesOf(part.field_set);
	duckdb::SelectionVector merged(row_count);
	for (idx_t i = 0; i < row_count; i++) {
		merged.set_index(i, i);
	}
	for (idx_t i = 0; i < part.count; i++) {
		merged.set_index(part.rows.get_index(i), row_count + i);
	}
	for (size_t i = 0; i < columns.size(); i++) {
		if (columns[i] == NOT_READ) {
			continue;
		}
		auto &column = patched.data[columns[i]];
		auto &values = part.values.data[i];
		duckdb::Vector old_values(column, part.rows, part.count);
		duckdb::Vector differs(duckdb::LogicalType::BOOLEAN);
		FindDifferent(old_values, values, differs, part.count);
		duckdb::UnifiedVectorFormat format;
		differs.ToUnifiedFormat(part.count, format);
		const auto *flags = duckdb::UnifiedVectorFormat::GetData<bool>(format);
		auto &changed = value_changed[columns[i]];
		for (idx_t row = 0; row < part.count; row++) {
			if (flags[format.sel->get_index(row)]) {
				changed.resize(row_count);
				changed[part.rows.get_index(row)] = 1;
				row_changed[part.rows.get_index(row)] = 1;
			}
		}
		if (changed.empty()) {
			continue;
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

duckdb::DataChunk &RowPatch::Apply(duckdb::DataChunk &rows, const UpdatedPlaces &places) {
	row_changed.assign(rows.size(), 0);
	value_changed.assign(rows.ColumnCount(), {});
	patched.Destroy();
	patched.InitializeEmpty(rows.GetTypes());
	patched.Reference(rows);
	std::deque<Part> parts;
	for (idx_t i = 0; i < places.count; i++) {
		const auto field_set = updates.FieldSetOf(places.updated[i].collection);
		Part *part = nullptr;
		for (auto &candidate : parts) {
			part = candidate.field_set == field_set ? &candidate : part;
		}
		if (!part) {
			part = &parts.emplace_back();
			part->field_set = field_set;
			part->rows.Initialize(places.count);
		}
		part->numbers.push_back(i);
		part->rows.set_index(part->count++, places.rows.get_index(i));
	}
	for (auto &part : parts) {
		Gather(part, places.updated);
		ApplyPart(part);
	}
	return patched;
}

idx_t RowPatch::KeepChanged(duckdb::DataChunk &rows) const {
	duckdb::SelectionVector kept(STANDARD_VECTOR_SIZE);
	idx_t count = 0;
	for (idx_t i = 0; i < rows.size(); i++) {
		if (row_changed[i]) {
			kept.set_index(count++, i);
		}
	}
	if (count > 0 && count < rows.size()) {
		rows.Slice(kept, count);
	}
	return count;
}

size_t PlaceAmong(const std::vector<size_t> &fields, size_t field) {
	const auto found = std::find(fields.begin(), fields.end(), field);
	return found == fields.end() ? NOT_READ : size_t(found - fields.begin());
}

UpdatedPlaces FindUpdated(const std::vector<UpdatedRow> &updated, duckdb::Vector &positions, idx_t count) {
	positions.Flatten(count);
	const auto *position = duckdb::FlatVector::GetData<int64_t>(positions);
	auto next = std::lower_bound(updated.begin(), updated.end(), position[0],
	                             [](const UpdatedRow &row, int64_t wanted) { return int64_t(row.position) < wanted; });
	UpdatedPlaces places;
	places.updated.reserve(count);
	places.rows.Initialize(count);
	for (idx_t row = 0; row < count; row++) {
		while (next != updated.end() && int64_t(next->position) < position[row]) {
			next++;
		}
		if (next != updated.end() && int64_t(next->position) == position[row]) {
			places.rows.set_index(places.count++, row);
			places.updated.push_back(*next);
		}
	}
	return places;
}

} // namespace merganser
