#include "base/error.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "parquet_fixture.hpp"

#include <random>

using namespace merganser;

namespace {

constexpr int ROWS = 10000;

//! Columns of all types, with NULLs and without; `i` is the row.
const std::string COLUMNS =
    "i, i::INTEGER AS plain_integer, CASE WHEN i % 3 > 0 THEN i * 7 END AS nulls, (i % 50)::SMALLINT AS few, "
    "CASE WHEN i % 7 < 3 THEN (i % 9)::TINYINT END AS few_nulls, md5(i::VARCHAR) AS text, "
    "CASE WHEN i % 5 > 1 THEN repeat('x', (i % 40)::INTEGER) || i END AS text_nulls, 'name ' || (i % 40) AS name, "
    "CASE WHEN i % 2 = 0 THEN 'n' || (i % 11) END AS name_nulls, i % 5 = 0 AS flag, "
    "CASE WHEN i % 11 > 4 THEN i % 2 = 0 END AS flag_nulls, (i - 4000)::DOUBLE / 7 AS real, "
    "(i % 30)::FLOAT AS few_reals, (i * 1000000 - 7)::DECIMAL(30, 4) AS large, (i % 99)::DECIMAL(9, 2) AS small, "
    "DATE '2020-01-01' + (i % 900)::INTEGER AS day, TIMESTAMPTZ '2020-01-01 00:00:00Z' + to_seconds(i) AS moment, "
    "md5(i::VARCHAR)::BLOB AS bytes, uuid() AS id, NULL::INTEGER AS nothing, "
    "CASE WHEN i = 9 THEN 'NaN'::DOUBLE ELSE i END AS some_nan, CASE WHEN i < 7500 THEN 5 END AS half, "
    "i::UINTEGER AS not_signed, INTERVAL 1 DAY AS span";

class ChunkFilterTest : public ParquetTest {
protected:
	//! Filters every column of the file's only row group.
	void Filter(const std::string &from, const std::string &to, const RowRuns &kept) {
		const ParquetSource source(store, Path(from), std::filesystem::file_size(Path(from)));
		ParquetSplice splice(source, store, Path(to));
		const auto &group = source.Footer().row_groups.at(0);
		NewChunks chunks;
		chunks.row_count = CountRows(kept);
		for (const auto &column : source.Columns()) {
			const auto leaf = column.first_leaf;
			const auto &element = source.Footer().schema[column.element];
			ASSERT_TRUE(CanFilter(element, group.columns[leaf].meta_data)) << column.name;
			const auto bytes = source.ReadChunks(0, {leaf});
			chunks.pages.emplace(leaf, FilterChunk(element, group.columns[leaf], bytes.at(leaf), kept));
		}
		splice.Replace(0, std::move(chunks));
		ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	}

	//! The rows that the runs name.
	std::string Kept(const std::string &name, const RowRuns &kept) const {
		std::string condition = "false";
		for (const auto &run : kept) {
			condition += " OR i BETWEEN " + std::to_string(run.start) + " AND " + std::to_string(run.End() - 1);
		}
		return "FROM read_parquet('" + Path(name) + "') WHERE " + condition;
	}

	//! Footers say what the values are.
	void ExpectExactStatistics(const std::string &name) {
		const auto file = "'" + Path(name) + "'";
		const auto columns = Query("SELECT DISTINCT path_in_schema FROM parquet_metadata(" + file +
		                           ") WHERE path_in_schema NOT IN ('id', 'flag', 'flag_nulls', 'not_signed', 'span', "
		                           "'bytes', 'some_nan', 'large')");
		for (idx_t row = 0; row < columns->RowCount(); row++) {
			const auto column = columns->GetValue(0, row).ToString();
			EXPECT_EQ(Text("SELECT ROW(stats_min_value, stats_max_value, stats_null_count)::VARCHAR FROM "
			               "parquet_metadata(" +
			               file + ") WHERE path_in_schema = '" + column + "'"),
			          Text("SELECT ROW(min(" + column + ")::VARCHAR, max(" + column + ")::VARCHAR, count(*) - count(" +
			               column + "))::VARCHAR FROM read_parquet(" + file + ")"))
			    << column;
		}
	}

	void WriteAll(const std::string &copy_options) {
		Query("COPY (SELECT " + COLUMNS + " FROM range(" + std::to_string(ROWS) + ") r(i)) TO '" + Path("all.parquet") +
		      "' (FORMAT parquet, ROW_GROUP_SIZE 100000, " + copy_options + ")");
	}

