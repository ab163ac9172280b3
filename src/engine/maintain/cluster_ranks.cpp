#include "engine/maintain/cluster_ranks.hpp"

#include "duckdb/function/create_sort_key.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/write/shared_work.hpp"
#include "maintain/hilbert.hpp"

#include <algorithm>
#include <atomic>

namespace merganser {

namespace {

//! Bounds of a column are about a hundred sampled rows from each other.
constexpr uint64_t SAMPLE_ROWS = 200000;

const duckdb::OrderModifiers &KeyOrder() {
	static const duckdb::OrderModifiers ORDER(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_LAST);
	return ORDER;
}

//! Texts that are ordered as the values are. `children`: see ClusterColumn.
duckdb::Vector KeysOf(duckdb::Vector &values, const std::vector<size_t> &children, idx_t count) {
	duckdb::Vector keys(duckdb::LogicalType::BLOB, count);
	duckdb::Vector column(values);
	auto *leaf = &column;
	for (const auto child : children) {
		// Only a flat struct and its fields have the same rows.
		leaf->Flatten(count);
		leaf = duckdb::StructVector::GetEntries(*leaf)[child].get();
	}
	duckdb::CreateSortKeyHelpers::CreateSortKey(*leaf, count, KeyOrder(), keys);
	keys.Flatten(count);
	return keys;
}

//! Of all files whose log entry says it.
uint64_t RowCount(const RewriteJob &job, const std::vector<FileRun> &runs) {
	uint64_t rows = 0;
	for (const auto &run : runs) {
		for (size_t i = run.begin; i < run.end; i++) {
			const auto file = job.plan.files[i];
			const auto count = job.snapshot->files.BatchOf(file).Statistics({})->num_records[file.row];
			rows += count > 0 ? uint64_t(count) : 0;
		}
	}
	return rows;
}

} // namespace

ClusterRanks::ClusterRanks(duckdb::ClientContext &context, const RewriteJob &job, const std::vector<FileRun> &runs)
    : columns(job.cluster_columns), bits(HilbertBits(columns.size())), samples(columns.size()), bounds(columns.size()) {
	const auto step = std::max<idx_t>(1, AtBorder([&] { return RowCount(job, runs); }) / SAMPLE_ROWS);
	ForEachOnAllThreads(context, runs.size(),
	                    [&](size_t run) { AtBorder([&] { Sample(context, job, runs[run], step); }); });
	SetBounds();
}

void ClusterRanks::Sample(duckdb::ClientContext &context, const RewriteJob &job, const FileRun &run, idx_t step) {
	std::vector<size_t> fields;
	std::vector<size_t> positions;
	duckdb::vector<duckdb::LogicalType> types;
	for (const auto &column : columns) {
		const auto known = std::find(fields.begin(), fields.end(), column.field);
		positions.push_back(size_t(known - fields.begin()));
		if (known == fields.end()) {
			fields.push_back(column.field);
			types.push_back(ToDuckDBType(*job.snapshot->configuration->GetSchema().fields[column.field].type));
		}
	}
	RunReader reader(context, job, run, fields);
	duckdb::DataChunk rows;
	rows.InitializeEmpty(types);
	std::vector<std::vector<std::string>> own(columns.size());
	idx_t next = 0;
	while (reader.Next(rows)) {
		duckdb::SelectionVector selected(rows.size() / step + 1);
		idx_t count = 0;
		for (; next < rows.size(); next += step) {
			selected.set_index(count++, next);
		}
		next -= rows.size();
		if (count == 0) {
			continue;
		}
		for (size_t i = 0; i < columns.size(); i++) {
			duckdb::Vector values(rows.data[positions[i]], selected, count);
			const auto keys = KeysOf(values, columns[i].children, count);
			const auto *texts = duckdb::FlatVector::GetData<duckdb::string_t>(keys);
			for (idx_t row = 0; row < count; row++) {
				own[i].push_back(texts[row].GetString());
			}
		}
	}
	std::lock_guard<std::mutex> guard(lock);
	for (size_t i = 0; i < columns.size(); i++) {
		samples[i].insert(samples[i].end(), own[i].begin(), own[i].end());
	}
}

void ClusterRanks::SetBounds() {
	const size_t rank_count = size_t(1) << bits;
	for (size_t i = 0; i < columns.size(); i++) {
		auto &sample = samples[i];
		std::sort(sample.begin(), sample.end());
		for (size_t rank = 1; rank < rank_count; rank++) {
			const auto place = sample.size() * rank / rank_count;
			if (place < sample.size() && (bounds[i].empty() || bounds[i].back() < sample[place])) {
				bounds[i].push_back(sample[place]);
			}
		}
		sample = {};
	}
}

void ClusterRanks::Place(duckdb::DataChunk &rows, const std::vector<size_t> &positions, duckdb::Vector &result) const {
	const auto count = rows.size();
	std::vector<std::vector<uint32_t>> points(count, std::vector<uint32_t>(columns.size()));
	for (size_t i = 0; i < columns.size(); i++) {
		const auto keys = KeysOf(rows.data[positions[i]], columns[i].children, count);
		const auto *texts = duckdb::FlatVector::GetData<duckdb::string_t>(keys);
		for (idx_t row = 0; row < count; row++) {
			const std::string_view key(texts[row].GetData(), texts[row].GetSize());
			const auto above = std::upper_bound(bounds[i].begin(), bounds[i].end(), key);
			points[row][i] = uint32_t(above - bounds[i].begin());
		}
	}
	result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
	auto *places = duckdb::FlatVector::GetData<uint64_t>(result);
	for (idx_t row = 0; row < count; row++) {
		places[row] = columns.size() == 1 ? points[row][0] : HilbertIndex(points[row], bits);
	}
}

} // namespace merganser
