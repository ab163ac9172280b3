#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/write/compact_rows.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace merganser {

//! Neighbouring rows of a collection that may be shared with other slices; the last one frees it. Any number of threads
//! may read slices of one collection.
struct RowSlice {
	//! nullptr where they are compact.
	std::shared_ptr<duckdb::ColumnDataCollection> rows;
	idx_t start = 0;
	idx_t count = 0;
	//! About what these rows need in memory, as DuckDB holds them.
	uint64_t bytes = 0;
	std::shared_ptr<const CompactRows> compact {};

	static RowSlice OfAll(std::shared_ptr<const CompactRows> rows, uint64_t bytes) {
		const auto count = rows->Count();
		return {nullptr, 0, count, bytes, std::move(rows)};
	}
	static RowSlice OfAll(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows, uint64_t bytes) {
		const auto count = rows->Count();
		return {std::move(rows), 0, count, bytes};
	}
};

uint64_t CountRows(const std::vector<RowSlice> &slices);

//! For rows that are written next.
duckdb::unique_ptr<duckdb::ColumnDataCollection> NewCollection(duckdb::ClientContext &context,
                                                               const duckdb::vector<duckdb::LogicalType> &types);

//! Slices that follow each other.
struct RowPieces {
	std::vector<RowSlice> slices;
	uint64_t row_count = 0;
	uint64_t bytes = 0;

	//! Ignores one without rows.
	void Add(RowSlice slice);
	//! Leaves none.
	std::vector<RowSlice> Take();
};

//! The rows of all slices, in their order. A collection that is a slice as a whole is taken over, not copied. Requires:
//! at least one slice.
duckdb::unique_ptr<duckdb::ColumnDataCollection> GatherRows(duckdb::ClientContext &context,
                                                            std::vector<RowSlice> slices);

//! Some columns of them.
duckdb::unique_ptr<duckdb::ColumnDataCollection>
GatherColumns(duckdb::ClientContext &context, const std::vector<RowSlice> &slices, const std::vector<size_t> &columns);

//! Calls `take` with the values of one column, vector by vector.
void ForEachVector(const std::vector<RowSlice> &slices, size_t column,
                   const std::function<void(duckdb::Vector &, idx_t)> &take);
//! Calls `take` with the texts of one column, vector by vector; they are views of what is valid in the call.
void ForEachTexts(const std::vector<RowSlice> &slices, size_t column,
                  const std::function<void(const TextVector &)> &take);

//! What the values of `rows` need in memory. Unlike the size of a collection it does not depend on how full the
//! collection's vectors are.
uint64_t RowBytes(duckdb::DataChunk &rows);

} // namespace merganser
