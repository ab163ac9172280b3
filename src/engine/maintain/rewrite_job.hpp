#pragma once

#include "duckdb.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/partition_writer.hpp"
#include "maintain/optimize_plan.hpp"
#include "maintain/run_queue.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! A column, or a field of a struct in it, that rows are clustered by.
struct ClusterColumn {
	//! Of the schema.
	size_t field = 0;
	//! From the column to the field: the place in each struct.
	std::vector<size_t> children {};
};

//! One batch of a plan, to be written anew.
struct RewriteJob {
	SnapshotPtr snapshot;
	const FilePartitions &partitions;
	const OptimizePlan &plan;
	//! Empty: rows are not clustered.
	std::vector<ClusterColumn> cluster_columns;
	//! How far all batches of the statement are, in bytes of old files.
	std::atomic<uint64_t> &done_bytes;

	uint64_t SizeBytes(size_t file) const {
		return snapshot->files.BatchOf(plan.files[file]).SizeBytes(plan.files[file].row);
	}
	//! Of the file, deleted ones too, as the log has it; 0 where it does not.
	uint64_t RowCount(size_t file) const;
};

//! Neighbouring files of a group that one thread reads from the first to the last row.
struct FileRun {
	size_t group = 0;
	//! Range of OptimizePlan::files.
	size_t begin = 0;
	size_t end = 0;
	uint64_t bytes = 0;
};

//! Cuts a group so that `thread_count` threads have enough to do each.
std::vector<FileRun> CutIntoRuns(const RewriteJob &job, size_t group, size_t thread_count);
//! Cuts a group into as few runs of one size as `thread_count` threads can share, of about `bytes_max` at most; none
//! with fewer rows than one of DuckDB's row groups, except the last one and where they are larger.
std::vector<FileRun> CutIntoLargeRuns(const RewriteJob &job, size_t group, size_t thread_count, uint64_t bytes_max);

//! Calls `work` on all threads of the query with a queue of so many runs, until each thread returns; the first error
//! stops the others, and is thrown.
void ShareRuns(duckdb::ClientContext &context, size_t run_count, const std::function<void(RunQueue &)> &work);

//! The values of a group's partition columns as they stand in the log, by physical name.
PartitionValues PartitionValuesOf(const RewriteJob &job, const OptimizeGroup &group);

//! Reads the live rows of a run in their order. For one thread.
class RunReader {
public:
	//! `fields`: indexes into the schema.
	RunReader(duckdb::ClientContext &context, const RewriteJob &job, const FileRun &run,
	          const std::vector<size_t> &fields);

	//! Lets `rows` refer to the next rows; only names of struct fields may differ from its types. False at the end.
	//! Throws for unreadable files, naming them, and when the query is interrupted.
	bool Next(duckdb::DataChunk &rows);

private:
	const size_t field_count;
	RowRead read;
	RowRead::Reader reader;
	duckdb::DataChunk chunk;
};

} // namespace merganser
