#pragma once

#include "duckdb.hpp"
#include "protocol/schema.hpp"

#include <string>
#include <vector>

namespace merganser {

//! Refuses NULL where the schema forbids it, inside structs, lists and maps too: DuckDB leaves that to the sink.
//! Immutable.
class NotNullCheck {
public:
	NotNullCheck(std::string table_name, const Schema &schema);

	//! Throws ConstraintException naming table and column. `rows` has the schema's columns.
	void Check(duckdb::DataChunk &rows) const;

private:
	std::string table_name;
	Schema schema;
	//! Columns that forbid NULL somewhere.
	std::vector<size_t> checked;
};

} // namespace merganser
