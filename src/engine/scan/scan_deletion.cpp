#include "engine/scan/scan_deletion.hpp"

#include "base/error.hpp"

namespace merganser {

//! Size before, CRC-32 behind the vector in its file.
static constexpr uint64_t BLOCK_FRAME_BYTES = 8;
//! Of a descriptor without offset: behind the version byte.
static constexpr int32_t OFFSET_DEFAULT = 1;

static DeletionVector ReadVector(const Snapshot &snapshot, const DeletionVectorDescriptor &descriptor) {
	if (descriptor.storage_type == 'i') {
		return ReadInlineDeletionVector(descriptor, "inline deletion vector");
	}
	auto path = snapshot.location.ResolveFile(DeletionVectorFile(descriptor));
	auto offset = uint64_t(descriptor.offset.value_or(OFFSET_DEFAULT));
	auto bytes =
	    snapshot.location.store->GetRange(path, offset, uint64_t(descriptor.size_in_bytes) + BLOCK_FRAME_BYTES);
	return ReadDeletionVectorBlock(bytes, descriptor, path);
}

DeletionVector ReadDeletionVector(const Snapshot &snapshot, FileRef file, const DeletionVectorDescriptor &descriptor,
                                  const std::string &where) {
	try {
		auto vector = ReadVector(snapshot, descriptor);
		if (vector.Cardinality() != uint64_t(descriptor.cardinality)) {
			throw Error(ErrorKind::CORRUPT, "it holds " + std::to_string(vector.Cardinality()) +
			                                    " rows, the log says " + std::to_string(descriptor.cardinality));
		}
		return vector;
	} catch (const Error &error) {
		auto kind = error.kind == ErrorKind::NOT_FOUND ? ErrorKind::IO : error.kind;
		throw Error(kind, where + ": the deletion vector of data file '" +
		                      std::string(snapshot.files.BatchOf(file).Path(file.row)) +
		                      "' cannot be read: " + error.what() +
		                      ". Without it deleted rows would come back; read another version, or restore the file");
	}
}

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
