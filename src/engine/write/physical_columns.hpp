#pragma once

#include "duckdb.hpp"
#include "engine/write/write_spec.hpp"

#include <string>
#include <vector>

namespace merganser {

//! What stands in the data files of a table: every column but partition and void columns, under physical names.
struct PhysicalColumns {
	//! Indexes into the schema's fields.
	std::vector<size_t> fields;
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
};
PhysicalColumns PhysicalColumnsOf(const TableConfiguration &configuration);

//! Options of DuckDB's Parquet writer: codec, and field ids under column mapping. Throws INVALID_INPUT for an unknown
//! codec.
duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> ParquetOptionsOf(const WriteSpec &spec,
                                                                               const PhysicalColumns &columns);

} // namespace merganser
