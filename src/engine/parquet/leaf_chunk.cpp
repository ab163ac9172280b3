#include "engine/parquet/leaf_chunk.hpp"

#include "base/error.hpp"
#include "engine/parquet/hybrid_runs.hpp"

#include <algorithm>

namespace merganser {

namespace {

using duckdb_parquet::Encoding;

//! Of PLAIN values.
constexpr size_t PAGE_BYTES = 1 << 20;
//! A dictionary is worth it where each value stands so many times.
constexpr size_t ROWS_PER_VALUE_MIN = 5;
//! So many values tell how it goes on, or this part of all: those that come round within it are seen to. A quarter
//! would see all that are worth a dictionary, but looking up so many makes a large write a seventh slower.
constexpr size_t SAMPLE_VALUES = 16384;
constexpr size_t SAMPLE_PART = 8;
//! When so large a part of what the first half brought comes anew in the second.
constexpr double STEADY_SHARE = 0.95;

} // namespace

bool DictionaryChoice::GoesOn(size_t count, size_t seen) {
	if (count > total / ROWS_PER_VALUE_MIN) {
		return false;
	}
	if (first_seen == 0) {
		if (seen >= std::max(SAMPLE_VALUES, total / SAMPLE_PART) / 2) {
			first_seen = seen;
			first_count = count;
		}
		return true;
	}
	if (seen < 2 * first_seen) {
		return true;
	}
	const auto expected = double(first_count) / double(first_seen);
	const auto grown = double(count - first_count) / double(seen - first_seen);
	return grown < expected * STEADY_SHARE || grown * double(ROWS_PER_VALUE_MIN) <= 1;
}

LeafChunk::LeafChunk(const duckdb_parquet::SchemaElement &element_p, duckdb_parquet::CompressionCodec::type codec)
    : form(LeafFormOf(element_p)), range(form), element(element_p), writer(form, codec) {
}

void LeafChunk::BeginLevels() {
	Verify(form.has_nulls, "a column without NULLs has none");
	levels.resize(row_count, 1);
}

bool LeafChunk::AddLevel(bool is_null) {
	if (is_null) {
		BeginLevels();
	}
	row_count++;
	if (!levels.empty() || is_null) {
		levels.push_back(is_null ? 0 : 1);
	}
	null_count += is_null;
	return !is_null;
}

void LeafChunk::AddLevels(size_t added, const std::vector<uint8_t> &valid) {
	const auto nulls = size_t(std::count(valid.begin(), valid.end(), 0));
	if (nulls > 0) {
		BeginLevels();
		levels.insert(levels.end(), valid.begin(), valid.end());
	} else if (!levels.empty()) {
		levels.resize(levels.size() + added, 1);
	}
	row_count += added;
	null_count += nulls;
}

std::vector<uint32_t> LeafChunk::TakeLevels() {
	levels.resize(row_count, 1);
	row_count = 0;
	null_count = 0;
	return std::exchange(levels, {});
}

void LeafChunk::FlushPage() {
	if (row_count > 0) {
		writer.Write(false, Encoding::PLAIN, row_count, levels, values);
		row_count = 0;
		levels.clear();
		values.clear();
	}
}

void LeafChunk::FlushFullPage() {
	if (values.size() >= PAGE_BYTES) {
		FlushPage();
	}
}

ChunkPiece LeafChunk::Finish() {
	FlushPage();
	return FinishWriter();
}

ChunkPiece LeafChunk::Finish(size_t dictionary_count, std::string_view dictionary,
                             const std::vector<uint32_t> &indices) {
	writer.WriteDictionary(dictionary_count, dictionary);
	AppendIndices(indices, dictionary_count, values);
	writer.Write(false, Encoding::RLE_DICTIONARY, row_count, levels, values);
	return FinishWriter();
}

ChunkPiece LeafChunk::FinishWriter() {
	duckdb_parquet::ColumnChunk like;
	like.meta_data.type = element.type;
	like.meta_data.path_in_schema = {element.name};
	like.__isset.meta_data = true;
	auto chunk = writer.Finish(like, range);
	return {std::move(chunk.chunk), std::move(chunk.bytes), {}};
}

} // namespace merganser
