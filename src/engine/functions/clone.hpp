#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! `CALL merganser_clone('lake.s.source', 'lake.s.target', version => n | "timestamp" => t, if_not_exists => true)`: a
//! shallow clone, a new table that names the source's files. One row of counts, named as Spark's CLONE names them; none
//! where the table was there.
duckdb::TableFunction MakeClone();

} // namespace merganser
