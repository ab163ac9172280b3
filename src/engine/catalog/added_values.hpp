#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Registers what ALTER TABLE … ADD COLUMN … DEFAULT does where the table has rows: they get the value too, as in
//! DuckDB's own tables, in the commit that adds the column. Delta's readers take NULL for a column that a file has not
//! (PROTOCOL.md, "Default Columns": a default is for the rows that are written), so that the statement becomes an
//! UPDATE of the table as it will be.
//! Requires: before other hooks behind the binder that look at the plan.
void RegisterAddedValues(duckdb::DatabaseInstance &db);

} // namespace merganser
