#include "engine/write/patch_choice.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "protocol/row_tracking.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr const char *SIZE_SETTING = "merganser_byte_copy_min_file_size";
//! What is smaller gains more from being written together with others.
constexpr uint64_t FILE_BYTES_MIN = 8ull << 20;
//! So many updated rows of a file, or half of its rows, tell what becomes of it.
constexpr uint64_t PART_ROWS_MIN = 16384;
//! A patched file holds no more deleted rows, as compaction would soon write it anew: one in so many.
constexpr uint64_t ROWS_PER_DELETED_MIN = 3;

uint64_t FileBytesMin(duckdb::ClientContext &context) {
	duckdb::Value setting;
	return context.TryGetCurrentSetting(SIZE_SETTING, setting) && !setting.IsNull() ? setting.GetValue<uint64_t>()
	                                                                                : FILE_BYTES_MIN;
}

//! 0 where the log does not say.
uint64_t PhysicalRows(const Snapshot &snapshot, FileRef file) {
	const auto rows = snapshot.files.BatchOf(file).Statistics({})->num_records[file.row];
	return rows < 0 ? 0 : uint64_t(rows);
}

//! Of a file in a table with deletion vectors.
class FileGain {
public:
	FileGain(const RowChangePlan &plan, uint64_t file_index, const FileChange &change)
	    : column_count(plan.spec.names.size()), changed_rows(change.changed.rows.Cardinality()),
	      changed_columns(change.changed.by_field.size()) {
		const auto file = FileOfIndex(file_index);
		const auto &batch = plan.snapshot->files.BatchOf(file);
		rows = PhysicalRows(*plan.snapshot, file);
		const auto earlier = batch.DeletionVector(file.row);
		deleted = change.deleted.Cardinality() + (earlier ? uint64_t(earlier->cardinality) : 0);
	}

	bool Pays() const {
		return changed_rows >= std::max<uint64_t>(rows / 2, 1) && rows > 0 && deleted <= rows / ROWS_PER_DELETED_MIN &&
		       changed_rows * column_count >= 2 * rows * changed_columns;
	}

private:
	const size_t column_count;
	const uint64_t changed_rows;
	const size_t changed_columns;
	uint64_t rows = 0;
	uint64_t deleted = 0;
};

} // namespace

bool CanPatch(const TableConfiguration &configuration) {
	// Files may keep versions of rows from a time when row tracking was on: an updated row must not take its old one
	// along.
	return !configuration.ChangeDataFeedEnabled() && RowTrackingNamesOf(configuration).row_commit_version.empty();
}

bool MayBePatched(duckdb::ClientContext &context, const Snapshot &snapshot, uint64_t file_index) {
	const auto file = FileOfIndex(file_index);
	const auto &batch = snapshot.files.BatchOf(file);
	return batch.SizeBytes(file.row) >= FileBytesMin(context) &&
	       (DeletionVectorsEnabled(*snapshot.configuration) || !batch.DeletionVector(file.row));
}

bool IsMostOf(const Snapshot &snapshot, uint64_t file_index, const std::vector<UpdatedRow> &updated) {
	const auto file = FileOfIndex(file_index);
	const uint64_t span = updated.back().position - updated.front().position + uint64_t(1);
	return updated.size() >= std::min<uint64_t>(PART_ROWS_MIN, PhysicalRows(snapshot, file) / 2) &&
	       updated.size() >= span / 2;
}

std::vector<uint64_t> ChooseForPatch(duckdb::ClientContext &context, const RowChangePlan &plan, ChangedRows &changes) {
	std::vector<uint64_t> chosen;
	const auto &snapshot = *plan.snapshot;
	if (!CanPatch(*snapshot.configuration)) {
		return chosen;
	}
	const bool has_vectors = DeletionVectorsEnabled(*snapshot.configuration);
	for (const auto &[file_index, change] : changes.Files()) {
		if (MayBePatched(context, snapshot, file_index) &&
		    (!has_vectors || FileGain(plan, file_index, change).Pays())) {
			chosen.push_back(file_index);
		}
	}
	return chosen;
}

void RegisterPatchChoice(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    SIZE_SETTING,
	    "bytes of a data file from which on copy-on-write copies the bytes of what does not change; smaller files are "
	    "written anew, together",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(FILE_BYTES_MIN));
}

} // namespace merganser
