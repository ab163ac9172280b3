#pragma once

#include "duckdb.hpp"
#include "engine/port/type_map.hpp"
#include "log/table_location.hpp"
#include "protocol/table_configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! One sort key of the rows inside a written file.
struct SortKey {
	size_t column = 0;
	bool descending = false;
	bool nulls_first = false;
};

//! Everything that writing data files of one table needs, built once per statement from the table's configuration.
struct WriteSpec {
	TableLocation location;
	TableConfigurationPtr configuration;
	//! The table's own, where the files have columns besides; nullptr: the above.
	TableConfigurationPtr table_configuration;
	//! Where the files and their partition folders go, in the table's root; empty: into the root.
	std::string folder;
	//! Logical names and DuckDB types of the table's columns, schema order: the rows that arrive have exactly these.
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
	std::vector<SortKey> sort_keys;
	uint64_t target_file_size_bytes = 0;
	uint64_t row_group_rows = 1000000;
	std::string codec = "snappy";

	//! Whose columns are checked and get statistics.
	const TableConfiguration &Table() const {
		return table_configuration ? *table_configuration : *configuration;
	}
};

//! From a configuration (checks that it can be written; `merganser.sortedBy` property gives the sort keys).
WriteSpec MakeWriteSpec(const TableLocation &location, TableConfigurationPtr configuration);

//! The same for rows that stood in the table: with the columns of row tracking behind the others; the spec itself where
//! rows have no ids to keep.
WriteSpec WithRowTracking(WriteSpec spec);

} // namespace merganser
