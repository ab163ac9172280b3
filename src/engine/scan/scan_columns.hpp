#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "protocol/table_configuration.hpp"

#include <cstdint>

namespace duckdb {
class ParquetReader;
} // namespace duckdb

namespace merganser {

//! The table's columns as DuckDB's column mapper sees them. Every node (column, struct field, list element, map key and
//! value) has a number of its own that stands in the place of a Parquet field id. Each opened file's columns are
//! renumbered to match, so that the rules of Delta's column mapping (physical names, field ids, legacy lists and maps)
//! are decided here and DuckDB only follows numbers. Immutable, thread-safe.
class ScanColumns {
public:
	explicit ScanColumns(const TableConfiguration &configuration);

	const duckdb::vector<duckdb::MultiFileColumnDefinition> &Definitions() const {
		return definitions;
	}
	//! The definitions to map one file with, in the same order; `reader`'s columns get numbers and, where the file's
	//! type says the same bytes in other words (TIMESTAMP for TIMESTAMP WITH TIME ZONE, BLOB for VARCHAR), the table's
	//! type.
	duckdb::vector<duckdb::MultiFileColumnDefinition> Match(duckdb::ParquetReader &reader) const;

private:
	duckdb::MultiFileColumnDefinition Define(const std::string &name, const DataType &type);

	const Schema &schema;
	const ColumnMappingMode mode;
	int32_t next_number = 0;
	duckdb::vector<duckdb::MultiFileColumnDefinition> definitions;
};

} // namespace merganser
