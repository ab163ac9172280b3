#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"

namespace merganser {

//! The table that a function's first argument names: `lake.schema.table`, `schema.table` or `table` as in a query, else
//! the folder of a table. As the current transaction sees it. Throws CatalogException when there is neither.
SnapshotPtr ResolveTable(duckdb::ClientContext &context, const std::string &function_name,
                         const duckdb::Value &argument);

} // namespace merganser
