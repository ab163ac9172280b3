#include "engine/parquet/number_chunk.hpp"

#include "engine/parquet/chunk_file.hpp"
#include "engine/parquet/column_pages.hpp"
#include "parquet_fixture.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

using namespace merganser;

namespace {

using duckdb_parquet::Type;

template <class T>
using SomeNumbers = std::vector<std::optional<T>>;

template <class T>
SomeNumbers<T> MakeNumbers(size_t count, const std::function<std::optional<T>(size_t)> &number) {
	SomeNumbers<T> numbers;
	for (size_t i = 0; i < count; i++) {
		numbers.push_back(number(i));
	}
	return numbers;
}

class NumberChunkTest : public ParquetTest {
protected:
	duckdb_parquet::FileMetaData Like(Type::type type, bool may_be_null = true) {
		duckdb_parquet::FileMetaData like;
		duckdb_parquet::SchemaElement root;
		root.__set_name("schema");
		root.__set_num_children(1);
		duckdb_parquet::SchemaElement leaf;
		leaf.__set_name("n");
		leaf.__set_type(type);
		leaf.__set_repetition_type(may_be_null ? duckdb_parquet::FieldRepetitionType::OPTIONAL
		                                       : duckdb_parquet::FieldRepetitionType::REQUIRED);
		like.schema = {root, leaf};
		like.version = 1;
		return like;
	}

	//! Gives the numbers in vectors of `rows_each`.
	template <class T>
	ChunkPiece ChunkOf(const duckdb_parquet::FileMetaData &like, const SomeNumbers<T> &numbers, size_t rows_each) {
		NumberChunk chunk(like.schema[1], duckdb_parquet::CompressionCodec::SNAPPY, numbers.size());
		for (size_t begin = 0; begin < numbers.size(); begin += rows_each) {
			NumberVector vector;
			vector.row_count = std::min(rows_each, numbers.size() - begin);
			std::string values;
			for (size_t i = begin; i < begin + vector.row_count; i++) {
				vector.valid.push_back(numbers[i] ? 1 : 0);
				if (numbers[i]) {
					values.append(reinterpret_cast<const char *>(&*numbers[i]), sizeof(T));
				}
			}
			vector.values = values;
			if (std::count(vector.valid.begin(), vector.valid.end(), 1) == int64_t(vector.row_count)) {
				vector.valid.clear();
			}
			chunk.Add(vector);
		}
		EXPECT_EQ(chunk.NullCount(), size_t(std::count(numbers.begin(), numbers.end(), std::nullopt)));
		return chunk.Finish();
	}

	//! Writes a file with this column alone, and lets DuckDB read it.
	template <class T>
	void ExpectRead(const std::string &name, Type::type type, const SomeNumbers<T> &numbers, size_t rows_each) {
		SCOPED_TRACE(name + " by " + std::to_string(rows_each));
		const auto path = name + "_" + std::to_string(rows_each);
		const auto has_nulls = std::count(numbers.begin(), numbers.end(), std::nullopt) > 0;
		const auto like = Like(type, has_nulls || rows_each % 2 == 0);
		ChunkFile file(store, Path(path), like);
		duckdb_parquet::RowGroup row_group;
		row_group.__set_num_rows(int64_t(numbers.size()));
		file.WriteRowGroup(row_group, {ChunkOf(like, numbers, rows_each)});
		ASSERT_EQ(file.Finish(), PutOutcome::WRITTEN);
		auto result = Query("SELECT n FROM read_parquet('" + Path(path) + "')");
		ASSERT_EQ(result->RowCount(), numbers.size());
		for (size_t i = 0; i < numbers.size(); i++) {
			const auto value = result->GetValue(0, i);
			ASSERT_EQ(value.IsNull(), !numbers[i]) << i;
			if (numbers[i]) {
				// As text, which tells -0.0 from 0.0.
				ASSERT_EQ(value.ToString(), duckdb::Value::CreateValue(*numbers[i]).ToString()) << i;
			}
		}
	}
};

} // namespace

