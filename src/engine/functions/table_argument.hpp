#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"

namespace merganser {

struct NamedTable {
	SnapshotPtr snapshot;
	//! As a query names it, quoted where needed; the folder as it was given for one without ATTACH.
	std::string name;
};

//! The table that a function's first argument names: `lake.schema.table`, `schema.table` or `table` as in a query, else
//! the folder of a table. As the current transaction sees it. Throws CatalogException when there is neither.
NamedTable ResolveTable(duckdb::ClientContext &context, const std::string &function_name,
                        const duckdb::Value &argument);

} // namespace merganser
