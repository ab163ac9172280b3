#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The updated ones among rows that were read, both in the order of positions.
struct UpdatedPlaces {
	//! What becomes of them.
	const UpdatedRow *updated = nullptr;
	//! Which rows they are.
	duckdb::SelectionVector rows;
	idx_t count = 0;
};

//! Finds the updates of rows that were read from one file. `positions`: of the rows, ascending; flattened.
UpdatedPlaces FindUpdated(const std::vector<UpdatedRow> &updated, duckdb::Vector &positions, idx_t count);

//! Puts new values into rows that were read. One per thread.
class RowPatch {
public:
	//! A set column that is not among the rows.
	static constexpr size_t NOT_READ = SIZE_MAX;

	//! `set_columns`: for each updating action the columns that it sets, as positions in the rows. Requires: all
	//! outlive the patch.
	RowPatch(ChangedRows &changes, const std::vector<std::vector<size_t>> &set_columns);

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
	//! The rows of one action.
	struct Part {
		size_t action = 0;
		//! Their numbers among the updated rows; rows.
		std::vector<idx_t> numbers;
		duckdb::SelectionVector rows;
		idx_t count = 0;
		//! Of the columns that the action sets.
		duckdb::DataChunk values;
	};
	void Gather(Part &part, const UpdatedRow *updated);
	void ApplyPart(Part &part);
	const duckdb::DataChunk &Fetch(uint32_t collection, idx_t chunk_index);

	ChangedRows &changes;
	const std::vector<std::vector<size_t>> &set_columns;
	duckdb::DataChunk patched;
	std::vector<uint8_t> row_changed;
	//! By column of the rows.
	std::vector<std::vector<uint8_t>> value_changed;
	//! The chunk that was read last of each collection.
	struct Fetched {
		idx_t chunk_index = duckdb::DConstants::INVALID_INDEX;
		duckdb::DataChunk rows;
	};
	std::map<uint32_t, Fetched> fetched;
};

} // namespace merganser
