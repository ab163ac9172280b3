#include "engine/parquet/chunk_file.hpp"

#include "base/error.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <limits>

namespace merganser {

namespace {

//! Moves what the chunk says of places in the file; drops indexes, which are not copied.
void MoveChunk(duckdb_parquet::ColumnChunk &column, uint64_t position) {
	auto &chunk = column.meta_data;
	const auto distance = static_cast<int64_t>(position) - static_cast<int64_t>(ChunkStart(chunk));
	chunk.data_page_offset += distance;
	if (chunk.__isset.dictionary_page_offset) {
		chunk.__isset.dictionary_page_offset = chunk.dictionary_page_offset > 0;
		chunk.dictionary_page_offset += distance;
	}
	// Deprecated; 0 is what the format wants of writers.
	column.file_offset = 0;
	chunk.__isset.index_page_offset = false;
	chunk.__isset.bloom_filter_offset = false;
	chunk.__isset.bloom_filter_length = false;
	column.__isset.offset_index_offset = false;
	column.__isset.offset_index_length = false;
	column.__isset.column_index_offset = false;
	column.__isset.column_index_length = false;
}

//! What readers may take for the file's schema in the place of its own.
bool TellsSchema(const duckdb_parquet::KeyValue &entry) {
	return entry.key == "ARROW:schema" || entry.key == "pandas" ||
	       entry.key == "org.apache.spark.sql.parquet.row.metadata";
}

} // namespace

ChunkFile::ChunkFile(ObjectStore &store, const std::string &path, duckdb_parquet::FileMetaData like)
    : writer(store.OpenWriter(path)), footer(std::move(like)), columns(TopLevelColumns(footer)) {
	footer.row_groups.clear();
	footer.num_rows = 0;
	Write(PARQUET_MAGIC);
}

void ChunkFile::Write(std::string_view bytes) {
	writer->Append(bytes);
	size_bytes += bytes.size();
}

void ChunkFile::AddColumns(const duckdb_parquet::FileMetaData &added) {
	Verify(footer.row_groups.empty(), "columns are added before the first row group");
	footer.schema.insert(footer.schema.end(), added.schema.begin() + 1, added.schema.end());
	footer.schema[0].__set_num_children(footer.schema[0].num_children + added.schema[0].num_children);
	columns = TopLevelColumns(footer);
	if (footer.__isset.column_orders) {
		duckdb_parquet::ColumnOrder by_type;
		by_type.__set_TYPE_ORDER(duckdb_parquet::TypeDefinedOrder());
		footer.column_orders.resize(LeafCount(columns), by_type);
	}
	std::erase_if(footer.key_value_metadata, TellsSchema);
}

void ChunkFile::WriteRowGroup(duckdb_parquet::RowGroup row_group, std::vector<ChunkPiece> pieces) {
	Verify(pieces.size() == LeafCount(columns), "a row group has every column of the file");
	for (const auto &column : columns) {
		Verify(!column.is_flat || pieces[column.first_leaf].chunk.meta_data.num_values == row_group.num_rows,
		       "a column chunk has the rows of its row group");
	}
	const auto start = size_bytes;
	row_group.columns.clear();
	int64_t total_byte_size = 0;
	for (auto &piece : pieces) {
		const auto &chunk = piece.chunk.meta_data;
		Verify(!piece.bytes.empty() && piece.bytes.size() == uint64_t(chunk.total_compressed_size),
		       "every column chunk of a row group is there, whole");
		MoveChunk(piece.chunk, size_bytes);
		Write(piece.bytes);
		piece.bytes = std::string();
		total_byte_size += chunk.total_uncompressed_size;
	}
	row_group.__set_total_compressed_size(static_cast<int64_t>(size_bytes - start));
	row_group.__set_file_offset(static_cast<int64_t>(start));
	row_group.total_byte_size = total_byte_size;
	row_group.__set_ordinal(static_cast<int16_t>(footer.row_groups.size()));
	if (footer.row_groups.size() > size_t(std::numeric_limits<int16_t>::max())) {
		row_group.__isset.ordinal = false;
	}
	// Behind the row group, so that none waits in memory for the end of the file.
	for (auto &piece : pieces) {
		if (!piece.bloom_filter.empty()) {
			piece.chunk.meta_data.__set_bloom_filter_offset(static_cast<int64_t>(size_bytes));
			piece.chunk.meta_data.__set_bloom_filter_length(static_cast<int32_t>(piece.bloom_filter.size()));
			Write(piece.bloom_filter);
		}
		row_group.columns.push_back(std::move(piece.chunk));
	}
	footer.num_rows += row_group.num_rows;
	footer.row_groups.push_back(std::move(row_group));
}

PutOutcome ChunkFile::Finish() {
	Verify(!is_finished, "a file is finished once");
	int64_t row_count = 0;
	uint64_t end = PARQUET_MAGIC.size();
	for (const auto &row_group : footer.row_groups) {
		row_count += row_group.num_rows;
		for (const auto &column : row_group.columns) {
			const auto start = ChunkStart(column.meta_data);
			Verify(start >= end, "column chunks stand one after the other");
			end = start + static_cast<uint64_t>(column.meta_data.total_compressed_size);
		}
	}
	Verify(row_count == footer.num_rows && end <= size_bytes, "a file's footer fits its row groups");
	std::string ending;
	AppendParquetFooter(footer, ending);
	Write(ending);
	is_finished = true;
	return writer->FinishIfAbsent();
}

} // namespace merganser
