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
	if (!is_put_together || pending.size() + rows.size() > STANDARD_VECTOR_SIZE) {
		StorePending();
	}
	const auto place = uint32_t(pending.size());
	if (place == 0) {
		if (chunks.size() >= CHUNKS_MAX) {
			throw Error(ErrorKind::UNSUPPORTED, "one statement cannot change so many rows. Change them in parts");
		}
		chunks.emplace_back().start = row_count;
	}
	row_count += rows.size();
	const auto number = uint32_t(chunks.size() - 1) * STANDARD_VECTOR_SIZE + place;
	if (!is_put_together) {
		Store(rows);
		return number;
	}
	if (pending.ColumnCount() == 0) {
		pending.Initialize(duckdb::Allocator::DefaultAllocator(), types);
	}
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		duckdb::VectorOperations::Copy(rows.data[i], pending.data[i], rows.size(), 0, place);
	}
	pending.SetCardinality(place + rows.size());
	return number;
}

void CompactRows::StorePending() {
	if (pending.size() > 0) {
		Store(pending);
		pending.Reset();
	}
}

void CompactRows::Store(duckdb::DataChunk &rows) {
	bytes.clear();
	// Where each column begins comes first.
	std::vector<uint64_t> begins(types.size());
	bytes.resize(types.size() * sizeof(uint64_t));
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		begins[i] = bytes.size();
		codes[i].Encode(rows.data[i], rows.size(), bytes);
	}
	std::memcpy(bytes.data(), begins.data(), begins.size() * sizeof(uint64_t));
	if (filling.used + bytes.size() > filling.size) {
		filling.size = std::max<uint64_t>(bytes.size(), buffers.GetBlockSize());
		filling.used = 0;
		filling.pin = buffers.Allocate(duckdb::MemoryTag::EXTENSION, filling.size, false);
		blocks.push_back(filling.pin.GetBlockHandle());
	}
	std::memcpy(filling.pin.Ptr() + filling.used, bytes.data(), bytes.size());
	auto &chunk = chunks.back();
	chunk.block = blocks.size() - 1;
	chunk.offset = filling.used;
	chunk.row_count = rows.size();
	filling.used += bytes.size();
}

void CompactRows::EndChunk() {
	StorePending();
}

void CompactRows::Finish() {
	StorePending();
	pending.Destroy();
	filling = {};
	bytes = std::string();
}

uint32_t CompactRows::FindChunk(uint64_t ordinal) const {
	const auto next = std::upper_bound(chunks.begin(), chunks.end(), ordinal,
	                                   [](uint64_t wanted, const Chunk &chunk) { return wanted < chunk.start; });
	return uint32_t(next - chunks.begin()) - 1;
}

const char *CompactRows::Pin(uint32_t number, size_t column, duckdb::BufferHandle &pin) const {
	const auto &chunk = chunks[number];
	auto block = blocks[chunk.block];
	if (!pin.IsValid() || pin.GetBlockHandle() != block) {
		pin = buffers.Pin(block);
	}
	const auto *begin = reinterpret_cast<const char *>(pin.Ptr()) + chunk.offset;
	uint64_t column_begin = 0;
	std::memcpy(&column_begin, begin + column * sizeof(uint64_t), sizeof(uint64_t));
	return begin + column_begin;
}

void CompactRows::Fetch(uint32_t number, const std::vector<bool> &wanted, duckdb::BufferHandle &pin,
                        duckdb::DataChunk &rows) const {
	const auto chunk_rows = chunks[number].row_count;
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		if (wanted[i]) {
			VectorCode::Decode(Pin(number, i, pin), chunk_rows, rows.data[i]);
		}
	}
	rows.SetCardinality(chunk_rows);
}

TextVector CompactRows::Texts(uint32_t number, size_t column, duckdb::BufferHandle &pin) const {
	return VectorCode::ReadTexts(Pin(number, column, pin), chunks[number].row_count);
}

} // namespace merganser