TEST_F(NumberChunkTest, HoldsNumbersOfEveryKind) {
	for (const size_t rows_each : {7, 200, 2048}) {
		ExpectRead<int32_t>("few", Type::INT32,
		                    MakeNumbers<int32_t>(5000, [](size_t i) { return int32_t(i % 40) - 20; }), rows_each);
		ExpectRead<int32_t>("ascending", Type::INT32,
		                    MakeNumbers<int32_t>(40000, [](size_t i) { return int32_t(i / 3); }), rows_each);
		ExpectRead<int32_t>(
		    "nulls", Type::INT32,
		    MakeNumbers<int32_t>(5000,
		                         [](size_t i) { return i % 3 == 0 ? std::nullopt : std::optional(int32_t(i % 9)); }),
		    rows_each);
		ExpectRead<int32_t>("nothing", Type::INT32, MakeNumbers<int32_t>(5000, [](size_t) { return std::nullopt; }),
		                    rows_each);
		ExpectRead<int64_t>("same", Type::INT64, MakeNumbers<int64_t>(5000, [](size_t) { return INT64_MIN; }),
		                    rows_each);
		ExpectRead<int64_t>("alone", Type::INT64, MakeNumbers<int64_t>(1, [](size_t) { return INT64_MAX; }), rows_each);
		ExpectRead<int64_t>(
		    "different", Type::INT64,
		    MakeNumbers<int64_t>(
		        300000, [](size_t i) { return i % 7 == 0 ? std::nullopt : std::optional(int64_t(i) * 1'000'000'007); }),
		    rows_each);
		ExpectRead<int64_t>("later_different", Type::INT64,
		                    MakeNumbers<int64_t>(50000, [](size_t i) { return i < 30000 ? 5 : int64_t(i); }),
		                    rows_each);
		ExpectRead<bool>(
		    "flags", Type::BOOLEAN,
		    MakeNumbers<bool>(5001, [](size_t i) { return i % 5 == 0 ? std::nullopt : std::optional(i % 3 == 0); }),
		    rows_each);
		ExpectRead<bool>("true", Type::BOOLEAN, MakeNumbers<bool>(3, [](size_t) { return true; }), rows_each);
	}
}

TEST_F(NumberChunkTest, TellsZerosApart) {
	const auto zeros = MakeNumbers<double>(5000, [](size_t i) { return i % 3 == 0 ? -0.0 : 0.0; });
	const auto reals = MakeNumbers<float>(5000, [](size_t i) {
		return i % 4 == 0 ? -0.0f : i % 4 == 1 ? 0.0f : i % 4 == 2 ? std::nanf("") : float(i);
	});
	for (const size_t rows_each : {7, 2048}) {
		ExpectRead<double>("zeros", Type::DOUBLE, zeros, rows_each);
		ExpectRead<float>("reals", Type::FLOAT, reals, rows_each);
	}
	const auto piece = ChunkOf(Like(Type::DOUBLE), zeros, 2048);
	EXPECT_TRUE(piece.bloom_filter.empty()) << "a search for one of them would not find the other";
	EXPECT_TRUE(piece.chunk.meta_data.__isset.dictionary_page_offset);
}

TEST_F(NumberChunkTest, ADictionaryIsForNumbersThatAreThereSeveralTimes) {
	const auto has_dictionary = [&](size_t count, size_t different) {
		const auto numbers = MakeNumbers<int64_t>(count, [&](size_t i) { return int64_t(i % different); });
		const auto piece = ChunkOf(Like(Type::INT64), numbers, 2048);
		EXPECT_EQ(piece.bloom_filter.empty(), !piece.chunk.meta_data.__isset.dictionary_page_offset);
		return !piece.bloom_filter.empty();
	};
	EXPECT_TRUE(has_dictionary(10000, 1));
	EXPECT_TRUE(has_dictionary(10000, 2000));
	EXPECT_FALSE(has_dictionary(10000, 2001));
	EXPECT_TRUE(has_dictionary(200000, 14000));
	EXPECT_TRUE(has_dictionary(200000, 20000)) << "the first twenty thousand differ, and come round";
	EXPECT_FALSE(has_dictionary(200000, 40001));
}

TEST_F(NumberChunkTest, PagesAreSmall) {
	const auto numbers = MakeNumbers<int64_t>(600000, [](size_t i) { return int64_t(i) * 77; });
	const auto piece = ChunkOf(Like(Type::INT64), numbers, 2048);
	std::string_view bytes = piece.bytes;
	size_t row_count = 0;
	while (!bytes.empty()) {
		const auto page = TakePage(bytes);
		ASSERT_TRUE(page.IsData());
		EXPECT_LT(page.header.uncompressed_page_size, (1 << 20) + (1 << 16));
		row_count += RowCountOf(page);
	}
	EXPECT_EQ(row_count, numbers.size());
}

TEST_F(NumberChunkTest, KnowsItsBounds) {
	const auto like = Like(Type::DOUBLE);
	NumberChunk chunk(like.schema[1], duckdb_parquet::CompressionCodec::SNAPPY, 4);
	const double values[] = {1.5, std::numeric_limits<double>::quiet_NaN(), -0.0};
	chunk.Add({{reinterpret_cast<const char *>(values), sizeof(values)}, {1, 1, 0, 1}, 4});
	const auto piece = chunk.Finish();
	EXPECT_EQ(chunk.NullCount(), 1u);
	EXPECT_TRUE(chunk.Range().HasNan());
	EXPECT_TRUE(chunk.Range().HasNegativeZero());
	ASSERT_TRUE(chunk.Range().Bounds().has_value());
	const double low = -0.0;
	const double high = 1.5;
	EXPECT_EQ(chunk.Range().Bounds()->first, std::string_view(reinterpret_cast<const char *>(&low), sizeof(low)));
	EXPECT_EQ(chunk.Range().Bounds()->second, std::string_view(reinterpret_cast<const char *>(&high), sizeof(high)));
	EXPECT_FALSE(piece.chunk.meta_data.statistics.__isset.max_value) << "there is a NaN";
	EXPECT_EQ(piece.chunk.meta_data.statistics.null_count, 1);
}
