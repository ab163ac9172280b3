#include "base/error.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/chunk_merge.hpp"
#include "engine/parquet/page_compression.hpp"
#include "parquet_fixture.hpp"

#include <functional>
#include <random>

using namespace merganser;

namespace {

using duckdb_parquet::CompressionCodec;
using duckdb_parquet::Encoding;

class ChunkMergeTest : public ParquetTest {
protected:
	//! A file with one row group, as DuckDB's COPY writes it.
	void Write(const std::string &name, const std::string &rows, const std::string &copy_options = "CODEC 'snappy'") {
		Query("COPY (" + rows + ") TO '" + Path(name) + "' (FORMAT parquet, ROW_GROUP_SIZE 1000000, " + copy_options +
		      ")");
		parts.push_back(name);
	}

	//! One file with one row group of all parts.
	void Merge(const std::string &to, CompressionCodec::type codec = CompressionCodec::SNAPPY) {
		std::vector<std::unique_ptr<ParquetSource>> sources;
		duckdb_parquet::RowGroup row_group;
		for (const auto &part : parts) {
			sources.push_back(
			    std::make_unique<ParquetSource>(store, Path(part), std::filesystem::file_size(Path(part))));
			row_group.num_rows += sources.back()->Footer().num_rows;
		}
		ChunkFile file(store, Path(to), sources.front()->Footer());
		std::vector<ChunkPiece> pieces;
		for (const auto &column : file.Columns()) {
			std::vector<ChunkSource> chunks;
			for (const auto &source : sources) {
				const auto &chunk = source->Footer().row_groups.at(0).columns.at(column.first_leaf);
				chunks.push_back({chunk, source->ReadChunks(0, {column.first_leaf}).at(column.first_leaf)});
			}
			auto merged = MergeChunks(file.Footer().schema[column.element], codec, chunks);
			pieces.push_back({std::move(merged.chunk), std::move(merged.bytes), {}});
		}
		file.WriteRowGroup(row_group, std::move(pieces));
		ASSERT_EQ(file.Finish(), PutOutcome::WRITTEN);
	}

	//! The rows of all parts, in their order, are in the merged file.
	void ExpectMerged(const std::string &name) {
		std::string all;
		for (const auto &part : parts) {
			all += (all.empty() ? "SELECT * FROM '" : " UNION ALL SELECT * FROM '") + Path(part) + "'";
		}
		ExpectRows(name, all);
		EXPECT_EQ(Text("SELECT bool_and(i >= before) FROM (SELECT i, lag(i, 1, -1) OVER () AS before FROM '" +
		               Path(name) + "')"),
		          "true")
		    << "parts keep their order";
		const auto columns = Query("SELECT path_in_schema FROM parquet_metadata('" + Path(name) +
		                           "') WHERE path_in_schema NOT IN ('flag', 'flag_nulls', 'id', 'some_nan')");
		for (idx_t row = 0; row < columns->RowCount(); row++) {
			const auto column = columns->GetValue(0, row).ToString();
			EXPECT_EQ(Text("SELECT ROW(stats_min_value, stats_max_value, stats_null_count)::VARCHAR FROM "
			               "parquet_metadata('" +
			               Path(name) + "') WHERE path_in_schema = '" + column + "'"),
			          Text("SELECT ROW(min(" + column + ")::VARCHAR, max(" + column + ")::VARCHAR, count(*) - count(" +
			               column + "))::VARCHAR FROM '" + Path(name) + "'"))
			    << column;
		}
	}

	std::string Encodings(const std::string &name, const std::string &column) {
		return Text("SELECT encodings FROM parquet_metadata('" + Path(name) + "') WHERE path_in_schema = '" + column +
		            "'");
	}

