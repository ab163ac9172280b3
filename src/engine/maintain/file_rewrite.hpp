#pragma once

#include "engine/maintain/rewrite_job.hpp"
#include "engine/write/write_spec.hpp"

#include <vector>

namespace merganser {

//! Writes the live rows of a plan's files into new ones of the same partitions, on all threads: sorted where the job
//! or the spec say so, else in the order that they have. Whatever the table's size, what is in memory is a few row
//! groups for each thread, or what DuckDB's sort does not spill. Returns the new files; the transaction knows them, so
//! that they go when it does not commit. Requires: the query is being executed.
std::vector<AddFile> RewriteFiles(duckdb::ClientContext &context, LakeTransaction &transaction, const RewriteJob &job,
                                  WriteSpec spec);

} // namespace merganser
