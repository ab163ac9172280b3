#include "engine/parquet/parquet_splice.hpp"

#include "base/error.hpp"
#include "duckdb/common/type_visitor.hpp"
#include "engine/port/store_file_system.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace merganser {

namespace {

//! The types that writers write in several ways, by their values, or that say things elsewhere in the footer.
bool HasOwnMetadata(const duckdb::LogicalType &type) {
	return duckdb::TypeVisitor::Contains(type, [](const duckdb::LogicalType &part) {
		return part.id() == duckdb::LogicalTypeId::VARIANT || part.id() == duckdb::LogicalTypeId::GEOMETRY;
	});
}

bool IsWrittenByDuckDB(const duckdb_parquet::FileMetaData &footer) {
	return footer.__isset.created_by && footer.created_by.rfind("DuckDB version v1.", 0) == 0;
}

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

const ParquetColumn *FindColumn(const std::vector<ParquetColumn> &columns, const std::string &name) {
	const ParquetColumn *found = nullptr;
	for (const auto &column : columns) {
		if (column.name == name) {
			// A name that stands twice names nothing.
			if (found) {
				return nullptr;
			}
			found = &column;
		}
	}
	return found;
}

bool HasOwnMetadata(const ParquetFormat &format) {
	const auto &types = format.Types();
	return std::any_of(types.begin(), types.end(),
	                   [](const duckdb::LogicalType &type) { return HasOwnMetadata(type); });
}

std::set<int32_t> FieldIds(const duckdb_parquet::FileMetaData &footer) {
	std::set<int32_t> ids;
	for (const auto &element : footer.schema) {
		if (element.__isset.field_id) {
			ids.insert(element.field_id);
		}
	}
	return ids;
}

//! What readers may take for the file's schema in the place of its own.
bool TellsSchema(const duckdb_parquet::KeyValue &entry) {
	return entry.key == "ARROW:schema" || entry.key == "pandas" ||
	       entry.key == "org.apache.spark.sql.parquet.row.metadata";
}

} // namespace

EncodedColumns::EncodedColumns(duckdb::ClientContext &context, const ParquetFormat &format,
                               duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	const std::string path = "encoded";
	ParquetFile encoding(context, format, WritePath(*context.db, memory, path));
	if (rows) {
		const auto row_group = encoding.Encode(std::move(rows));
		encoding.Write(*row_group);
	}
	Verify(encoding.Finish() == PutOutcome::WRITTEN, "a file in memory has a free name");
	file = std::make_unique<ParquetSource>(memory, path, encoding.SizeBytes());
}

bool CanReplace(duckdb::ClientContext &context, const ParquetSource &source, const ParquetFormat &format) {
	if (HasOwnMetadata(format)) {
		return false;
	}
	EncodedColumns empty(context, format, nullptr);
	for (const auto &column : empty.File().Columns()) {
		const auto *found = FindColumn(source.Columns(), column.name);
		if (!found || found->schema != column.schema) {
			return false;
		}
	}
	return true;
}

bool CanAdd(duckdb::ClientContext &context, const ParquetSource &source, const ParquetFormat &format) {
	if (HasOwnMetadata(format)) {
		return false;
	}
	EncodedColumns empty(context, format, nullptr);
	for (const auto &column : source.Columns()) {
		for (const auto &added : empty.File().Columns()) {
			if (duckdb::StringUtil::CIEquals(column.name, added.name)) {
				return false;
			}
		}
	}
	const auto ids = FieldIds(source.Footer());
	const auto added_ids = FieldIds(empty.File().Footer());
	return std::none_of(added_ids.begin(), added_ids.end(), [&](int32_t id) { return ids.contains(id); });
}

ParquetSplice::ParquetSplice(const ParquetSource &source_p, ObjectStore &store, const std::string &path)
    : source(source_p), writer(store.OpenWriter(path)), footer(source_p.Footer()), columns(source_p.Columns()) {
	footer.row_groups.clear();
	footer.num_rows = 0;
	// Readers distrust statistics of some old writers: copied chunks must not hide who wrote them.
	const auto &created_by = footer.created_by;
	if (IsWrittenByDuckDB(footer) || created_by.rfind("Merganser version", 0) == 0) {
		footer.__set_created_by(OurCreatedBy());
	}
	Write(PARQUET_MAGIC);
}

void ParquetSplice::Write(std::string_view bytes) {
	writer->Append(bytes);
	size_bytes += bytes.size();
}

void ParquetSplice::Add(duckdb::ClientContext &context, const ParquetFormat &format) {
	Verify(footer.row_groups.empty(), "columns are added before the first row group");
	EncodedColumns empty(context, format, nullptr);
	const auto &added = empty.File().Footer();
	footer.schema.insert(footer.schema.end(), added.schema.begin() + 1, added.schema.end());
	footer.schema[0].__set_num_children(footer.schema[0].num_children + added.schema[0].num_children);
	columns = TopLevelColumns(footer);
	if (footer.__isset.column_orders) {
		duckdb_parquet::ColumnOrder by_type;
		by_type.__set_TYPE_ORDER(duckdb_parquet::TypeDefinedOrder());
		footer.column_orders.resize(columns.back().first_leaf + columns.back().leaf_count, by_type);
	}
	std::erase_if(footer.key_value_metadata, TellsSchema);
}