	std::vector<std::string> parts;
};

std::string RowsOfPart(int part, int count) {
	const auto i = "(" + std::to_string(part) + " * 10000 + r)";
	return "SELECT i, CASE WHEN i % 3 > 0 THEN i * 7 END AS nulls, (i % 50)::SMALLINT AS few, "
	       "CASE WHEN i % 7 < 3 THEN (i % 9)::TINYINT END AS few_nulls, md5(i::VARCHAR) AS text, "
	       "CASE WHEN i % 5 > 1 THEN repeat('x', (i % 40)::INTEGER) || i END AS text_nulls, 'name ' || (r % 400) AS "
	       "name, CASE WHEN i % 2 = 0 THEN 'n' || (i % 11) END AS name_nulls, i % 5 = 0 AS flag, "
	       "CASE WHEN i % 11 > 4 THEN i % 2 = 0 END AS flag_nulls, (r - 40) / 7.0::DOUBLE AS real, "
	       "(i * 1000000 - 7)::DECIMAL(30, 4) AS large, (i % 99)::DECIMAL(9, 2) AS small, "
	       "DATE '2020-01-01' + (i % 900)::INTEGER AS day, uuid() AS id, NULL::INTEGER AS nothing, "
	       "CASE WHEN " +
	       std::to_string(part) +
	       " % 2 = 0 THEN 5 + i % 3 END AS parts, CASE WHEN r = 3 THEN 'NaN'::DOUBLE ELSE i END AS some_nan "
	       "FROM (SELECT r, " +
	       i + " AS i FROM range(" + std::to_string(count) + ") t(r))";
}

TEST_F(ChunkMergeTest, RowsStayWhateverFormTheirPagesHave) {
	const std::vector<std::string> forms {"CODEC 'snappy'", "CODEC 'zstd'", "CODEC 'uncompressed'",
	                                      "CODEC 'snappy', DICTIONARY_SIZE_LIMIT 1",
	                                      "CODEC 'snappy', STRING_DICTIONARY_PAGE_SIZE_LIMIT 100"};
	std::minstd_rand random(5);
	for (int round = 0; round < 8; round++) {
		parts.clear();
		const auto count = 1 + random() % 8;
		for (size_t part = 0; part < count; part++) {
			// One form for all, or one for each.
			const auto &form = forms[(round < 5 ? size_t(round) : random()) % forms.size()];
			const auto rows = random() % 3 == 0 ? 1 + random() % 20 : 1 + random() % 9000;
			Write(std::to_string(round) + "_" + std::to_string(part) + ".parquet", RowsOfPart(int(part), int(rows)),
			      form);
		}
		SCOPED_TRACE(round);
		const auto name = "merged" + std::to_string(round) + ".parquet";
		Merge(name, round % 3 == 2 ? CompressionCodec::ZSTD : CompressionCodec::SNAPPY);
		ExpectMerged(name);
	}
}

TEST_F(ChunkMergeTest, DictionariesBecomeOne) {
	for (int part = 0; part < 5; part++) {
		const auto n = std::to_string(part);
		Write(n + ".parquet", "SELECT " + n + " * 10000 + r AS i, 'name ' || (r % 50 + " + n +
		                          " * 20) AS name, 7 AS same, 'own ' || md5(r::VARCHAR) AS equal, " + n +
		                          " * 100000 + r AS apart FROM range(5000) t(r)");
	}
	EXPECT_EQ(Encodings(parts[0], "equal"), "PLAIN");
	Merge("merged.parquet");
	ExpectMerged("merged.parquet");
	EXPECT_EQ(Encodings("merged.parquet", "name"), "PLAIN, RLE_DICTIONARY, RLE");
	EXPECT_EQ(Encodings("merged.parquet", "same"), "PLAIN, RLE_DICTIONARY, RLE");
	EXPECT_EQ(Encodings("merged.parquet", "equal"), "PLAIN, RLE_DICTIONARY, RLE") << "values that stand in every file";
	EXPECT_EQ(Encodings("merged.parquet", "apart"), "PLAIN, RLE") << "pages are copied";
}

TEST_F(ChunkMergeTest, LargeDictionariesBecomePlain) {
	for (int part = 0; part < 4; part++) {
		const auto n = std::to_string(part);
		Write(n + ".parquet",
		      "SELECT " + n + " * 10000 + r AS i, md5((" + n +
		          " * 10000 + r % 900)::VARCHAR) AS text FROM range(3000) t(r)",
		      "CODEC 'snappy', DICTIONARY_SIZE_LIMIT 3000");
	}
	EXPECT_EQ(Encodings(parts[0], "text"), "PLAIN_DICTIONARY");
	Merge("merged.parquet");
	ExpectMerged("merged.parquet");
	EXPECT_EQ(Encodings("merged.parquet", "text"), "PLAIN, RLE");
}

TEST_F(ChunkMergeTest, SmallPagesAreJoined) {
	for (int part = 0; part < 40; part++) {
		const auto n = std::to_string(part);
		Write(n + ".parquet", "SELECT " + n + " * 10000 + r AS i FROM range(100) t(r)");
	}
	Merge("merged.parquet");
	ExpectMerged("merged.parquet");
	ParquetSource merged(store, Path("merged.parquet"), std::filesystem::file_size(Path("merged.parquet")));
	EXPECT_EQ(merged.Footer().row_groups[0].columns[0].meta_data.encoding_stats.at(0).count, 1);
}

TEST_F(ChunkMergeTest, DamagedPagesGiveAnError) {
	Write("a.parquet", RowsOfPart(0, 3000));
	Write("b.parquet", RowsOfPart(1, 3000), "CODEC 'zstd'");
	std::minstd_rand random(13);
	size_t refused = 0;
	std::vector<std::unique_ptr<ParquetSource>> sources;
	for (const auto &part : parts) {
		sources.push_back(std::make_unique<ParquetSource>(store, Path(part), std::filesystem::file_size(Path(part))));
	}
	for (const auto &column : sources[0]->Columns()) {
		const auto leaf = column.first_leaf;
		for (int round = 0; round < 40; round++) {
			std::vector<ChunkSource> chunks;
			for (const auto &source : sources) {
				chunks.push_back(
				    {source->Footer().row_groups[0].columns[leaf], source->ReadChunks(0, {leaf}).at(leaf)});
			}
			auto &bytes = chunks[random() % 2].bytes;
			if (round % 4 == 0) {
				bytes.resize(random() % bytes.size());
			} else {
				bytes[random() % (round % 2 ? std::min<size_t>(bytes.size(), 60) : bytes.size())] ^=
				    char(1 + random() % 255);
			}
			try {
				const auto merged =
				    MergeChunks(sources[0]->Footer().schema[column.element], CompressionCodec::SNAPPY, chunks);
				EXPECT_EQ(merged.chunk.meta_data.num_values, 6000);
			} catch (const Error &error) {
				EXPECT_EQ(error.kind, ErrorKind::CORRUPT) << error.what();
				refused++;
			}
		}
	}
	EXPECT_GT(refused, sources[0]->Columns().size() * 8);
}

} // namespace
