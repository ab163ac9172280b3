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
//! Updated rows of each file that are compared first.
constexpr size_t SAMPLE_ROWS = 10240;
//! A patched file holds no more deleted rows, as compaction would soon write it anew: one in so many.
constexpr uint64_t ROWS_PER_DELETED_MIN = 3;

uint64_t FileBytesMin(duckdb::ClientContext &context) {
	duckdb::Value setting;
	return context.TryGetCurrentSetting(SIZE_SETTING, setting) && !setting.IsNull() ? setting.GetValue<uint64_t>()
	                                                                                : FILE_BYTES_MIN;
}

//! Of a file in a table with deletion vectors.
class FileGain {
public:
	FileGain(const RowChangePlan &plan, uint64_t file_index, const FileChange &change)
	    : column_count(plan.spec.names.size()) {
		const auto file = FileOfIndex(file_index);
		const auto &batch = plan.snapshot->files.BatchOf(file);
		const auto physical = batch.Statistics({})->num_records[file.row];
		rows = physical < 0 ? 0 : uint64_t(physical);
		const auto earlier = batch.DeletionVector(file.row);
		deleted = change.deleted.Cardinality() + (earlier ? uint64_t(earlier->cardinality) : 0);
	}

	bool MayPay(uint64_t changed_rows) const {
		return changed_rows >= std::max<uint64_t>(rows / 2, 1) && rows > 0 && deleted <= rows / ROWS_PER_DELETED_MIN;
	}
	bool Pays(uint64_t changed_rows, size_t changed_columns) const {
		return MayPay(changed_rows) && changed_rows * column_count >= 2 * rows * changed_columns;
	}

private:
	const size_t column_count;
	uint64_t rows = 0;
	uint64_t deleted = 0;
};

//! Those of the files where the first updated rows say that it pays.
std::vector<uint64_t> ChooseBySample(duckdb::ClientContext &context, const RowChangePlan &plan, ChangedRows &changes,
                                     const std::vector<uint64_t> &files) {
	std::vector<uint64_t> chosen;
	for (const auto &[file_index, values] : FindChangedValues(context, plan, changes, files, SAMPLE_ROWS)) {
		const auto &change = changes.Files().at(file_index);
		const uint64_t updated = change.updated.size();
		const auto changed = values.rows.Cardinality() * updated / std::min<uint64_t>(updated, SAMPLE_ROWS);
		if (FileGain(plan, file_index, change).Pays(changed, values.by_field.size())) {
			chosen.push_back(file_index);
		}
	}
	return chosen;
}

} // namespace

std::vector<uint64_t> ChooseForPatch(duckdb::ClientContext &context, const RowChangePlan &plan, ChangedRows &changes) {
	std::vector<uint64_t> candidates;
	const auto &snapshot = *plan.snapshot;
	const auto &table = *snapshot.configuration;
	// Files may keep versions of rows from a time when row tracking was on: an updated row must not take its old one
	// along.
	const bool is_tracked = !RowTrackingNamesOf(table).row_commit_version.empty();
	if (table.ChangeDataFeedEnabled() || is_tracked) {
		return candidates;
	}
	const bool has_vectors = DeletionVectorsEnabled(table);
	const auto bytes_min = FileBytesMin(context);
	for (const auto &[file_index, change] : changes.Files()) {
		const auto file = FileOfIndex(file_index);
		const auto &batch = snapshot.files.BatchOf(file);
		if (batch.SizeBytes(file.row) < bytes_min) {
			continue;
		}
		const bool may_pay = has_vectors ? FileGain(plan, file_index, change).MayPay(change.updated.size())
		                                 : !batch.DeletionVector(file.row);
		if (may_pay) {
			candidates.push_back(file_index);
		}
	}
	return has_vectors ? ChooseBySample(context, plan, changes, candidates) : candidates;
}

bool PatchPays(const RowChangePlan &plan, uint64_t file_index, const FileChange &change, const ChangedValues &values) {
	return !DeletionVectorsEnabled(*plan.snapshot->configuration) ||
	       FileGain(plan, file_index, change).Pays(values.rows.Cardinality(), values.by_field.size());
}

void RegisterPatchChoice(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    SIZE_SETTING,
	    "bytes of a data file from which on copy-on-write copies the bytes of what does not change; smaller files are "
	    "written anew, together",
	    duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(FILE_BYTES_MIN));
}

} // namespace merganser
