#pragma once

#include "duckdb.hpp"
#include "engine/write/updated_values.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace merganser {

//! The place of a field that is not there.
constexpr size_t NOT_READ = SIZE_MAX;
//! The place of the field among `fields`.
size_t PlaceAmong(const std::vector<size_t> &fields, size_t field);

//! The updated ones among rows that were read, in the order of positions.
struct UpdatedPlaces {
	//! What becomes of them.
	std::vector<UpdatedRow> updated;
	//! Which rows they are.
	duckdb::SelectionVector rows;
	idx_t count = 0;
};

//! Finds the updates of rows that were read from one file; there may be others. `positions`: of the rows, ascending;
//! flattened.
UpdatedPlaces FindUpdated(const std::vector<UpdatedRow> &updated, duckdb::Vector &positions, idx_t count);

//! Puts new values into rows that were read. One per thread.
class RowPatch {
public:
	//! `fields`: indexes of the schema's fields that the first columns of the rows are; what is set besides is left
	//! out. Requires: all outlive the patch.
	RowPatch(const UpdatedValues &values, const std::vector<size_t> &fields);

	//! Returns the rows with their new values: valid until the next call.
	duckdb::DataChunk &Apply(duckdb::DataChunk &rows, const UpdatedPlaces &places);
	//! Slices the rows of the last Apply to those that it made others; returns how many.
	idx_t KeepChanged(duckdb::DataChunk &rows) const;
	//! Says of each row whether the last Apply made another one of it.
	const std::vector<uint8_t> &ChangedRowFlags() const {
		return row_changed;
	}
	//! The same of each row's value in one column. Empty: none is another.
	const std::vector<uint8_t> &ChangedValueFlags(size_t column) const {
		return value_changed[column];
	}

private:
	//! The rows that set the same fields.
	struct Part {
		size_t field_set = 0;
		//! Their numbers among the updated rows; rows.
		std::vector<idx_t> numbers;
		duckdb::SelectionVector rows;
		idx_t count = 0;
		//! Of the columns that they set.
		duckdb::DataChunk values;
	};
	//! Where the fields of a set stand in the rows, NOT_READ where they do not.
	const std::vector<size_t> &PlacesOf(size_t field_set);
	void Gather(Part &part, const std::vector<UpdatedRow> &updated);
	void ApplyPart(Part &part);
	const duckdb::DataChunk &Fetch(uint32_t collection, uint32_t chunk);

	const UpdatedValues &updates;
	const std::vector<size_t> &fields;
	//! By set of fields.
	std::map<size_t, std::vector<size_t>> places_of;
	duckdb::DataChunk patched;
	std::vector<uint8_t> row_changed;
	//! By column of the rows.
	std::vector<std::vector<uint8_t>> value_changed;
	//! The chunk that was read last of each collection; of the last ones.
	struct Fetched {
		uint32_t chunk = UINT32_MAX;
		duckdb::BufferHandle pin;
		//! Columns that are among those of the patched rows.
		std::vector<bool> wanted;
		duckdb::DataChunk rows;
	};
	std::map<uint32_t, Fetched> fetched;
};

} // namespace merganser
