#include "engine/parquet/null_chunk.hpp"

#include "base/error.hpp"
#include "engine/parquet/column_pages.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <bit>

namespace merganser {

namespace {

using duckdb_parquet::Encoding;
using duckdb_parquet::FieldRepetitionType;

//! A length, and the level of every row; nothing for a leaf without such levels.
void AppendEqualLevels(uint32_t level, uint32_t level_max, uint64_t row_count, std::string &target) {
	if (level_max == 0) {
		return;
	}
	const std::vector<uint32_t> levels(row_count, level);
	std::string runs;
	AppendHybridRuns(levels.data(), levels.size(), uint32_t(std::bit_width(level_max)), runs);
	AppendLength(uint32_t(runs.size()), target);
	target += runs;
}

void Describe(const SchemaLeaf &leaf, uint64_t row_count, duckdb_parquet::ColumnMetaData &meta) {
	meta.__set_type(leaf.type);
	meta.__set_path_in_schema(duckdb::vector<std::string>(leaf.path.begin(), leaf.path.end()));
	meta.__set_num_values(int64_t(row_count));
	meta.__set_encodings({Encoding::PLAIN, Encoding::RLE});
	duckdb_parquet::PageEncodingStats pages;
	pages.__set_page_type(duckdb_parquet::PageType::DATA_PAGE);
	pages.__set_encoding(Encoding::PLAIN);
	pages.__set_count(1);
	meta.__set_encoding_stats({pages});
	duckdb_parquet::Statistics statistics;
	statistics.__set_null_count(int64_t(row_count));
	meta.__set_statistics(statistics);
	meta.__set_data_page_offset(int64_t(PARQUET_MAGIC.size()));
}

} // namespace

std::vector<SchemaLeaf> LeavesOfSchema(const duckdb_parquet::FileMetaData &footer) {
	struct Open {
		int64_t children;
		uint32_t definition;
		uint32_t repetition;
	};
	std::vector<Open> open {{footer.schema.at(0).num_children, 0, 0}};
	SchemaLeaf leaf;
	std::vector<SchemaLeaf> leaves;
	for (size_t i = 1; i < footer.schema.size(); i++) {
		const auto &element = footer.schema[i];
		while (open.back().children == 0) {
			open.pop_back();
			leaf.path.pop_back();
		}
		open.back().children--;
		leaf.path.push_back(element.name);
		const bool is_repeated = element.repetition_type == FieldRepetitionType::REPEATED;
		const auto definition = open.back().definition + (element.repetition_type != FieldRepetitionType::REQUIRED);
		const auto repetition = open.back().repetition + is_repeated;
		if (element.__isset.type) {
			leaf.type = element.type;
			leaf.definition_max = definition;
			leaf.repetition_max = repetition;
			leaves.push_back(leaf);
			leaf.path.pop_back();
		} else {
			open.push_back({element.num_children, definition, repetition});
		}
	}
	return leaves;
}

ChunkPiece NullChunk(const SchemaLeaf &leaf, uint32_t defined, uint64_t row_count,
                     duckdb_parquet::CompressionCodec::type codec) {
	Verify(defined < leaf.definition_max && row_count > 0, "a leaf is NULL where one above it is");
	std::string levels;
	AppendEqualLevels(0, leaf.repetition_max, row_count, levels);
	AppendEqualLevels(defined, leaf.definition_max, row_count, levels);
	std::string body;
	AppendCompressed(codec, levels, body);

	duckdb_parquet::DataPageHeader page;
	page.__set_num_values(int32_t(row_count));
	page.__set_encoding(Encoding::PLAIN);
	page.__set_definition_level_encoding(Encoding::RLE);
	page.__set_repetition_level_encoding(Encoding::RLE);
	duckdb_parquet::PageHeader header;
	header.__set_type(duckdb_parquet::PageType::DATA_PAGE);
	header.__set_data_page_header(page);
	header.__set_uncompressed_page_size(int32_t(levels.size()));
	header.__set_compressed_page_size(int32_t(body.size()));

	ChunkPiece piece;
	AppendPageHeader(header, piece.bytes);
	const auto header_bytes = piece.bytes.size();
	piece.bytes += body;
	auto &meta = piece.chunk.meta_data;
	Describe(leaf, row_count, meta);
	meta.__set_codec(codec);
	meta.__set_total_compressed_size(int64_t(piece.bytes.size()));
	meta.__set_total_uncompressed_size(int64_t(header_bytes + levels.size()));
	piece.chunk.__isset.meta_data = true;
	return piece;
}

} // namespace merganser
