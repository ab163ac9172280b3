#include "engine/parquet/number_chunk.hpp"

#include "base/error.hpp"
#include "engine/parquet/bloom_filter.hpp"
#include "engine/parquet/hybrid_runs.hpp"

#include <cstring>
#include <optional>

namespace merganser {

NumberChunk::NumberChunk(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
                         size_t rows_total_p)
    : rows_total(rows_total_p), chunk(element, codec), choice(rows_total) {
	if (chunk.form.width == sizeof(uint32_t)) {
		dictionary.emplace<NumberDictionary<uint32_t>>();
	} else if (chunk.form.width == sizeof(uint64_t)) {
		dictionary.emplace<NumberDictionary<uint64_t>>();
	} else {
		Verify(chunk.form.is_bits, "numbers have 4 or 8 bytes");
	}
}

void NumberChunk::Add(const NumberVector &vector) {
	chunk.AddLevels(vector.row_count, vector.valid);
	if (chunk.form.is_bits) {
		bits.insert(bits.end(), vector.values.begin(), vector.values.end());
	} else if (auto *narrow = std::get_if<NumberDictionary<uint32_t>>(&dictionary)) {
		AddIndices(*narrow, vector.values);
	} else if (auto *wide = std::get_if<NumberDictionary<uint64_t>>(&dictionary)) {
		AddIndices(*wide, vector.values);
	} else {
		AddPlain(vector.values);
	}
}

template <class BITS>
void NumberChunk::AddIndices(NumberDictionary<BITS> &numbers, std::string_view values) {
	const auto count = values.size() / sizeof(BITS);
	const auto begin = indices.size();
	indices.resize(begin + count);
	std::optional<BITS> last;
	for (size_t i = 0; i < count; i++) {
		BITS value;
		std::memcpy(&value, values.data() + i * sizeof(BITS), sizeof(BITS));
		// Neighbours often are the same.
		indices[begin + i] = value == last ? indices[begin + i - 1] : numbers.Add(value);
		last = value;
	}
	if (!choice.GoesOn(numbers.Count(), indices.size())) {
		LeaveDictionary(numbers);
	}
}

void NumberChunk::AddPlain(std::string_view values) {
	chunk.range.AddFixed(values);
	chunk.Values() += values;
	chunk.FlushFullPage();
}

template <class BITS>
void NumberChunk::LeaveDictionary(const NumberDictionary<BITS> &numbers) {
	chunk.range.AddFixed(numbers.Bytes());
	chunk.Expect(sizeof(BITS) * rows_total);
	auto next = indices.begin();
	chunk.AddAgain([&] {
		const auto value = numbers.Value(*next++);
		chunk.Values().append(reinterpret_cast<const char *>(&value), sizeof(BITS));
		chunk.FlushFullPage();
	});
	indices = {};
	dictionary.emplace<std::monostate>();
}

template <class BITS>
ChunkPiece NumberChunk::FinishWith(const NumberDictionary<BITS> &numbers) {
	if (numbers.Count() == 0) {
		return chunk.Finish();
	}
	chunk.range.AddFixed(numbers.Bytes());
	auto piece = chunk.Finish(numbers.Count(), numbers.Bytes(), indices);
	if (chunk.form.order == ValueOrder::INTEGER) {
		BloomFilter filter(numbers.Count());
		for (size_t i = 0; i < numbers.Count(); i++) {
			filter.Add(numbers.Bytes().substr(i * sizeof(BITS), sizeof(BITS)));
		}
		piece.bloom_filter = filter.Bytes();
	}
	return piece;
}

ChunkPiece NumberChunk::Finish() {
	if (const auto *narrow = std::get_if<NumberDictionary<uint32_t>>(&dictionary)) {
		return FinishWith(*narrow);
	}
	if (const auto *wide = std::get_if<NumberDictionary<uint64_t>>(&dictionary)) {
		return FinishWith(*wide);
	}
	if (chunk.form.is_bits) {
		AppendPacked(bits.data(), bits.size(), 1, chunk.Values());
	}
	return chunk.Finish();
}

} // namespace merganser
