#pragma once

#include "engine/maintain/rewrite_job.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! Where rows stand on a Hilbert curve through the cluster columns. Values count by their rank among the rows, so that
//! skew and types do not matter. Ranks come from a sample; immutable after construction, thread-safe.
class ClusterRanks {
public:
	//! Reads the cluster columns of the runs, on all threads. Requires: the job has some.
	ClusterRanks(duckdb::ClientContext &context, const RewriteJob &job, const std::vector<FileRun> &runs);

	//! `positions`: in `rows`, of the columns that the cluster columns are or are in; `result`: UBIGINT.
	void Place(duckdb::DataChunk &rows, const std::vector<size_t> &positions, duckdb::Vector &result) const;

private:
	void Sample(duckdb::ClientContext &context, const RewriteJob &job, const FileRun &run, idx_t step);
	void SetBounds();

	const std::vector<ClusterColumn> columns;
	const uint32_t bits;
	std::mutex lock;
	//! By column: sort keys of sampled values.
	std::vector<std::vector<std::string>> samples;
	//! By column, ascending: a value's rank is how many are not above it.
	std::vector<std::vector<std::string>> bounds;
};

} // namespace merganser
