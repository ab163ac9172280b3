#pragma once

#include "duckdb.hpp"
#include "engine/maintain/optimize_run.hpp"
#include "engine/maintain/rewrite_job.hpp"
#include "engine/session/lake_transaction.hpp"

#include <atomic>
#include <optional>

namespace merganser {

//! For the columns that the call names; else for the table's own.
ClusterMarks MarksFor(const Snapshot &snapshot, const OptimizeRequest &request);

//! What the call says, else the table.
uint64_t TargetFileSizeBytes(const Snapshot &snapshot, const OptimizeRequest &request);

//! One commit of OPTIMIZE: a transaction of its own beside the statement's, which stays as it is. Rolled back unless it
//! was committed. Requires: the request outlives it.
class OptimizeBatch {
public:
	OptimizeBatch(duckdb::ClientContext &context, duckdb::Catalog &catalog, const OptimizeRequest &request);
	~OptimizeBatch();
	OptimizeBatch(const OptimizeBatch &) = delete;
	OptimizeBatch &operator=(const OptimizeBatch &) = delete;

	//! The newest version. Throws where there is none, and where we may not write it.
	SnapshotPtr View();
	//! Writes the plan's files anew and commits; `counts` is what was done when the result has no error. Requires: a
	//! plan, not empty, of what View returned; the query is being executed.
	duckdb::ErrorData Run(const FilePartitions &partitions, const OptimizePlan &plan, std::atomic<uint64_t> &done_bytes,
	                      OptimizeCounts &counts);
	std::optional<CommitLoss> Loss() {
		return transaction.Loss();
	}

private:
	duckdb::ClientContext &context;
	const OptimizeRequest &request;
	LakeTransaction transaction;
};

} // namespace merganser
