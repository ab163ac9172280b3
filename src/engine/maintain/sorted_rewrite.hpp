#pragma once

#include "duckdb/common/sorting/sort.hpp"
#include "engine/maintain/cluster_ranks.hpp"
#include "engine/maintain/rewrite_job.hpp"
#include "engine/write/partition_writer.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace merganser {

//! Writes one group of files anew, sorted: by the table's SORTED BY columns, or along a curve through the cluster
//! columns. Files hold ranges of the order that do not overlap. DuckDB's sort spills what memory cannot hold.
class SortedRewrite {
public:
	//! Requires: no file of `writing` ends by its size.
	SortedRewrite(FileWriting &writing, const RewriteJob &job, size_t group, uint64_t target_file_size_bytes);
	~SortedRewrite();

	//! Returns how many rows were read. All files are closed.
	uint64_t Run();

private:
	struct Output;
	struct Piece;
	//! An estimate of the memory that reading and writing need while rows are sorted.
	uint64_t BytesBesideSort() const;
	//! Sorts all rows of the group.
	void SinkRuns();
	void SinkRun(const FileRun &run, duckdb::ExecutionContext &execution, duckdb::OperatorSinkInput &input);
	void Write();
	void WriteBatches();
	void PlanPieces(size_t batch_count);
	//! The rows of a whole batch of the sort; the last one of a piece writes it.
	void TakeBatch(size_t batch, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows);

	FileWriting &writing;
	const RewriteJob &job;
	const OptimizeGroup &group;
	const uint64_t target_bytes;
	const std::vector<FileRun> runs;
	//! nullptr: the columns themselves are the sort keys.
	std::unique_ptr<ClusterRanks> ranks;
	struct {
		std::unique_ptr<duckdb::Sort> sort;
		duckdb::unique_ptr<duckdb::GlobalSinkState> sink;
		duckdb::unique_ptr<duckdb::GlobalSourceState> source;
	} sorting;
	std::atomic<size_t> next_run {0};
	std::atomic<uint64_t> row_count {0};
	std::atomic<uint64_t> row_bytes {0};
	struct {
		std::vector<std::unique_ptr<Output>> outputs;
		std::vector<std::unique_ptr<Piece>> pieces;
		//! Number of the piece that a batch belongs to.
		std::vector<size_t> piece_of_batch;
	} layout;
};

} // namespace merganser
