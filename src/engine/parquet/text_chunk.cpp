#include "engine/parquet/text_chunk.hpp"

#include "engine/parquet/bloom_filter.hpp"

#include <utility>

namespace merganser {

namespace {

//! Larger ones are slow to look up, and readers hold them whole.
constexpr size_t DICTIONARY_BYTES_MAX = 32 << 20;

bool IsNull(const TextVector &vector, size_t row) {
	return !vector.valid.empty() && vector.valid[row] == 0;
}

size_t TextOfRow(const TextVector &vector, size_t row) {
	if (!vector.numbers.empty()) {
		return uint8_t(vector.numbers[row]);
	}
	return vector.texts.size() == vector.row_count ? row : 0;
}

} // namespace

TextChunk::TextChunk(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
                     size_t rows_total_p)
    : rows_total(rows_total_p), chunk(element, codec), dictionary(chunk.form), choice(rows_total) {
}

void TextChunk::Add(const TextVector &vector) {
	if (dictionary) {
		AddIndices(vector);
	} else {
		AddPlain(vector);
	}
}

void TextChunk::AddIndices(const TextVector &vector) {
	// By text of the vector.
	std::vector<uint32_t> known(vector.texts.size(), UINT32_MAX);
	for (size_t row = 0; row < vector.row_count; row++) {
		if (!chunk.AddLevel(IsNull(vector, row))) {
			continue;
		}
		const auto text = TextOfRow(vector, row);
		if (known[text] == UINT32_MAX) {
			known[text] = dictionary->Add(vector.texts[text]);
		}
		indices.push_back(known[text]);
	}
	if (!choice.GoesOn(dictionary->Count(), indices.size()) || dictionary->Values().size() > DICTIONARY_BYTES_MAX) {
		LeaveDictionary();
	}
}

void TextChunk::AppendText(std::string_view text) {
	chunk.range.AddBytes(text);
	auto &values = chunk.Values();
	AppendLength(uint32_t(text.size()), values);
	values += text;
	chunk.FlushFullPage();
}

void TextChunk::LeaveDictionary() {
	std::vector<std::string_view> texts;
	WalkTexts(dictionary->Values(), dictionary->Count(), [&](std::string_view text) { texts.push_back(text); });
	// Pages are compressed; what is not written to is no memory.
	chunk.Expect(dictionary->Values().size() / chunk.RowCount() * rows_total);
	auto next = indices.begin();
	chunk.AddAgain([&] { AppendText(texts[*next++]); });
	chunk.range.Settle();
	indices = {};
	dictionary.reset();
}

void TextChunk::AddPlain(const TextVector &vector) {
	for (size_t row = 0; row < vector.row_count; row++) {
		if (chunk.AddLevel(IsNull(vector, row))) {
			AppendText(vector.texts[TextOfRow(vector, row)]);
		}
	}
	chunk.range.Settle();
}

ChunkPiece TextChunk::Finish() {
	if (!dictionary || dictionary->Count() == 0) {
		return chunk.Finish();
	}
	BloomFilter filter(dictionary->Count());
	WalkTexts(dictionary->Values(), dictionary->Count(), [&](std::string_view text) {
		chunk.range.AddBytes(text);
		filter.Add(text);
	});
	chunk.range.Settle();
	auto piece = chunk.Finish(dictionary->Count(), dictionary->Values(), indices);
	piece.bloom_filter = filter.Bytes();
	return piece;
}

} // namespace merganser
