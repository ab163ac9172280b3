#pragma once

#include "duckdb.hpp"
#include "duckdb/parallel/task_executor.hpp"

#include <functional>

namespace merganser {

//! Runs `work` once on each of DuckDB's threads, the caller's included, and waits. The first exception is thrown when
//! all have stopped. `work` must be able to run any number of times side by side.
void RunOnAllThreads(duckdb::ClientContext &context, const std::function<void()> &work);

} // namespace merganser
