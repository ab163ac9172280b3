#pragma once

#include "duckdb.hpp"

#include <functional>

namespace merganser {

//! Runs `work` on the calling thread and on those of the query's other threads that are idle, the client's included,
//! and waits. The first exception is thrown when all have stopped. `work` must be able to run any number of times side
//! by side, and return when nothing is left to do. Requires: the query is being executed.
void RunOnAllThreads(duckdb::ClientContext &context, const std::function<void()> &work);

} // namespace merganser
