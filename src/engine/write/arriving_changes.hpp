#pragma once

#include "duckdb.hpp"
#include "engine/write/update_compare.hpp"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace merganser {

//! The updated rows that one thread of a statement finds, on their way into ChangedRows. While a scan brings the rows
//! of one row group after the other, they are compared with what the files hold as soon as enough row groups are
//! complete: then nothing is held of rows that stay as they are, and little of the others. Rows that come in no such
//! order wait for the end.
class ArrivingChanges {
public:
	//! `layouts`: nullptr where rows come in another order than that of a scan. Requires: all outlive this.
	ArrivingChanges(duckdb::ClientContext &context, ChangedRows &changes, UpdateCompare &compare,
	                const FileLayouts *layouts, FileSink::Local &written);

	void Delete(duckdb::DataChunk &row_ids) {
		rows.Delete(row_ids);
	}
	//! `fields`: which ones the values are of. Returns how many of the rows the statement had not met before.
	uint64_t Update(const std::vector<size_t> &fields, duckdb::DataChunk &row_ids, duckdb::DataChunk &values);
	//! The thread has no more rows.
	void Combine();

private:
	//! File and row group.
	using Group = std::pair<uint64_t, size_t>;
	void Append(const std::vector<size_t> &fields, const std::vector<RowPlace> &met, duckdb::DataChunk &values);
	//! Compares what has come, where a new row group begins.
	void CompareBefore(const RowPlace &next);
	//! What was not compared.
	UpdateBatch TakeRest();

	ChangedRows &changes;
	UpdateCompare &compare;
	const FileLayouts *layouts;
	ChangedRows::Local rows;
	UpdateCompare::Results results;
	GatheredValues values;
	UpdateBatch batch;
	struct Order {
		//! Row groups of the rows that have come; the last one.
		std::set<Group> groups;
		Group last {UINT64_MAX, 0};
		//! False once rows came of a row group that was left.
		bool is_kept = true;
	};
	Order order;
};

} // namespace merganser
