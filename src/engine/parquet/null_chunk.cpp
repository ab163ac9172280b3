#include "engine/parquet/null_chunk.hpp"

#include "base/error.hpp"
#include "engine/parquet/column_pages.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <bit>

namespace merganser {

namespace {

using duckdb_parquet::Encoding;

//! A length, and the level of every row; nothing for a leaf without such levels.
void AppendEqualLevels(uint32_t level, uint32_t level_max, uint64_t row_count, std::string &target) {
	if (level_max == 0) {
		return;
	}
	std::string runs;
	AppendEqualRun(level, row_count, uint32_t(std::bit_width(level_max)), runs);
	AppendLength(uint32_t(runs.size()), target);
	target += runs;
}

void Describe(const SchemaLeaf &leaf, uint64_t row_count, duckdb_parquet::ColumnMetaData &meta) {
	meta.__set_type(leaf.element.type);
	meta.__set_path_in_schema(duckdb::vector<std::string>(leaf.path.begin(), leaf.path.end()));
	meta.__set_num_values(int64_t(row_count));
	SetPageCounts(meta, false, {{{duckdb_parquet::PageType::DATA_PAGE, Encoding::PLAIN}, 1}});
	duckdb_parquet::Statistics statistics;
	statistics.__set_null_count(int64_t(row_count));
	meta.__set_statistics(statistics);
	meta.__set_data_page_offset(int64_t(PARQUET_MAGIC.size()));
}

} // namespace

ChunkPiece NullChunk(const SchemaLeaf &leaf, uint32_t defined, uint64_t row_count,
                     duckdb_parquet::CompressionCodec::type codec) {
	Verify(defined < leaf.definition_max && row_count > 0, "a leaf is NULL where one above it is");
	std::string levels;
	AppendEqualLevels(0, leaf.repetition_max, row_count, levels);
	AppendEqualLevels(defined, leaf.definition_max, row_count, levels);
	ChunkPiece piece;
	auto &meta = piece.chunk.meta_data;
	const auto uncompressed_bytes = AppendDataPage(codec, Encoding::PLAIN, row_count, levels, piece.bytes);
	Describe(leaf, row_count, meta);
	meta.__set_codec(codec);
	meta.__set_total_compressed_size(int64_t(piece.bytes.size()));
	meta.__set_total_uncompressed_size(int64_t(uncompressed_bytes));
	piece.chunk.__isset.meta_data = true;
	return piece;
}

} // namespace merganser
