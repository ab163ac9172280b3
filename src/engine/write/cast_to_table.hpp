#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"

namespace merganser {

//! Puts a projection above `child` that casts its rows to `types`; `child` itself when they have them. A TIMESTAMP that
//! becomes a TIMESTAMP WITH TIME ZONE is taken as UTC, whatever the session's time zone is (naive_timestamps = 'utc').
duckdb::PhysicalOperator &CastToTable(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                      duckdb::PhysicalOperator &child,
                                      const duckdb::vector<duckdb::LogicalType> &types);

} // namespace merganser
