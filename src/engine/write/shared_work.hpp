#pragma once

#include "duckdb.hpp"

#include <functional>

namespace merganser {

//! Runs `work` on the calling thread and on those of the query's other threads that are idle, the client's included,
//! and waits. The first exception is thrown when all have stopped. `work` must be able to run any number of times side
//! by side, and return when nothing is left to do. Requires: the query is being executed.
void RunOnAllThreads(duckdb::ClientContext &context, const std::function<void()> &work);
//! How many these are at most.
size_t ThreadCount(duckdb::ClientContext &context);
//! Calls `work` with each number below `count` once, on such threads; on the caller's alone when there is but one.
void ForEachOnAllThreads(duckdb::ClientContext &context, size_t count, const std::function<void(size_t)> &work);

} // namespace merganser
