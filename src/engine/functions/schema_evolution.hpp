#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Registers the setting `merganser_schema_evolution` and what it does: an INSERT … BY NAME or a MERGE whose clauses
//! take all columns of its source adds to the table what the source has and the table has not, in its own commit. With
//! the setting off, the error about such a column names the setting.
//! Requires: before other hooks behind the binder that look at the plan.
void RegisterSchemaEvolution(duckdb::DatabaseInstance &db);

} // namespace merganser
