#include "engine/write/compact_rows.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

using namespace merganser;

namespace {

//! Columns of all physical types, equal and different values, with NULLs and without; `i` is the row.
const std::string COLUMNS =
    "i::BIGINT AS counted, (i % 200)::BIGINT AS bytes, (-7 + i % 60000)::INTEGER AS shorts, (i * 70000)::BIGINT AS "
    "ints, "
    "(i * 1e14)::BIGINT * (1 - 2 * (i % 2)) AS longs, CASE WHEN i % 2 = 0 THEN -9223372036854775808 ELSE "
    "9223372036854775807 END AS all_longs, CASE WHEN i % 2 = 0 THEN 18446744073709551615::UBIGINT ELSE 0 END AS "
    "unsigned, "
    "5 AS constant, NULL::INTEGER AS nothing, CASE WHEN i % 3 > 0 THEN i::INTEGER END AS some, i % 5 = 0 AS flag, "
    "(i % 100)::TINYINT AS tiny, (i * 7 % 30000)::SMALLINT AS small, (i % 256)::UTINYINT AS utiny, i::FLOAT / 3 AS "
    "real, "
    "CASE i % 4 WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN -0.0::DOUBLE WHEN 2 THEN i / 7 END AS double, "
    "(i * 1000000)::HUGEINT * 1000000000000000 AS huge, i::UHUGEINT AS uhuge, (i / 4)::DECIMAL(15, 2) AS price, "
    "DATE '2020-01-01' + (i % 900)::INTEGER AS day, TIMESTAMP '2020-01-01' + to_seconds(i) AS moment, "
    "to_days((i % 40)::INTEGER) AS span, uuid() AS id, 'text ' || i AS texts, md5(i::VARCHAR) AS long_texts, "
    "'name ' || i % 30 AS names, 'a name of more than twelve bytes ' || i % 255 AS long_names, '' AS empty, "
    "CASE WHEN i % 7 < 3 THEN 'x' || i % 3 END AS some_names, CASE WHEN i % 7 < 3 THEN md5(i::VARCHAR) END AS "
    "some_texts, "
    "('b' || i)::BLOB AS blobs, repeat('long', (i % 500)::INTEGER) AS longer, "
    "CASE WHEN i % 4 > 0 THEN [i::INTEGER, NULL, 7] ELSE [] END AS list, CASE WHEN i % 5 > 0 THEN ['l' || i] END AS "
    "texts_list, "
    "CASE WHEN i % 5 > 0 THEN {'a': i, 'b': CASE WHEN i % 3 > 0 THEN 's' || i END, 'c': [[i], []]} END AS pair, "
    "MAP {'k' || i % 9: i, 'other': NULL} AS mapped, [i, i + 1]::INTEGER[2] AS fixed, "
    "CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN i::VARIANT ELSE 'v'::VARIANT END AS variant";

class CompactRowsTest : public testing::Test {
protected:
	CompactRowsTest() : connection(database) {
		connection.Query("SET threads = 1");
	}

	duckdb::DuckDB database;
	duckdb::Connection connection;
};

//! As text, which tells -0.0 from 0.0 and NaN from NULL.
std::string Row(const duckdb::DataChunk &chunk, duckdb::idx_t row) {
	std::string text;
	for (duckdb::idx_t i = 0; i < chunk.ColumnCount(); i++) {
		text += chunk.GetValue(i, row).ToString() + "|";
	}
	return text;
}

} // namespace

TEST_F(CompactRowsTest, GiveBackEveryValue) {
	for (uint32_t seed = 0; seed < 6; seed++) {
		std::mt19937 random(seed);
		auto result = connection.Query("SELECT " + COLUMNS + " FROM range(9000) r(i)");
		ASSERT_FALSE(result->HasError()) << result->GetError();
		CompactRows rows(*connection.context, result->types);
		std::vector<std::pair<uint32_t, std::string>> expected;
		while (auto chunk = result->Fetch()) {
			// Whole chunks, and parts of them of any size: sliced, as joins hand them on.
			for (duckdb::idx_t begin = 0; begin < chunk->size();) {
				const auto left = chunk->size() - begin;
				const duckdb::idx_t count =
				    seed == 0 ? left : std::min<duckdb::idx_t>(left, 1 + random() % (300 << seed));
				duckdb::SelectionVector part(count);
				for (duckdb::idx_t i = 0; i < count; i++) {
					part.set_index(i, begin + i);
				}
				duckdb::DataChunk sliced;
				sliced.InitializeEmpty(chunk->GetTypes());
				sliced.Slice(*chunk, part, count);
				const auto first = rows.Append(sliced);
				for (uint32_t i = 0; i < count; i++) {
					expected.emplace_back(first + i, Row(*chunk, begin + i));
				}
				begin += count;
			}
		}
		rows.Finish();
		std::shuffle(expected.begin(), expected.end(), random);
		expected.resize(500);
		const std::vector<bool> all(result->types.size(), true);
		duckdb::BufferHandle pin;
		for (const auto &[row, text] : expected) {
			duckdb::DataChunk fetched;
			fetched.Initialize(*connection.context, result->types);
			rows.Fetch(CompactRows::ChunkOf(row), all, pin, fetched);
			ASSERT_EQ(Row(fetched, CompactRows::PlaceOf(row)), text) << "seed " << seed << " row " << row;
		}
	}
}

TEST_F(CompactRowsTest, AreSmall) {
	auto result =
	    connection.Query("SELECT i::BIGINT, (i % 50)::BIGINT, 'changed', 'name ' || i % 7 FROM range(200000) r(i)");
	CompactRows rows(*connection.context, result->types);
	auto &buffers = duckdb::BufferManager::GetBufferManager(*connection.context);
	const auto before = buffers.GetUsedMemory();
	while (auto chunk = result->Fetch()) {
		rows.Append(*chunk);
	}
	rows.Finish();
	// 2, 1, 0 and 1 bytes a row, and what the last block has left.
	EXPECT_LT(buffers.GetUsedMemory() - before, 200000 * 4 + buffers.GetBlockSize() * 2);
}

TEST_F(CompactRowsTest, AreSpilled) {
	std::string pattern = std::filesystem::temp_directory_path() / "merganser_spill_XXXXXX";
	const std::string folder = mkdtemp(pattern.data());
	connection.Query("SET temp_directory = '" + folder + "'");
	connection.Query("SET memory_limit = '12MB'");
	auto result = connection.SendQuery("SELECT i::BIGINT, md5(i::VARCHAR) FROM range(1000000) r(i)");
	CompactRows rows(*connection.context, result->types);
	std::vector<uint32_t> numbers;
	while (auto chunk = result->Fetch()) {
		numbers.push_back(rows.Append(*chunk));
	}
	rows.Finish();
	EXPECT_FALSE(std::filesystem::is_empty(folder));
	duckdb::BufferHandle pin;
	uint64_t sum = 0;
	for (const auto number : numbers) {
		duckdb::DataChunk fetched;
		fetched.Initialize(duckdb::Allocator::DefaultAllocator(), result->types);
		// Of the texts nothing is decoded.
		rows.Fetch(CompactRows::ChunkOf(number), {true, false}, pin, fetched);
		for (duckdb::idx_t i = 0; i < fetched.size(); i++) {
			sum += uint64_t(fetched.GetValue(0, i).GetValue<int64_t>());
		}
	}
	EXPECT_EQ(sum, uint64_t(499999500000));
	std::filesystem::remove_all(folder);
}
