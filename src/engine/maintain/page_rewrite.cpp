#include "engine/maintain/page_rewrite.hpp"

#include "base/error.hpp"
#include "engine/maintain/group_pages.hpp"
#include "engine/maintain/page_output.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/write/partition_split.hpp"
#include "engine/write/shared_work.hpp"
#include "protocol/row_tracking.hpp"

#include <algorithm>
#include <atomic>
#include <deque>

namespace merganser {

namespace {

//! Of encoded pages in memory, for each thread: what a row group's rows take before they are encoded is some times as
//! much.
constexpr uint64_t SHARES_OF_ROW_GROUP = 4;

class PageRewrite {
public:
	PageRewrite(FileWriting &writing_p, const RewriteJob &job_p)
	    : writing(writing_p), job(job_p), thread_count(ThreadCount(writing.context)),
	      bytes_max(std::max<uint64_t>(writing.row_group_bytes_max / SHARES_OF_ROW_GROUP, 1)) {
		const auto fields = PartitionFields(*job.snapshot->configuration);
		for (size_t group = 0; group < job.plan.groups.size(); group++) {
			auto values = PartitionValuesOf(job, job.plan.groups[group]);
			auto folder = PartitionFolderOf(fields, values);
			const auto own_runs = CutIntoLargeRuns(job, group, thread_count, bytes_max);
			outputs.emplace_back(writing, std::move(values), std::move(folder), own_runs.size());
			runs.insert(runs.end(), own_runs.begin(), own_runs.end());
		}
	}

	uint64_t Run() {
		ShareRuns(writing.context, runs.size(), [&](RunQueue &queue) { Work(queue); });
		return row_count;
	}

private:
	struct Output {
		Output(FileWriting &writing, PartitionValues values, std::string folder, size_t run_count)
		    : files(writing, std::move(values), std::move(folder)), open_runs(run_count) {
		}
		PageOutput files;
		std::atomic<size_t> open_runs;
	};

	void Work(RunQueue &queue) {
		const auto worker = queue.AddWorker();
		while (const auto number = queue.Next(worker)) {
			const auto &run = runs[*number];
			auto &output = outputs[run.group];
			Copy(run, output.files);
			job.done_bytes += run.bytes;
			if (--output.open_runs == 0) {
				output.files.Finish();
			}
		}
	}

	//! As many row groups together as make a full one.
	void Copy(const FileRun &run, PageOutput &output) {
		GroupPages pages(writing, job);
		for (size_t i = run.begin; i < run.end; i++) {
			const auto source = pages.Open(job.plan.files[i], bytes_max);
			for (size_t group = 0; group < source->RowGroupCount(); group++) {
				const auto &next = source->RowGroup(group);
				if (pages.RowCount() > 0 && (pages.RowCount() + next.kept > writing.spec.row_group_rows ||
				                             pages.SizeBytes() + next.bytes > bytes_max)) {
					Write(pages, output);
				}
				pages.Add(source, group);
			}
		}
		Write(pages, output);
	}

	void Write(GroupPages &pages, PageOutput &output) {
		const auto rows = pages.RowCount();
		if (rows == 0) {
			return;
		}
		row_count += rows;
		output.WriteRowGroup(rows, pages.Take());
	}

	FileWriting &writing;
	const RewriteJob &job;
	const size_t thread_count;
	const uint64_t bytes_max;
	std::vector<FileRun> runs;
	//! By group; a deque because outputs do not move.
	std::deque<Output> outputs;
	std::atomic<uint64_t> row_count {0};
};

} // namespace

bool CanRewriteByPages(const FileWriting &writing, const RewriteJob &job) {
	const auto &types = writing.columns.types;
	return KnownCodec(writing.spec.codec) && RowTrackingNamesOf(*job.snapshot->configuration).row_id.empty() &&
	       !types.empty() && std::none_of(types.begin(), types.end(), [](const duckdb::LogicalType &type) {
		       return type.IsNested() || type.id() == duckdb::LogicalTypeId::GEOMETRY;
	       });
}

uint64_t RewriteByPages(FileWriting &writing, const RewriteJob &job) {
	return PageRewrite(writing, job).Run();
}

} // namespace merganser