void ParquetSplice::PlaceCopied(size_t row_group, const std::vector<size_t> &leaves, std::vector<Piece> &pieces) {
	auto chunks = source.ReadChunks(row_group, leaves);
	auto filters = source.ReadBloomFilters(row_group, leaves);
	for (const auto leaf : leaves) {
		auto &piece = pieces.at(leaf);
		piece.chunk = source.Footer().row_groups[row_group].columns[leaf];
		piece.bytes = std::move(chunks.at(leaf));
		piece.bloom_filter = std::move(filters[leaf]);
		if (IsWrittenByDuckDB(source.Footer())) {
			CompleteEncodings(piece.chunk.meta_data);
		}
	}
}

void ParquetSplice::Copy(size_t row_group) {
	Verify(row_group < source.Footer().row_groups.size(), "a row group of the source is copied");
	Verify(columns.size() == source.Columns().size(), "a row group has every column of the file");
	if (source.Footer().row_groups[row_group].num_rows == 0) {
		return;
	}
	std::vector<size_t> leaves(source.Footer().row_groups[row_group].columns.size());
	for (size_t leaf = 0; leaf < leaves.size(); leaf++) {
		leaves[leaf] = leaf;
	}
	std::vector<Piece> pieces(leaves.size());
	PlaceCopied(row_group, leaves, pieces);
	WriteRowGroup(source.Footer().row_groups[row_group], pieces);
}

void ParquetSplice::PlaceEncoded(EncodedColumns &encoded, std::vector<Piece> &pieces) {
	auto &file = encoded.File();
	Verify(file.Footer().row_groups.size() == 1, "new column chunks are one row group");
	for (const auto &column : file.Columns()) {
		const auto *target = FindColumn(columns, column.name);
		Verify(target && target->schema == column.schema, "new column chunks have the schema of the file");
		std::vector<size_t> leaves;
		for (size_t i = 0; i < column.leaf_count; i++) {
			leaves.push_back(column.first_leaf + i);
		}
		auto chunks = file.ReadChunks(0, leaves);
		auto filters = file.ReadBloomFilters(0, leaves);
		for (size_t i = 0; i < column.leaf_count; i++) {
			auto &piece = pieces.at(target->first_leaf + i);
			Verify(piece.bytes.empty(), "a column chunk is written once");
			piece.chunk = file.Footer().row_groups[0].columns[leaves[i]];
			piece.bytes = std::move(chunks.at(leaves[i]));
			piece.bloom_filter = std::move(filters[leaves[i]]);
		}
	}
}

void ParquetSplice::PlacePages(size_t row_group, std::map<size_t, PageChunk> chunks, std::vector<Piece> &pieces) {
	std::vector<size_t> leaves;
	for (auto &[leaf, pages] : chunks) {
		auto &piece = pieces.at(leaf);
		Verify(piece.bytes.empty(), "a column chunk is written once");
		piece.chunk = std::move(pages.chunk);
		piece.bytes = std::move(pages.bytes);
		leaves.push_back(leaf);
	}
	// They tell of the lost values too, which does no harm.
	for (auto &[leaf, filter] : source.ReadBloomFilters(row_group, leaves)) {
		pieces[leaf].bloom_filter = std::move(filter);
	}
}

void ParquetSplice::Replace(size_t row_group, NewChunks chunks) {
	Verify(row_group < source.Footer().row_groups.size(), "columns of a row group of the source are replaced");
	auto new_group = source.Footer().row_groups[row_group];
	std::vector<Piece> pieces(columns.back().first_leaf + columns.back().leaf_count);
	for (auto &encoded : chunks.encoded) {
		Verify(encoded->RowCount() == chunks.row_count, "the columns of a row group have as many rows");
		PlaceEncoded(*encoded, pieces);
		encoded.reset();
	}
	PlacePages(row_group, std::move(chunks.pages), pieces);
	std::vector<size_t> kept;
	for (size_t leaf = 0; leaf < pieces.size(); leaf++) {
		if (pieces[leaf].bytes.empty()) {
			Verify(leaf < new_group.columns.size(), "an added column has values in every row group");
			kept.push_back(leaf);
		}
	}
	if (!kept.empty()) {
		Verify(chunks.row_count == uint64_t(new_group.num_rows), "a replaced column has a value for each row");
		PlaceCopied(row_group, kept, pieces);
	}
	new_group.num_rows = static_cast<int64_t>(chunks.row_count);
	new_group.__isset.sorting_columns = false;
	WriteRowGroup(std::move(new_group), pieces);
}

void ParquetSplice::WriteRowGroup(duckdb_parquet::RowGroup row_group, std::vector<Piece> &pieces) {
	for (const auto &column : columns) {
		Verify(!column.is_flat || pieces.at(column.first_leaf).chunk.meta_data.num_values == row_group.num_rows,
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

PutOutcome ParquetSplice::Finish() {
	Verify(!is_finished, "a spliced file is finished once");
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
	Verify(row_count == footer.num_rows && end <= size_bytes, "a spliced file's footer fits its row groups");
	std::string ending;
	AppendParquetFooter(footer, ending);
	Write(ending);
	is_finished = true;
	return writer->FinishIfAbsent();
}

} // namespace merganser
