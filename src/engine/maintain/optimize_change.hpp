#pragma once

#include "engine/maintain/optimize_run.hpp"
#include "engine/maintain/rewrite_job.hpp"
#include "txn/table_change.hpp"

namespace merganser {

//! The change that puts `files` in the place of those of the job: no row of the table changes (dataChange = false).
//! Operation, parameters and metrics are named as Spark's OPTIMIZE names them.
TableChange MakeOptimizeChange(const RewriteJob &job, const OptimizeRequest &request, std::vector<AddFile> files,
                               int64_t now_ms, OptimizeCounts &counts);

} // namespace merganser
