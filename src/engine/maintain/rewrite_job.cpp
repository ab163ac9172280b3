#include "engine/maintain/rewrite_job.hpp"

#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr uint64_t RUN_BYTES_MIN = 512ull << 10;
constexpr uint64_t RUN_BYTES_MAX = 32ull << 20;
//! So that threads end at about the same time.
constexpr uint64_t RUNS_PER_THREAD = 32;

std::shared_ptr<const ChosenRows> AllRowsOf(const RewriteJob &job, const FileRun &run) {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::EXCEPT;
	const auto none = std::make_shared<const DeletionVector>();
	for (size_t i = run.begin; i < run.end; i++) {
		chosen->rows.emplace(FileIndexOf(job.plan.files[i]), none);
	}
	return chosen;
}

//! Where a run ends.
struct RunSize {
	//! It has so many bytes and so many rows, as far as the log knows them, ...
	uint64_t bytes_min = 0;
	uint64_t rows_min = 0;
	//! ... or so many bytes.
	uint64_t bytes_max = 0;
};

std::vector<FileRun> Cut(const RewriteJob &job, size_t group_number, const RunSize &size) {
	const auto &group = job.plan.groups[group_number];
	std::vector<FileRun> runs;
	uint64_t rows = 0;
	for (size_t i = group.begin; i < group.end; i++) {
		const bool is_full = !runs.empty() && runs.back().bytes >= size.bytes_min && rows >= size.rows_min;
		if (runs.empty() || is_full || runs.back().bytes >= size.bytes_max) {
			runs.push_back({group_number, i, i, 0});
			rows = 0;
		}
		runs.back().end = i + 1;
		runs.back().bytes += job.SizeBytes(i);
		rows += job.RowCount(i);
	}
	return runs;
}

} // namespace

std::vector<FileRun> CutIntoRuns(const RewriteJob &job, size_t group, size_t thread_count) {
	const auto share = job.plan.groups[group].bytes / (thread_count * RUNS_PER_THREAD);
	const auto bytes = std::clamp<uint64_t>(share, RUN_BYTES_MIN, RUN_BYTES_MAX);
	return Cut(job, group, {bytes, 0, bytes});
}

std::vector<FileRun> CutIntoLargeRuns(const RewriteJob &job, size_t group, size_t thread_count, uint64_t bytes_max) {
	const auto bytes = std::max<uint64_t>(job.plan.groups[group].bytes, 1);
	const auto rounds = (bytes - 1) / (bytes_max * thread_count) + 1;
	const auto share = bytes / (rounds * thread_count);
	return Cut(job, group, {std::min(share, bytes_max), DEFAULT_ROW_GROUP_SIZE, bytes_max});
}

uint64_t RewriteJob::RowCount(size_t file) const {
	const auto rows = snapshot->files.BatchOf(plan.files[file]).Statistics({})->num_records[plan.files[file].row];
	return rows < 0 ? 0 : uint64_t(rows);
}

void ShareRuns(duckdb::ClientContext &context, size_t run_count, const std::function<void(RunQueue &)> &work) {
	RunQueue queue(run_count, ThreadCount(context));
	RunOnAllThreads(context, [&] {
		try {
			AtBorder([&] { work(queue); });
		} catch (...) {
			queue.Stop();
			throw;
		}
	});
}

PartitionValues PartitionValuesOf(const RewriteJob &job, const OptimizeGroup &group) {
	PartitionValues values;
	const auto &configuration = *job.snapshot->configuration;
	const auto file = job.plan.files[group.begin];
	const auto &batch = job.snapshot->files.BatchOf(file);
	const auto &columns = configuration.PartitionColumns();
	for (size_t i = 0; i < columns.size(); i++) {
		const auto &field = configuration.GetSchema().fields[columns[i]];
		values[field.PhysicalName()] = batch.PartitionDictionary(i)[batch.PartitionCode(i, file.row)];
	}
	return values;
}

RunReader::RunReader(duckdb::ClientContext &context, const RewriteJob &job, const FileRun &run,
                     const std::vector<size_t> &fields)
    : field_count(fields.size()), read(context, job.snapshot, AllRowsOf(job, run), fields), reader(read) {
	chunk.Initialize(context, read.Types());
}

bool RunReader::Next(duckdb::DataChunk &rows) {
	if (!reader.Next(chunk)) {
		return false;
	}
	for (size_t i = 0; i < field_count; i++) {
		rows.data[i].Reinterpret(chunk.data[i]);
	}
	rows.SetCardinality(chunk.size());
	return true;
}

} // namespace merganser
