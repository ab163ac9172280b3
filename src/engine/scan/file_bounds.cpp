#include "engine/scan/file_bounds.hpp"

#include "base/error.hpp"

#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "engine/port/type_map.hpp"
#include "protocol/partition_value.hpp"

namespace merganser {

//! Longer decimals have been through a DOUBLE in the logs of some writers.
static constexpr uint8_t DECIMAL_DIGITS_TRUSTED_MAX = 15;
//! Statistics cut timestamps to milliseconds, in either direction.
static constexpr int64_t TIMESTAMP_SLACK_US = 999;
//! Key of a table that was read for its row counts only.
static constexpr size_t ROWS_ONLY = size_t(-1);

FileBounds::FileBounds(SnapshotPtr snapshot_p) : snapshot(std::move(snapshot_p)) {
	auto &configuration = *snapshot->configuration;
	auto &fields = configuration.GetSchema().fields;
	partition_columns.resize(fields.size());
	leaves.resize(fields.size());
	auto &partitions = configuration.PartitionColumns();
	for (size_t i = 0; i < partitions.size(); i++) {
		partition_columns[partitions[i]] = i;
	}
	auto &data_leaves = configuration.DataLeaves();
	for (size_t field = 0; field < fields.size(); field++) {
		for (size_t leaf = 0; leaf < data_leaves.size(); leaf++) {
			auto &path = data_leaves[leaf].physical_path;
			if (path.size() == 1 && path[0] == fields[field].PhysicalName()) {
				leaves[field] = leaf;
			}
		}
	}
}

bool FileBounds::HasBounds(size_t field) const {
	auto &fields = snapshot->configuration->GetSchema().fields;
	if (field >= fields.size() || (!partition_columns[field] && !leaves[field])) {
		return false;
	}
	auto &type = *fields[field].type;
	switch (type.kind) {
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
	case TypeKind::DATE:
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return true;
	case TypeKind::DECIMAL:
		return type.precision <= DECIMAL_DIGITS_TRUSTED_MAX || partition_columns[field];
	default:
		return false;
	}
}

std::shared_ptr<const StatisticsTable> FileBounds::Statistics(uint32_t batch, std::optional<size_t> leaf) const {
	std::lock_guard<std::mutex> guard(lock);
	auto &table = tables[{batch, leaf.value_or(ROWS_ONLY)}];
	if (!table) {
		table = snapshot->files.Batch(batch).Statistics(leaf ? std::vector<size_t> {*leaf} : std::vector<size_t>());
	}
	return table;
}

std::optional<uint64_t> FileBounds::LiveRows(FileRef file) const {
	auto rows = Statistics(file.batch, std::nullopt)->num_records[file.row];
	if (rows < 0) {
		return std::nullopt;
	}
	auto deleted = snapshot->files.BatchOf(file).DeletionVector(file.row);
	auto deleted_rows = deleted ? deleted->cardinality : 0;
	if (deleted_rows < 0 || deleted_rows > rows) {
		return std::nullopt;
	}
	return uint64_t(rows - deleted_rows);
}

std::optional<uint64_t> FileBounds::LiveRows() const {
	uint64_t total = 0;
	bool is_known = true;
	snapshot->files.ForEachLive([&](FileRef file) {
		const auto rows = is_known ? LiveRows(file) : std::nullopt;
		is_known = rows.has_value();
		total += rows.value_or(0);
	});
	return is_known ? std::optional(total) : std::nullopt;
}

std::optional<FileBounds::Bounds> FileBounds::ReadPartition(size_t partition_column, size_t field, FileRef file) const {
	auto &batch = snapshot->files.BatchOf(file);
	auto &text = batch.PartitionDictionary(partition_column)[batch.PartitionCode(partition_column, file.row)];
	Scalar value;
	try {
		value = ParsePartitionValue(text, *snapshot->configuration->GetSchema().fields[field].type);
	} catch (const Error &) {
		// Whoever reads the file is told which one it is.
		return std::nullopt;
	}
	Bounds bounds;
	if (IsNull(value)) {
		bounds.all_null = true;
		return bounds;
	}
	bounds.may_be_null = false;
	bounds.min = value;
	bounds.max = value;
	return bounds;
}

std::optional<FileBounds::Bounds> FileBounds::Read(size_t field, FileRef file) const {
	if (!HasBounds(field)) {
		return std::nullopt;
	}
	if (partition_columns[field]) {
		return ReadPartition(*partition_columns[field], field, file);
	}
	auto table = Statistics(file.batch, leaves[field]);
	auto &leaf = table->leaves[*leaves[field]];
	if (!leaf) {
		return std::nullopt;
	}
	Bounds bounds;
	auto null_count = leaf->NullCount(file.row);
	auto rows = table->num_records[file.row];
	bounds.may_be_null = !null_count || *null_count != 0;
	if (null_count && rows >= 0 && *null_count == rows) {
		bounds.all_null = true;
		return bounds;
	}
	bounds.min = leaf->Min(file.row);
	bounds.max = leaf->Max(file.row);
	if (!bounds.min || !bounds.max) {
		return std::nullopt;
	}
	auto kind = snapshot->configuration->GetSchema().fields[field].type->kind;
	if (kind == TypeKind::TIMESTAMP || kind == TypeKind::TIMESTAMP_NTZ) {
		auto low = std::get<int64_t>(*bounds.min);
		auto high = std::get<int64_t>(*bounds.max);
		if (low < INT64_MIN + 2 * TIMESTAMP_SLACK_US || high > INT64_MAX - 2 * TIMESTAMP_SLACK_US) {
			return std::nullopt;
		}
		bounds.min = low - TIMESTAMP_SLACK_US;
		bounds.max = high + TIMESTAMP_SLACK_US;
	}
	return bounds;
}

duckdb::unique_ptr<duckdb::BaseStatistics> FileBounds::ToDuckDB(const Bounds &bounds, const DataType &type) const {
	auto result = duckdb::NumericStats::CreateUnknown(ToDuckDBType(type));
	if (bounds.all_null) {
		result.Set(duckdb::StatsInfo::CANNOT_HAVE_VALID_VALUES);
		return result.ToUnique();
	}
	auto min = ToValue(*bounds.min, type);
	auto max = ToValue(*bounds.max, type);
	// Contradictory, or outside the type's range.
	if (max < min || ToScalar(min, type) != *bounds.min || ToScalar(max, type) != *bounds.max) {
		return nullptr;
	}
	duckdb::NumericStats::SetMin(result, min);
	duckdb::NumericStats::SetMax(result, max);
	if (!bounds.may_be_null) {
		result.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
	}
	return result.ToUnique();
}

duckdb::unique_ptr<duckdb::BaseStatistics> FileBounds::OfFile(size_t field, FileRef file) const {
	auto bounds = Read(field, file);
	return bounds ? ToDuckDB(*bounds, *snapshot->configuration->GetSchema().fields[field].type) : nullptr;
}

duckdb::unique_ptr<duckdb::BaseStatistics> FileBounds::OfFiles(size_t field, const FileSelection &selection) const {
	if (selection.files.empty() || !HasBounds(field)) {
		return nullptr;
	}
	Bounds together;
	together.may_be_null = false;
	together.all_null = true;
	for (auto file : selection.files) {
		auto bounds = Read(field, file);
		if (!bounds) {
			return nullptr;
		}
		together.may_be_null = together.may_be_null || bounds->may_be_null;
		if (bounds->all_null) {
			continue;
		}
		together.all_null = false;
		together.min = together.min ? std::min(*together.min, *bounds->min) : *bounds->min;
		together.max = together.max ? std::max(*together.max, *bounds->max) : *bounds->max;
	}
	return ToDuckDB(together, *snapshot->configuration->GetSchema().fields[field].type);
}

bool FileBounds::IsExact(size_t field, FileRef file) const {
	if (!HasBounds(field)) {
		return false;
	}
	auto rows = LiveRows(file);
	if (!rows || *rows == 0) {
		return false;
	}
	if (partition_columns[field]) {
		return true;
	}
	auto kind = snapshot->configuration->GetSchema().fields[field].type->kind;
	if (kind == TypeKind::TIMESTAMP || kind == TypeKind::TIMESTAMP_NTZ) {
		return false;
	}
	auto table = Statistics(file.batch, leaves[field]);
	return table->tight_bounds[file.row] && !snapshot->files.BatchOf(file).DeletionVector(file.row);
}

} // namespace merganser
