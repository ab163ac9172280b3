#include "engine/scan/scan_deletion.hpp"

#include "log/deletion_vector_read.hpp"

namespace merganser {

std::shared_ptr<const DeletionVector> DeletionVectorCache::Load(const Snapshot &snapshot, FileRef file) {
	auto descriptor = snapshot.files.BatchOf(file).DeletionVector(file.row);
	if (!descriptor) {
		return nullptr;
	}
	std::shared_ptr<Entry> entry;
	{
		std::lock_guard<std::mutex> guard(lock);
		auto &slot = entries[{file.batch, file.row}];
		if (!slot) {
			slot = std::make_shared<Entry>();
		}
		entry = slot;
	}
	std::lock_guard<std::mutex> guard(entry->loading);
	if (!entry->vector) {
		const auto where = "table '" + snapshot.TableName() + "' version " + std::to_string(snapshot.version);
		entry->vector = std::make_shared<const DeletionVector>(ReadDeletionVector(snapshot, file, *descriptor, where));
	}
	return entry->vector;
}

OnlyRows::OnlyRows(std::shared_ptr<const DeletionVector> rows_p) : rows(std::move(rows_p)) {
}

duckdb::idx_t OnlyRows::Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
                               duckdb::SelectionVector &result_sel) {
	result_sel.Initialize(STANDARD_VECTOR_SIZE);
	return rows->SelectMembers(uint64_t(start_row_index), uint32_t(count), result_sel.data());
}

KeptRows::KeptRows(std::shared_ptr<const DeletionVector> deleted_p) : deleted(std::move(deleted_p)) {
}

duckdb::idx_t KeptRows::Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
                               duckdb::SelectionVector &result_sel) {
	auto start = uint64_t(start_row_index);
	if (deleted->CountInRange(start, count) == 0) {
		return count;
	}
	result_sel.Initialize(STANDARD_VECTOR_SIZE);
	static_assert(sizeof(duckdb::sel_t) == sizeof(uint32_t), "SelectKept writes 32-bit offsets");
	return deleted->SelectKept(start, uint32_t(count), result_sel.data());
}

} // namespace merganser
