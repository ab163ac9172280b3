#include "base/error.hpp"
#include "parquet_fixture.hpp"
#include "store/counting_store.hpp"

#include <cstring>

using namespace merganser;

namespace {

using Columns = std::vector<std::string>;

constexpr int GROUP_ROWS = 5000;

//! The table before; `g` is the row group.
std::string SourceRows(int group) {
	return "SELECT " + std::to_string(group) +
	       " AS g, i, 'name ' || (i % 40) AS name, CASE WHEN i % 3 = 0 THEN NULL ELSE md5(i::VARCHAR) END AS text, "
	       "(i % 1000)::DECIMAL(9, 2) AS small, (i * 1000000)::DECIMAL(30, 4) AS large, i::DOUBLE / 7 AS real, "
	       "i % 5 = 0 AS flag, DATE '2020-01-01' + (i % 900)::INTEGER AS day, "
	       "TIMESTAMPTZ '2020-01-01 00:00:00Z' + to_seconds(i) AS moment, md5(i::VARCHAR)::BLOB AS bytes, "
	       "CASE WHEN i % 6 = 0 THEN NULL ELSE {'a': i % 9, 'b': {'c': CASE WHEN i % 2 = 0 THEN 'x' || (i % 3) END}} "
	       "END AS pair, "
	       "CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN [] ELSE [{'v': i, 'w': ['t' || (i % 7), NULL]}] END AS "
	       "list, "
	       "MAP {'k' || (i % 4): i, 'z': NULL} AS map, NULL::INTEGER AS nothing "
	       "FROM range(" +
	       std::to_string(group * GROUP_ROWS) + ", " + std::to_string((group + 1) * GROUP_ROWS) + ") r(i)";
}

class ParquetSpliceTest : public ParquetTest {};

TEST_F(ParquetSpliceTest, CopiesDropsAndReplaces) {
	const auto size = WriteFile("before.parquet", {SourceRows(0), SourceRows(1), SourceRows(2)});
	const std::string changed =
	    "SELECT 'new ' || (i % 11) AS name, CASE WHEN i % 2 = 0 THEN NULL ELSE [{'v': -i, "
	    "'w': ['n']}] END AS list, -large AS large, {'a': 1, 'b': NULL::STRUCT(c VARCHAR)} AS pair";
	const std::string values = "SELECT * FROM (" + changed + " FROM (" + SourceRows(2) + ") ORDER BY i)";
	const std::string retyped = "SELECT name, list::STRUCT(v BIGINT, w VARCHAR[])[] AS list, "
	                            "large::DECIMAL(30, 4) AS large, pair::STRUCT(a BIGINT, b STRUCT(c VARCHAR)) AS pair "
	                            "FROM (" +
	                            values + ")";

	ParquetSource source(store, Path("before.parquet"), size);
	ParquetSplice splice(source, store, Path("after.parquet"));
	const auto columns = Format(retyped);
	const auto all = Format(SourceRows(3));
	const auto fewer = "FROM (" + SourceRows(3) + ") WHERE i % 1000 <> 7";
	ASSERT_TRUE(CanReplace(Context(), source, columns));
	ASSERT_TRUE(CanReplace(Context(), source, all));
	splice.Replace(2, Encoded(columns, retyped));
	splice.Copy(0);
	splice.Replace(1, Encoded(all, fewer));
	ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	EXPECT_EQ(splice.RowCount(), 3u * GROUP_ROWS - 5);
	EXPECT_EQ(splice.SizeBytes(), std::filesystem::file_size(Path("after.parquet")));

	ExpectRows("after.parquet", SourceRows(0) + " UNION ALL " + fewer +
	                                " UNION ALL SELECT * REPLACE ('new ' || (i % 11) AS name, CASE WHEN i % 2 = 0 THEN "
	                                "NULL ELSE [{'v': -i, 'w': ['n']}] END AS list, -large AS large, {'a': 1, 'b': "
	                                "NULL::STRUCT(c VARCHAR)} AS pair) FROM (" +
	                                SourceRows(2) + ")");
	const auto read = "FROM read_parquet('" + Path("after.parquet") + "')";
	EXPECT_EQ(Text("SELECT string_agg(DISTINCT g::VARCHAR, ',' ORDER BY g::VARCHAR) " + read), "0,2,3");
	// Statistics and bloom filters stand beside the chunks that they belong to.
	EXPECT_EQ(Text("SELECT count(*) " + read + " WHERE name = 'new 7'"),
	          Text("SELECT count(*) FROM (" + SourceRows(2) + ") WHERE i % 11 = 7"));
	EXPECT_EQ(Text("SELECT count(*) " + read + " WHERE name = 'name 7'"), std::to_string(2 * GROUP_ROWS / 40 - 5));
	EXPECT_EQ(Text("SELECT count(*) " + read + " WHERE i = 12345"), "1");
	const auto probe = "FROM parquet_bloom_probe('" + Path("after.parquet") + "', 'name', ";
	EXPECT_EQ(Text("SELECT list(bloom_filter_excludes ORDER BY row_group_id)::VARCHAR " + probe + "'new 7')"),
	          "[false, true, true]");
	EXPECT_EQ(Text("SELECT list(bloom_filter_excludes ORDER BY row_group_id)::VARCHAR " + probe + "'name 7')"),
	          "[true, false, false]");
}

TEST_F(ParquetSpliceTest, CopiedFileHasTheSameMetadata) {
	const auto size = WriteFile("before.parquet", {SourceRows(0), SourceRows(1)});
	ParquetSource source(store, Path("before.parquet"), size);
	ParquetSplice splice(source, store, Path("after.parquet"));
	splice.Copy(0);
	splice.Copy(1);
	ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	const auto metadata = [&](const std::string &name) {
		return "SELECT COLUMNS(c -> c NOT IN ('file_name', 'data_page_offset', 'dictionary_page_offset', "
		       "'file_offset', "
		       "'bloom_filter_offset', 'row_group_compressed_bytes')) FROM parquet_metadata('" +
		       Path(name) + "')";
	};
	EXPECT_EQ(Text("SELECT count(*) FROM (" + metadata("before.parquet") + ")"),
	          Text("SELECT count(*) FROM (" + metadata("before.parquet") + " INTERSECT ALL " +
	               metadata("after.parquet") + ")"));
	EXPECT_GT(Text("SELECT count(bloom_filter_offset) FROM parquet_metadata('" + Path("after.parquet") + "')"), "0");
	ExpectRows("after.parquet", SourceRows(0) + " UNION ALL " + SourceRows(1));
}

TEST_F(ParquetSpliceTest, OtherSchemasAreNotReplaced) {
	const auto size =
	    WriteFile("before.parquet", {"SELECT 1::INTEGER AS a, 'x' AS b, [1] AS c, 1::DECIMAL(9, 2) AS d"});
	ParquetSource source(store, Path("before.parquet"), size);
	ParquetSplice splice(source, store, Path("after.parquet"));
	EXPECT_TRUE(CanReplace(Context(), source, Format("SELECT 5::INTEGER AS a, [7] AS c")));
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT 5::BIGINT AS a"))) << "widened";
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT 'x'::BLOB AS b"))) << "another logical type";
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT [1::BIGINT] AS c"))) << "another element";
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT 1::DECIMAL(9, 3) AS d"))) << "another scale";
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT 1::INTEGER AS e"))) << "no such column";
}

TEST_F(ParquetSpliceTest, OtherWordsForTheSameTypeAreReplaced) {
	const std::string rows = "SELECT i, 'x' || i AS s, DATE '2020-01-01' AS d, i::UTINYINT AS u FROM range(50) r(i)";
	const auto size = WriteFile("before.parquet", {rows});
	const auto bytes = *store.TryGet(Path("before.parquet"));
	const auto footer_bytes = ParquetFooterBytes(bytes);
	auto footer = ParquetSource(store, Path("before.parquet"), size).Footer();
	footer.schema[1].__isset.converted_type = false;
	duckdb_parquet::LogicalType text;
	text.__set_STRING(duckdb_parquet::StringType());
	footer.schema[2].__set_logicalType(text);
	footer.schema[4].__isset.converted_type = false;
	auto other = bytes.substr(0, size - footer_bytes - PARQUET_ENDING_BYTES);
	AppendParquetFooter(footer, other);
	store.Put(Path("other.parquet"), other);

	ParquetSource source(store, Path("other.parquet"), other.size());
	ParquetSplice splice(source, store, Path("after.parquet"));
	EXPECT_FALSE(CanReplace(Context(), source, Format("SELECT 1::UTINYINT AS u"))) << "is an INTEGER there";
	const std::string texts = "SELECT 'y' || i AS s, i FROM range(50) r(i)";
	const auto format = Format(texts);
	ASSERT_TRUE(CanReplace(Context(), source, format));
	splice.Replace(0, Encoded(format, texts));
	ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	ExpectRows("after.parquet", "SELECT i, 'y' || i AS s, DATE '2020-01-01' AS d, i::INTEGER AS u FROM range(50) r(i)");
}

TEST_F(ParquetSpliceTest, AddsColumns) {
	const auto size = WriteFile("before.parquet", {SourceRows(0), SourceRows(1), SourceRows(2)});
	const std::string added = "SELECT CASE WHEN i % 3 > 0 THEN i END AS number, "
	                          "[{'v': i, 'w': CASE WHEN i % 2 = 0 THEN 'w' END}] AS pairs FROM (";
	const auto with_name = [](int group) {
		return "SELECT i::INTEGER AS number, NULL::STRUCT(v BIGINT, w VARCHAR)[] AS pairs, 'n' || i AS name FROM (" +
		       SourceRows(group) + ")";
	};
	{
		ParquetSource source(store, Path("before.parquet"), size);
		ParquetSplice splice(source, store, Path("after.parquet"));
		const std::string typed = "SELECT number::INTEGER AS number, pairs FROM (" + added + SourceRows(0) + "))";
		const auto two = Format(typed);
		const auto three = Format(with_name(1));
		ASSERT_TRUE(CanAdd(Context(), source, two));
		EXPECT_FALSE(CanAdd(Context(), source, three)) << "there is a name";
		splice.Add(Context(), two);
		splice.Replace(0, Encoded(two, typed));
		splice.Replace(1, Encoded(three, with_name(1)));
		EXPECT_THROW(splice.Copy(2), Error) << "it has not the added columns";
		EXPECT_THROW(splice.Replace(2, Encoded(Format("SELECT 1::INTEGER AS number"),
		                                       "SELECT 1::INTEGER AS number FROM range(5000)")),
		             Error)
		    << "pairs are missing";
		ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	}
	ExpectRows("after.parquet",
	           "SELECT *, (CASE WHEN i % 3 > 0 THEN i END)::INTEGER, [{'v': i, 'w': CASE WHEN i % 2 = 0 THEN 'w' "
	           "END}] FROM (" +
	               SourceRows(0) + ") UNION ALL SELECT * REPLACE ('n' || i AS name), i::INTEGER, NULL FROM (" +
	               SourceRows(1) + ")");
}

TEST_F(ParquetSpliceTest, ColumnsAreAddedUnderFreeNamesAndIds) {
	options["field_ids"] = {duckdb::Value::STRUCT({{"a", duckdb::Value::INTEGER(7)}})};
	const auto size = WriteFile("before.parquet", {"SELECT 1::INTEGER AS a"});
	ParquetSource source(store, Path("before.parquet"), size);
	options.erase("field_ids");
	EXPECT_TRUE(CanAdd(Context(), source, Format("SELECT 1 AS b, [1] AS c")));
	EXPECT_FALSE(CanAdd(Context(), source, Format("SELECT 1 AS A"))) << "columns are the same in any case";
	EXPECT_FALSE(CanAdd(Context(), source, Format("SELECT 1 AS b, 1 AS a")));
	options["field_ids"] = {duckdb::Value::STRUCT({{"b", duckdb::Value::INTEGER(7)}})};
	EXPECT_FALSE(CanAdd(Context(), source, Format("SELECT 1 AS b"))) << "the column, renamed";
	options["field_ids"] = {duckdb::Value::STRUCT({{"b", duckdb::Value::INTEGER(8)}})};
	EXPECT_TRUE(CanAdd(Context(), source, Format("SELECT 1 AS b")));
}

TEST_F(ParquetSpliceTest, WrongRowCountIsRefusedAndLeavesNothing) {
	const auto size = WriteFile("before.parquet", {SourceRows(0)});
	{
		ParquetSource source(store, Path("before.parquet"), size);
		ParquetSplice splice(source, store, Path("after.parquet"));
		const std::string fewer = "SELECT 1::INTEGER AS g FROM range(4999)";
		EXPECT_THROW(splice.Replace(0, Encoded(Format(fewer), fewer)), Error);
	}
	EXPECT_FALSE(store.Head(Path("after.parquet")).has_value());
}

TEST_F(ParquetSpliceTest, DamagedSourcesAreRefused) {
	const auto size = WriteFile("before.parquet", {SourceRows(0)});
	const auto bytes = *store.TryGet(Path("before.parquet"));
	for (const size_t kept : {size_t(0), size_t(3), size_t(8), size_t(size / 2), size_t(size - 1)}) {
		const auto path = Path("cut" + std::to_string(kept) + ".parquet");
		store.Put(path, bytes.substr(0, kept));
		EXPECT_THROW(ParquetSource(store, path, kept), Error) << kept;
	}
	// The footer alone, behind another magic: its chunks lie outside.
	uint32_t footer_bytes = 0;
	std::memcpy(&footer_bytes, bytes.data() + size - 8, 4);
	const auto moved = "PAR1" + bytes.substr(size - 8 - footer_bytes);
	store.Put(Path("moved.parquet"), moved);
	EXPECT_THROW(ParquetSource(store, Path("moved.parquet"), moved.size()), Error);
}

TEST_F(ParquetSpliceTest, ReadsARowGroupInOneRequestAndItsBloomFiltersInAnother) {
	const auto size = WriteFile("before.parquet", {SourceRows(0), SourceRows(1)});
	CountingStore counted(std::make_shared<LocalStore>(), false);
	ParquetSource source(counted, Path("before.parquet"), size);
	ParquetSplice splice(source, store, Path("after.parquet"));
	counted.Reset();
	splice.Copy(1);
	EXPECT_EQ(counted.Counts().Of(StoreCall::GET_RANGE), 2u) << counted.Counts().ToString();
	EXPECT_EQ(counted.Counts().Total(), 2u);
	EXPECT_LT(counted.Counts().bytes_read, size * 2 / 3);
	ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	ExpectRows("after.parquet", SourceRows(1));
}

TEST_F(ParquetSpliceTest, WhatDuckDBWroteItselfIsCompleted) {
	Query("COPY (" + SourceRows(0) + ") TO '" + Path("before.parquet") + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
	ParquetSource source(store, Path("before.parquet"), std::filesystem::file_size(Path("before.parquet")));
	ASSERT_FALSE(source.Footer().row_groups[0].columns[2].meta_data.__isset.encoding_stats);
	ParquetSplice splice(source, store, Path("after.parquet"));
	for (size_t i = 0; i < source.Footer().row_groups.size(); i++) {
		splice.Copy(i);
	}
	ASSERT_EQ(splice.Finish(), PutOutcome::WRITTEN);
	ParquetSource after(store, Path("after.parquet"), splice.SizeBytes());
	EXPECT_EQ(after.Footer().row_groups[0].columns[2].meta_data.encoding_stats.size(), 2u);
	EXPECT_EQ(after.Footer().created_by.rfind("Merganser version ", 0), 0u);
	ExpectRows("after.parquet", SourceRows(0));
}

} // namespace
