#pragma once

#include "duckdb.hpp"

namespace merganser {

//! What the running statement shows of the tables that it lists: DuckDB scans a schema's entries without saying whether
//! it wants names (SHOW TABLES, information_schema.tables) or columns too (SHOW ALL TABLES, duckdb_columns()). The
//! bound plan tells, so that listing a thousand tables opens none of them unless their columns are shown.
class ListingNeeds {
public:
	//! Looks at every bound plan from now on. Called once per instance.
	static void Register(duckdb::DatabaseInstance &db);
	//! True when the statement that runs on this connection shows more than names; also when that is not known.
	static bool NeedsColumns(duckdb::ClientContext &context);
	//! True when it shows how many rows the tables have: that takes the statistics of all their files.
	static bool NeedsRecordCounts(duckdb::ClientContext &context);
};

} // namespace merganser
