#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"

namespace merganser {

//! What DuckDB's planner and EXPLAIN ask of a scan, answered from the log: see docs/architecture.md for which hook
//! serves what.
namespace lake_scan {

duckdb::unique_ptr<duckdb::BaseStatistics> ColumnStatistics(duckdb::ClientContext &context,
                                                            duckdb::TableFunctionGetStatisticsInput &input);
duckdb::vector<duckdb::PartitionStatistics> FileStatistics(duckdb::ClientContext &context,
                                                           duckdb::GetPartitionStatsInput &input);
duckdb::InsertionOrderPreservingMap<std::string> Explain(duckdb::TableFunctionToStringInput &input);
duckdb::InsertionOrderPreservingMap<std::string> ExplainAnalyze(duckdb::TableFunctionDynamicToStringInput &input);

} // namespace lake_scan
} // namespace merganser
