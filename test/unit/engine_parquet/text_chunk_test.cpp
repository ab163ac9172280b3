#include "engine/parquet/text_chunk.hpp"

#include "engine/parquet/chunk_file.hpp"
#include "engine/parquet/column_pages.hpp"
#include "parquet_fixture.hpp"

#include <algorithm>
#include <functional>
#include <optional>

using namespace merganser;

namespace {

using Texts = std::vector<std::optional<std::string>>;

class TextChunkTest : public ParquetTest {
protected:
	//! Gives the texts in vectors of `rows_each`, each text by itself or each of the few once.
	ChunkPiece ChunkOf(const Texts &texts, size_t rows_each, bool few) {
		const auto like = Like();
		TextChunk chunk(like.schema[1], duckdb_parquet::CompressionCodec::SNAPPY, texts.size());
		for (size_t begin = 0; begin < texts.size(); begin += rows_each) {
			const auto count = std::min(rows_each, texts.size() - begin);
			TextVector vector;
			vector.row_count = count;
			std::string numbers;
			for (size_t i = begin; i < begin + count; i++) {
				const std::string_view text = texts[i] ? std::string_view(*texts[i]) : std::string_view();
				vector.valid.push_back(texts[i] ? 1 : 0);
				const auto found = std::find(vector.texts.begin(), vector.texts.end(), text);
				if (few) {
					numbers.push_back(char(found - vector.texts.begin()));
				}
				if (!few || found == vector.texts.end()) {
					vector.texts.push_back(text);
				}
			}
			vector.numbers = few && vector.texts.size() > 1 ? std::string_view(numbers) : std::string_view();
			chunk.Add(vector);
		}
		null_count = chunk.NullCount();
		return chunk.Finish();
	}

	//! A file with this column alone.
	void Write(const std::string &name, const Texts &texts, size_t rows_each, bool few) {
		ChunkFile file(store, Path(name), Like());
		duckdb_parquet::RowGroup row_group;
		row_group.__set_num_rows(int64_t(texts.size()));
		file.WriteRowGroup(row_group, {ChunkOf(texts, rows_each, few)});
		ASSERT_EQ(file.Finish(), PutOutcome::WRITTEN);
	}

	void ExpectRead(const std::string &name, const Texts &texts) {
		auto result = Query("SELECT s FROM read_parquet('" + Path(name) + "')");
		ASSERT_EQ(result->RowCount(), texts.size());
		for (size_t i = 0; i < texts.size(); i++) {
			const auto value = result->GetValue(0, i);
			ASSERT_EQ(value.IsNull(), !texts[i]) << i;
			ASSERT_TRUE(value.IsNull() || duckdb::StringValue::Get(value) == *texts[i]) << i;
		}
		const auto nulls = size_t(std::count(texts.begin(), texts.end(), std::nullopt));
		EXPECT_EQ(null_count, nulls);
	}

	duckdb_parquet::FileMetaData Like() {
		duckdb_parquet::FileMetaData like;
		duckdb_parquet::SchemaElement root;
		root.__set_name("schema");
		root.__set_num_children(1);
		duckdb_parquet::SchemaElement leaf;
		leaf.__set_name("s");
		leaf.__set_type(duckdb_parquet::Type::BYTE_ARRAY);
		leaf.__set_repetition_type(duckdb_parquet::FieldRepetitionType::OPTIONAL);
		leaf.__set_converted_type(duckdb_parquet::ConvertedType::UTF8);
		like.schema = {root, leaf};
		like.version = 1;
		return like;
	}

	size_t null_count = 0;
};

Texts Make(size_t count, const std::function<std::optional<std::string>(size_t)> &text) {
	Texts texts;
	for (size_t i = 0; i < count; i++) {
		texts.push_back(text(i));
	}
	return texts;
}

} // namespace

TEST_F(TextChunkTest, HoldsTextsOfEveryKind) {
	const std::vector<Texts> kinds {
	    Make(5000, [](size_t i) { return "name " + std::to_string(i % 40); }),
	    Make(5000, [](size_t i) { return "text " + std::to_string(i); }),
	    Make(5000, [](size_t i) { return i % 3 == 0 ? std::nullopt : std::optional("n" + std::to_string(i % 9)); }),
	    Make(5000, [](size_t i) { return i % 3 == 0 ? std::nullopt : std::optional("t" + std::to_string(i)); }),
	    Make(5000, [](size_t i) { return i < 4000 ? std::string("same") : std::to_string(i) + " of its own"; }),
	    Make(5000, [](size_t) { return std::nullopt; }),
	    Make(5000, [](size_t) { return std::string(); }),
	    Make(1, [](size_t) { return std::string("alone"); }),
	};
	for (size_t kind = 0; kind < kinds.size(); kind++) {
		for (const size_t rows_each : {7, 200, 2048}) {
			for (const bool few : {false, true}) {
				if (few && rows_each > 200) {
					continue; // Numbers are bytes.
				}
				const auto name = std::to_string(kind) + "_" + std::to_string(rows_each) + (few ? "_few" : "");
				SCOPED_TRACE(name);
				Write(name, kinds[kind], rows_each, few);
				ExpectRead(name, kinds[kind]);
			}
		}
	}
}

TEST_F(TextChunkTest, ADictionaryIsForTextsThatAreThereSeveralTimes) {
	const auto has_dictionary = [&](size_t different) {
		const auto piece = ChunkOf(Make(10000, [&](size_t i) { return std::to_string(i % different); }), 2048, false);
		EXPECT_EQ(piece.bloom_filter.empty(), !piece.chunk.meta_data.__isset.dictionary_page_offset);
		return !piece.bloom_filter.empty();
	};
	EXPECT_TRUE(has_dictionary(1));
	EXPECT_TRUE(has_dictionary(2000));
	EXPECT_FALSE(has_dictionary(2001));
	EXPECT_FALSE(has_dictionary(10000));
}

TEST_F(TextChunkTest, PagesAreSmallWhateverTheTexts) {
	// 200 MB in one vector.
	const auto texts =
	    ::Make(2048, [](size_t i) { return std::string(100'000, char('a' + i % 26)) + std::to_string(i); });
	const auto piece = ChunkOf(texts, 2048, false);
	std::string_view bytes = piece.bytes;
	size_t row_count = 0;
	while (!bytes.empty()) {
		const auto page = TakePage(bytes);
		ASSERT_TRUE(page.IsData());
		EXPECT_LT(page.header.uncompressed_page_size, (1 << 20) + 200'000);
		row_count += RowCountOf(page);
	}
	EXPECT_EQ(row_count, texts.size());
}

TEST_F(TextChunkTest, KnowsItsBounds) {
	const auto like = Like();
	TextChunk chunk(like.schema[1], duckdb_parquet::CompressionCodec::SNAPPY, 3);
	EXPECT_FALSE(chunk.Bounds().has_value());
	TextVector vector;
	vector.row_count = 3;
	vector.texts = {"b", "\xC3\xBC", "a"};
	chunk.Add(vector);
	const auto piece = chunk.Finish();
	ASSERT_TRUE(chunk.Bounds().has_value());
	EXPECT_EQ(chunk.Bounds()->first, "a");
	EXPECT_EQ(chunk.Bounds()->second, "\xC3\xBC");
	EXPECT_EQ(piece.chunk.meta_data.statistics.min_value, "a");
	EXPECT_EQ(piece.chunk.meta_data.statistics.max_value, "\xC3\xBC");
}
