#include "engine/maintain/file_rewrite.hpp"

#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/maintain/sorted_rewrite.hpp"
#include "engine/port/error_border.hpp"
#include "engine/write/partition_split.hpp"
#include "engine/write/shared_work.hpp"

#include <atomic>
#include <deque>
#include <limits>
#include <utility>

namespace merganser {

namespace {

//! For DuckDB's Parquet writer the largest number is none.
constexpr uint64_t FILE_BYTES_UNBOUNDED = std::numeric_limits<int64_t>::max();

//! A run that ends with so much of a full row group makes one: waiting for more would leave the last ones to one
//! thread.
constexpr uint64_t OWN_ROW_GROUP_PART = 2;

//! Rows in the order that they have: each thread takes runs, which become row groups of their own or wait for others of
//! their group.
class PlainRewrite {
public:
	PlainRewrite(FileWriting &writing_p, const RewriteJob &job_p) : writing(writing_p), job(job_p) {
		const auto threads = size_t(duckdb::TaskScheduler::GetScheduler(writing.context).NumberOfThreads());
		const auto fields = PartitionFields(*job.snapshot->configuration);
		for (size_t group = 0; group < job.plan.groups.size(); group++) {
			auto values = PartitionValuesOf(job, job.plan.groups[group]);
			auto folder = PartitionFolderOf(fields, values);
			const auto own_runs = CutIntoRuns(job, group, threads);
			outputs.emplace_back(writing, std::move(values), std::move(folder), own_runs.size());
			runs.insert(runs.end(), own_runs.begin(), own_runs.end());
		}
	}

	//! Returns how many rows were read.
	uint64_t Run() {
		RunOnAllThreads(writing.context, [&] {
			for (size_t i = next_run++; i < runs.size(); i = next_run++) {
				try {
					AtBorder([&] { Copy(runs[i]); });
				} catch (...) {
					next_run = runs.size();
					throw;
				}
			}
		});
		return row_count;
	}

private:
	struct Output {
		Output(FileWriting &writing, PartitionValues values, std::string folder, size_t run_count)
		    : writer(writing, std::move(values), std::move(folder)), open_runs(run_count) {
		}
		PartitionWriter writer;
		std::atomic<size_t> open_runs;
	};

	void Copy(const FileRun &run) {
		auto &output = outputs[run.group];
		RunReader reader(writing.context, job, run, writing.columns.fields);
		duckdb::DataChunk chunk;
		chunk.InitializeEmpty(writing.columns.types);
		duckdb::ColumnDataAppendState append;
		auto rows = NewRows(append);
		while (reader.Next(chunk)) {
			row_count += chunk.size();
			rows->Append(append, chunk);
			if (writing.IsFullRowGroup(rows->Count(), rows->SizeInBytes())) {
				append.current_chunk_state.handles.clear();
				output.writer.WriteRowGroup(std::move(rows));
				rows = NewRows(append);
			}
		}
		append.current_chunk_state.handles.clear();
		output.writer.AddRest(std::move(rows), OWN_ROW_GROUP_PART);
		job.done_bytes += run.bytes;
		if (--output.open_runs == 0) {
			output.writer.Finish();
		}
	}

	duckdb::unique_ptr<duckdb::ColumnDataCollection> NewRows(duckdb::ColumnDataAppendState &append) const {
		auto rows = writing.NewRows();
		rows->InitializeAppend(append);
		return rows;
	}

	FileWriting &writing;
	const RewriteJob &job;
	std::vector<FileRun> runs;
	//! By group; a deque because writers do not move.
	std::deque<Output> outputs;
	std::atomic<size_t> next_run {0};
	std::atomic<uint64_t> row_count {0};
};

} // namespace

std::vector<AddFile> RewriteFiles(duckdb::ClientContext &context, LakeTransaction &transaction, const RewriteJob &job,
                                  WriteSpec spec) {
	const bool is_sorted = !job.cluster_columns.empty() || !spec.sort_keys.empty();
	const auto target_bytes = spec.target_file_size_bytes;
	if (is_sorted) {
		// Which rows go into which file is known before they are written.
		spec.target_file_size_bytes = FILE_BYTES_UNBOUNDED;
	}
	FileWriting writing(context, std::move(spec), transaction);
	uint64_t row_count = 0;
	if (is_sorted) {
		for (size_t group = 0; group < job.plan.groups.size(); group++) {
			row_count += SortedRewrite(writing, job, group, target_bytes).Run();
		}
	} else {
		row_count = PlainRewrite(writing, job).Run();
	}
	if (writing.progress.row_count != row_count) {
		throw duckdb::IOException("table \"%s\" version %lld: %llu rows were read and %llu written. Nothing was "
		                          "committed; please report this",
		                          job.snapshot->TableName(), job.snapshot->version, row_count,
		                          writing.progress.row_count.load());
	}
	std::lock_guard<std::mutex> guard(writing.lock);
	return std::move(writing.added_files);
}

} // namespace merganser
