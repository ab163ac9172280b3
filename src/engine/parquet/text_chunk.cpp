#include "engine/parquet/text_chunk.hpp"

#include "base/error.hpp"
#include "engine/parquet/bloom_filter.hpp"
#include "engine/parquet/hybrid_runs.hpp"

#include <utility>

namespace merganser {

namespace {

using duckdb_parquet::Encoding;

//! A dictionary is worth it where each text stands so many times, as DuckDB has it.
constexpr size_t ROWS_PER_TEXT_MIN = 5;
//! Larger ones are slow to look up, and readers hold them whole.
constexpr size_t DICTIONARY_BYTES_MAX = 32 << 20;
//! Of PLAIN values.
constexpr size_t PAGE_BYTES = 1 << 20;

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

TextChunk::TextChunk(const duckdb_parquet::SchemaElement &element_p, duckdb_parquet::CompressionCodec::type codec,
                     size_t rows_total_p)
    : element(element_p), form(LeafFormOf(element)), rows_total(rows_total_p), writer(form, codec), range(form),
      dictionary(form) {
}

void TextChunk::Add(const TextVector &vector) {
	if (dictionary) {
		AddIndices(vector);
	} else {
		AddPlain(vector);
	}
}

bool TextChunk::AddLevel(bool is_null) {
	Verify(!is_null || form.has_nulls, "a column without NULLs has none");
	levels.push_back(is_null ? 0 : 1);
	null_count += is_null;
	return !is_null;
}

void TextChunk::AddIndices(const TextVector &vector) {
	// By text of the vector.
	std::vector<uint32_t> known(vector.texts.size(), UINT32_MAX);
	for (size_t row = 0; row < vector.row_count; row++) {
		if (!AddLevel(IsNull(vector, row))) {
			continue;
		}
		const auto text = TextOfRow(vector, row);
		if (known[text] == UINT32_MAX) {
			known[text] = dictionary->Add(vector.texts[text]);
		}
		indices.push_back(known[text]);
	}
	if (dictionary->Count() > rows_total / ROWS_PER_TEXT_MIN || dictionary->Values().size() > DICTIONARY_BYTES_MAX) {
		LeaveDictionary();
	}
}

void TextChunk::AppendText(std::string_view text) {
	range.AddBytes(text);
	AppendLength(uint32_t(text.size()), values);
	values += text;
	if (values.size() >= PAGE_BYTES) {
		FlushPage();
	}
}

void TextChunk::LeaveDictionary() {
	std::vector<std::string_view> texts;
	WalkTexts(dictionary->Values(), dictionary->Count(), [&](std::string_view text) { texts.push_back(text); });
	const auto all_levels = std::exchange(levels, {});
	// Pages are compressed; what is not written to is no memory.
	writer.Expect(dictionary->Values().size() / all_levels.size() * rows_total);
	auto next = indices.begin();
	for (const auto level : all_levels) {
		levels.push_back(level);
		if (level > 0) {
			AppendText(texts[*next++]);
		}
	}
	range.Settle();
	indices = {};
	dictionary.reset();
}

void TextChunk::AddPlain(const TextVector &vector) {
	for (size_t row = 0; row < vector.row_count; row++) {
		if (AddLevel(IsNull(vector, row))) {
			AppendText(vector.texts[TextOfRow(vector, row)]);
		}
	}
	range.Settle();
}

void TextChunk::FlushPage() {
	if (!levels.empty()) {
		writer.Write(false, Encoding::PLAIN, levels.size(), levels, values);
		levels.clear();
		values.clear();
	}
}

ChunkPiece TextChunk::Finish() {
	ChunkPiece piece;
	if (dictionary && dictionary->Count() > 0) {
		WalkTexts(dictionary->Values(), dictionary->Count(), [&](std::string_view text) { range.AddBytes(text); });
		range.Settle();
		writer.WriteDictionary(dictionary->Count(), dictionary->Values());
		AppendIndices(indices, dictionary->Count(), values);
		writer.Write(false, Encoding::RLE_DICTIONARY, levels.size(), levels, values);
		piece.bloom_filter = BloomFilterOfTexts(*dictionary);
	} else {
		FlushPage();
	}
	duckdb_parquet::ColumnChunk like;
	like.meta_data.type = element.type;
	like.meta_data.path_in_schema = {element.name};
	like.__isset.meta_data = true;
	auto chunk = writer.Finish(like, range);
	piece.chunk = std::move(chunk.chunk);
	piece.bytes = std::move(chunk.bytes);
	return piece;
}

} // namespace merganser
