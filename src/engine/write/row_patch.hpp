#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! Puts new values into rows that were read. One per thread.
class RowPatch {
public:
	//! `set_columns`: for each updating action the columns that it sets, as positions in the rows. Requires: all
	//! outlive the patch.
	RowPatch(ChangedRows &changes, const std::vector<std::vector<size_t>> &set_columns);

	//! `updated[i]` is what becomes of row i, for all rows. Returns the patched rows: valid until the next call.
	//! `is_changed[i]` says whether row i became another one.
	duckdb::DataChunk &Apply(duckdb::DataChunk &rows, const UpdatedRow *updated, std::vector<uint8_t> &is_changed);

private:
	//! The rows of one action.
	struct Part {
		size_t action = 0;
		duckdb::SelectionVector rows;
		idx_t count = 0;
		//! Of the columns that the action sets.
		duckdb::DataChunk values;
	};
	void Gather(Part &part, const UpdatedRow *updated);
	void ApplyPart(Part &part, std::vector<uint8_t> &is_changed);
	const duckdb::DataChunk &Fetch(uint32_t collection, idx_t chunk_index);

	ChangedRows &changes;
	const std::vector<std::vector<size_t>> &set_columns;
	duckdb::DataChunk patched;
	//! The chunk that was read last of each collection.
	struct Fetched {
		idx_t chunk_index = duckdb::DConstants::INVALID_INDEX;
		duckdb::DataChunk rows;
	};
	std::map<uint32_t, Fetched> fetched;
};

} // namespace merganser
