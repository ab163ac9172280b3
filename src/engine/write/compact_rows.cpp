#include "engine/write/compact_rows.hpp"

#include "base/error.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/storage/buffer_manager.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace merganser {

namespace {

//! Fewer are put together with others.
constexpr uint64_t CHUNK_ROWS_MIN = STANDARD_VECTOR_SIZE / 2;
constexpr size_t CHUNKS_MAX = std::numeric_limits<uint32_t>::max() / STANDARD_VECTOR_SIZE;

} // namespace

CompactRows::CompactRows(duckdb::ClientContext &context, duckdb::vector<duckdb::LogicalType> types_p)
    : buffers(duckdb::BufferManager::GetBufferManager(context)), types(std::move(types_p)), codes(types.size()) {
}

uint32_t CompactRows::Append(duckdb::DataChunk &rows) {
	const bool is_put_together = rows.size() < CHUNK_ROWS_MIN;
	if (is_put_together && pending.rows.size() + rows.size() > STANDARD_VECTOR_SIZE) {
		StorePending();
	}
	const bool is_new = !is_put_together || pending.rows.size() == 0;
	if (is_new) {
		if (chunks.size() >= CHUNKS_MAX) {
			throw Error(ErrorKind::UNSUPPORTED, "one statement cannot change so many rows. Change them in parts");
		}
		chunks.emplace_back();
	}
	const auto last = uint32_t(chunks.size() - 1);
	if (!is_put_together) {
		Store(last, rows);
		return last * STANDARD_VECTOR_SIZE;
	}
	if (is_new) {
		pending.chunk = last;
	}
	if (pending.rows.ColumnCount() == 0) {
		pending.rows.Initialize(duckdb::Allocator::DefaultAllocator(), types);
	}
	const auto place = uint32_t(pending.rows.size());
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		duckdb::VectorOperations::Copy(rows.data[i], pending.rows.data[i], rows.size(), 0, place);
	}
	pending.rows.SetCardinality(place + rows.size());
	return pending.chunk * STANDARD_VECTOR_SIZE + place;
}

void CompactRows::StorePending() {
	if (pending.rows.size() > 0) {
		Store(pending.chunk, pending.rows);
		pending.rows.Reset();
	}
}

void CompactRows::Store(uint32_t number, duckdb::DataChunk &rows) {
	bytes.clear();
	// Where each column begins comes first.
	std::vector<uint32_t> begins(types.size());
	bytes.resize(types.size() * sizeof(uint32_t));
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		Verify(bytes.size() <= std::numeric_limits<uint32_t>::max(), "the rows of one chunk fit into four gigabytes");
		begins[i] = uint32_t(bytes.size());
		codes[i].Encode(rows.data[i], rows.size(), bytes);
	}
	std::memcpy(bytes.data(), begins.data(), begins.size() * sizeof(uint32_t));
	if (filling.used + bytes.size() > filling.size) {
		filling.size = std::max<uint64_t>(bytes.size(), buffers.GetBlockSize());
		filling.used = 0;
		filling.pin = buffers.Allocate(duckdb::MemoryTag::EXTENSION, filling.size, false);
		blocks.push_back(filling.pin.GetBlockHandle());
	}
	std::memcpy(filling.pin.Ptr() + filling.used, bytes.data(), bytes.size());
	chunks[number] = {blocks.size() - 1, filling.used, rows.size()};
	filling.used += bytes.size();
}

void CompactRows::Finish() {
	StorePending();
	pending.rows.Destroy();
	filling = {};
	bytes = std::string();
}

void CompactRows::Fetch(uint32_t number, const std::vector<bool> &wanted, duckdb::BufferHandle &pin,
                        duckdb::DataChunk &rows) const {
	const auto &chunk = chunks[number];
	auto block = blocks[chunk.block];
	pin = buffers.Pin(block);
	const auto *begin = reinterpret_cast<const char *>(pin.Ptr()) + chunk.offset;
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		uint32_t column_begin = 0;
		std::memcpy(&column_begin, begin + i * sizeof(uint32_t), sizeof(uint32_t));
		if (wanted[i]) {
			VectorCode::Decode(begin + column_begin, chunk.row_count, rows.data[i]);
		}
	}
	rows.SetCardinality(chunk.row_count);
}

} // namespace merganser
