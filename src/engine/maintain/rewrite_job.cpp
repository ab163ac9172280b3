#include "engine/maintain/rewrite_job.hpp"

#include "engine/scan/lake_scan_info.hpp"

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

} // namespace

std::vector<FileRun> CutIntoRuns(const RewriteJob &job, size_t group_number, size_t thread_count) {
	const auto &group = job.plan.groups[group_number];
	const auto run_bytes =
	    std::clamp<uint64_t>(group.bytes / (thread_count * RUNS_PER_THREAD), RUN_BYTES_MIN, RUN_BYTES_MAX);
	std::vector<FileRun> runs;
	for (size_t i = group.begin; i < group.end; i++) {
		if (runs.empty() || runs.back().bytes >= run_bytes) {
			runs.push_back({group_number, i, i, 0});
		}
		runs.back().end = i + 1;
		runs.back().bytes += job.SizeBytes(i);
	}
	return runs;
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
