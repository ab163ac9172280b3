#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"

namespace merganser {

//! The plan of a MERGE without a join that no row of the table can match: DuckDB knows by the bounds of the keys that
//! the table's side is empty, and would yet gather the whole source in a hash table. Its rows come with NULL for the
//! table's columns, as from the join. Returns `plan`, or what takes its place.
duckdb::PhysicalOperator &WithoutEmptyJoin(duckdb::PhysicalPlanGenerator &planner, duckdb::PhysicalOperator &plan);

} // namespace merganser
