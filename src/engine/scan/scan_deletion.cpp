#include "engine/scan/scan_deletion.hpp"

#include "engine/scan/remove_rows.hpp"
#include "log/deletion_vector_read.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! What this thread read last, between the reader's call of Filter and the end of the same chunk.
struct LastRead {
	const KeptRows *filter = nullptr;
	ChunkMask deleted;
};
thread_local LastRead last_read;

//! Bits [start, start + count) of `words`, those past its end being 0.
void CopyBits(const std::vector<uint64_t> &words, uint64_t start, uint32_t count, ChunkMask &mask) {
	const auto shift = start % 64;
	const auto word_at = [&](uint64_t number) {
		return number < words.size() ? words[number] : 0;
	};
	for (uint32_t i = 0; i * 64 < count; i++) {
		mask[i] = word_at(start / 64 + i) >> shift;
		if (shift > 0) {
			mask[i] |= word_at(start / 64 + i + 1) << (64 - shift);
		}
	}
	if (count % 64 > 0) {
		mask[count / 64] &= (uint64_t(1) << (count % 64)) - 1;
	}
}

} // namespace

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

void KeptRows::RemoveAfterRead() {
	removes_after_read = true;
	dense = deleted->DenseMembers();
}

duckdb::idx_t KeptRows::Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
                               duckdb::SelectionVector &result_sel) {
	const auto start = uint64_t(start_row_index);
	static_assert(sizeof(duckdb::sel_t) == sizeof(uint32_t), "SelectKept writes 32-bit offsets");
	if (removes_after_read) {
		last_read.filter = this;
		last_read.deleted.fill(0);
		if (dense.empty()) {
			deleted->MarkMembers(start, uint32_t(count), last_read.deleted.data());
		} else {
			CopyBits(dense, start, uint32_t(count), last_read.deleted);
		}
		return count;
	}
	if (deleted->CountInRange(start, count) == 0) {
		return count;
	}
	result_sel.Initialize(STANDARD_VECTOR_SIZE);
	return deleted->SelectKept(start, uint32_t(count), result_sel.data());
}

void KeptRows::RemoveDeleted(const duckdb::BaseFileReader &reader, duckdb::DataChunk &rows) {
	if (!reader.deletion_filter || reader.deletion_filter.get() != last_read.filter) {
		return;
	}
	last_read.filter = nullptr;
	const auto &mask = last_read.deleted;
	if (std::any_of(mask.begin(), mask.end(), [](uint64_t word) { return word != 0; })) {
		RemoveRows(rows, mask);
	}
}

} // namespace merganser
