#include "engine/maintain/file_rewrite.hpp"

#include "engine/maintain/page_rewrite.hpp"
#include "engine/maintain/sorted_rewrite.hpp"
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

//! What a thread has at the end of a group is a row group of its own from such a part of a full one on: waiting for
//! more would leave the last ones to one thread.
constexpr uint64_t OWN_ROW_GROUP_PART = 8;

//! Rows in the order that they have: each thread takes neighbouring runs, and what it has at the end of a group becomes
//! a row group of its own or waits for others.
class PlainRewrite {
public:
	PlainRewrite(FileWriting &writing_p, const RewriteJob &job_p)
	    : writing(writing_p), job(job_p), thread_count(ThreadCount(writing.context)) {
		const auto fields = PartitionFields(*job.snapshot->configuration);
		for (size_t group = 0; group < job.plan.groups.size(); group++) {
			auto values = PartitionValuesOf(job, job.plan.groups[group]);
			auto folder = PartitionFolderOf(fields, values);
			const auto own_runs = CutIntoRuns(job, group, thread_count);
			outputs.emplace_back(writing, std::move(values), std::move(folder), own_runs.size());
			runs.insert(runs.end(), own_runs.begin(), own_runs.end());
		}
	}

	//! Returns how many rows were read.
	uint64_t Run() {
		ShareRuns(writing.context, runs.size(), [&](RunQueue &queue) { Worker(*this).Copy(queue); });
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

	//! Of one thread.
	class Worker {
	public:
		explicit Worker(PlainRewrite &rewrite_p) : rewrite(rewrite_p), writing(rewrite.writing) {
			chunk.InitializeEmpty(writing.columns.types);
		}

		void Copy(RunQueue &queue) {
			const auto worker = queue.AddWorker();
			while (const auto number = queue.Next(worker)) {
				const auto &run = rewrite.runs[*number];
				auto &next_output = rewrite.outputs[run.group];
				if (&next_output != output) {
					EndGroup();
					output = &next_output;
				}
				Copy(run);
			}
			EndGroup();
		}

	private:
		void Copy(const FileRun &run) {
			run_count++;
			RunReader reader(writing.context, rewrite.job, run, writing.columns.fields);
			while (reader.Next(chunk)) {
				rewrite.row_count += chunk.size();
				if (!rows) {
					rows = writing.NewRows();
					rows->InitializeAppend(append);
				}
				rows->Append(append, chunk);
				if (writing.IsFullRowGroup(rows->Count(), rows->SizeInBytes())) {
					output->writer.WriteRowGroup(TakeRows());
				}
			}
			rewrite.job.done_bytes += run.bytes;
		}

		//! The group may have more runs, which other threads have.
		void EndGroup() {
			if (rows) {
				output->writer.AddRest(TakeRows(), OWN_ROW_GROUP_PART);
			}
			const auto ended = std::exchange(run_count, 0);
			if (ended > 0 && (output->open_runs -= ended) == 0) {
				output->writer.Finish();
			}
		}

		duckdb::unique_ptr<duckdb::ColumnDataCollection> TakeRows() {
			append.current_chunk_state.handles.clear();
			return std::move(rows);
		}

		PlainRewrite &rewrite;
		FileWriting &writing;
		duckdb::DataChunk chunk;
		duckdb::ColumnDataAppendState append;
		Output *output = nullptr;
		//! Of `output`, as far as they are not written.
		duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
		//! Of `output`, that this thread has read.
		size_t run_count = 0;
	};

	FileWriting &writing;
	const RewriteJob &job;
	const size_t thread_count;
	std::vector<FileRun> runs;
	//! By group; a deque because writers do not move.
	std::deque<Output> outputs;
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
	} else if (CanRewriteByPages(writing, job)) {
		row_count = RewriteByPages(writing, job);
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