	static RowRuns RandomRuns(std::minstd_rand &random, size_t count, size_t gap) {
		RowRuns runs;
		for (size_t row = random() % gap; row < count;) {
			const auto length = std::min<size_t>(1 + random() % 2000, count - row);
			runs.push_back({row, length});
			row += length + 1 + random() % gap;
		}
		return runs;
	}
};

TEST_F(ChunkFilterTest, KeepsTheRowsInEveryFormOfPage) {
	std::minstd_rand random(7);
	int files = 0;
	for (const std::string form :
	     {"CODEC 'snappy'", "CODEC 'zstd'", "CODEC 'uncompressed'", "CODEC 'snappy', DICTIONARY_SIZE_LIMIT 1",
	      "STRING_DICTIONARY_PAGE_SIZE_LIMIT 100"}) {
		SCOPED_TRACE(form);
		WriteAll(form);
		for (const auto &kept : {RowRuns {{0, ROWS}}, RowRuns {{1, ROWS - 1}}, RowRuns {{0, ROWS - 1}},
		                         RowRuns {{9, 1}}, RandomRuns(random, ROWS, 3), RandomRuns(random, ROWS, 5000)}) {
			const auto to = "some" + std::to_string(files++) + ".parquet";
			Filter("all.parquet", to, kept);
			ExpectRows(to, Kept("all.parquet", kept));
			EXPECT_EQ(Text("SELECT bool_and(i >= before) FROM (SELECT i, lag(i, 1, -1) OVER () AS before FROM "
			               "read_parquet('" +
			               Path(to) + "'))"),
			          "true")
			    << "rows keep their order";
			ExpectExactStatistics(to);
		}
	}
}

TEST_F(ChunkFilterTest, FilteredAgainAndAgain) {
	std::minstd_rand random(11);
	WriteAll("CODEC 'snappy'");
	std::string from = "all.parquet";
	size_t count = ROWS;
	for (int round = 0; round < 6; round++) {
		const auto kept = RandomRuns(random, count, 700);
		const auto to = std::to_string(round) + ".parquet";
		Filter(from, to, kept);
		count = CountRows(kept);
		const auto numbered = "SELECT row_number() OVER () - 1 AS row, * FROM read_parquet('" + Path(from) + "')";
		std::string condition = "false";
		for (const auto &run : kept) {
			condition += " OR row BETWEEN " + std::to_string(run.start) + " AND " + std::to_string(run.End() - 1);
		}
		ExpectRows(to, "SELECT * EXCLUDE (row) FROM (" + numbered + ") WHERE " + condition);
		ExpectExactStatistics(to);
		from = to;
	}
}

TEST_F(ChunkFilterTest, BoundsOfNumbersHideNoZeroAndNoNaN) {
	Query("COPY (SELECT * FROM (VALUES (0, 5.0::DOUBLE, 0.0::DOUBLE), (1, '-0.0'::DOUBLE, '-0.0'::DOUBLE), (2, 0.0, "
	      "0.0), "
	      "(3, 'NaN', 0.0)) v(i, a, b)) TO '" +
	      Path("all.parquet") + "' (FORMAT parquet)");
	Filter("all.parquet", "some.parquet", {{1, 3}});
	EXPECT_EQ(Text("SELECT list(ROW(path_in_schema, stats_min_value, stats_max_value))::VARCHAR FROM "
	               "parquet_metadata('" +
	               Path("some.parquet") + "') WHERE path_in_schema <> 'i'"),
	          "[(a, NULL, NULL), (b, -0.0, 0.0)]");
	ExpectRows("some.parquet", Kept("all.parquet", {{1, 3}}));
}

TEST_F(ChunkFilterTest, WhatIsNotFlatOrInOtherEncodingsIsNotFiltered) {
	Query("COPY (SELECT i, [i] AS list, {'a': i} AS pair FROM range(9000) r(i)) TO '" + Path("new.parquet") +
	      "' (FORMAT parquet, PARQUET_VERSION v2, CODEC 'gzip')");
	const ParquetSource source(store, Path("new.parquet"), std::filesystem::file_size(Path("new.parquet")));
	const auto &chunks = source.Footer().row_groups.at(0).columns;
	auto snappy = chunks[0].meta_data;
	EXPECT_FALSE(CanFilter(source.Footer().schema[1], snappy)) << "gzip";
	snappy.codec = duckdb_parquet::CompressionCodec::SNAPPY;
	EXPECT_FALSE(CanFilter(source.Footer().schema[1], snappy)) << "DELTA_BINARY_PACKED";
	snappy.encodings = {duckdb_parquet::Encoding::PLAIN};
	EXPECT_TRUE(CanFilter(source.Footer().schema[1], snappy));
	EXPECT_FALSE(CanFilter(source.Footer().schema[2], snappy)) << "a list";
}

TEST_F(ChunkFilterTest, DamagedPagesGiveAnError) {
	std::minstd_rand random(3);
	for (const std::string form : {"CODEC 'snappy'", "CODEC 'zstd'", "CODEC 'uncompressed'"}) {
		WriteAll(form);
		const ParquetSource source(store, Path("all.parquet"), std::filesystem::file_size(Path("all.parquet")));
		const auto kept = RandomRuns(random, ROWS, 900);
		size_t refused = 0;
		for (const auto &column : source.Columns()) {
			const auto leaf = column.first_leaf;
			const auto &chunk = source.Footer().row_groups.at(0).columns[leaf];
			const auto bytes = source.ReadChunks(0, {leaf}).at(leaf);
			for (int round = 0; round < 40; round++) {
				auto damaged = bytes;
				if (round % 4 == 0) {
					damaged.resize(random() % bytes.size());
				} else {
					// Mostly where the headers and levels are.
					damaged[random() % (round % 2 ? std::min<size_t>(bytes.size(), 60) : bytes.size())] ^=
					    char(1 + random() % 255);
				}
				try {
					const auto filtered = FilterChunk(source.Footer().schema[column.element], chunk, damaged, kept);
					EXPECT_EQ(size_t(filtered.chunk.meta_data.num_values), CountRows(kept));
				} catch (const Error &error) {
					EXPECT_EQ(error.kind, ErrorKind::CORRUPT) << error.what();
					refused++;
				}
			}
		}
		EXPECT_GT(refused, source.Columns().size() * 10) << form;
	}
}

} // namespace
