#include "engine/parquet/parquet_splice.hpp"

#include "base/error.hpp"
#include "duckdb/common/type_visitor.hpp"

#include <algorithm>
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

//! Readers distrust statistics of some old writers: copied chunks must not hide who wrote them.
duckdb_parquet::FileMetaData FooterLike(duckdb_parquet::FileMetaData footer) {
	if (IsWrittenByDuckDB(footer) || footer.created_by.rfind("Merganser version", 0) == 0) {
		footer.__set_created_by(OurCreatedBy());
	}
	return footer;
}

ChunkPiece &FreePiece(std::vector<ChunkPiece> &pieces, size_t leaf) {
	auto &piece = pieces.at(leaf);
	Verify(piece.bytes.empty(), "a column chunk is written once");
	return piece;
}

} // namespace

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
    : source(source_p), file(store, path, FooterLike(source.Footer())) {
}

void ParquetSplice::Add(duckdb::ClientContext &context, const ParquetFormat &format) {
	EncodedColumns empty(context, format, nullptr);
	file.AddColumns(empty.File().Footer());
}

void ParquetSplice::PlaceCopied(size_t row_group, const std::vector<size_t> &leaves, std::vector<ChunkPiece> &pieces) {
	auto copied = source.ReadPieces(row_group, leaves);
	CompleteCopied(copied);
	for (size_t i = 0; i < leaves.size(); i++) {
		pieces.at(leaves[i]) = std::move(copied[i]);
	}
}

void ParquetSplice::CompleteCopied(std::vector<ChunkPiece> &pieces) const {
	if (IsWrittenByDuckDB(source.Footer())) {
		for (auto &piece : pieces) {
			CompleteEncodings(piece.chunk.meta_data);
		}
	}
}

void ParquetSplice::Copy(size_t row_group) {
	Verify(row_group < source.Footer().row_groups.size(), "a row group of the source is copied");
	Verify(file.Columns().size() == source.Columns().size(), "a row group has every column of the file");
	if (source.Footer().row_groups[row_group].num_rows == 0) {
		return;
	}
	auto pieces = source.ReadRowGroup(row_group);
	CompleteCopied(pieces);
	file.WriteRowGroup(source.Footer().row_groups[row_group], std::move(pieces));
}

void ParquetSplice::PlaceEncoded(EncodedColumns &encoded, std::vector<ChunkPiece> &pieces) {
	auto &from = encoded.File();
	auto chunks = encoded.Chunks();
	for (const auto &column : from.Columns()) {
		const auto *target = FindColumn(file.Columns(), column.name);
		Verify(target && target->schema == column.schema, "new column chunks have the schema of the file");
		for (size_t i = 0; i < column.leaf_count; i++) {
			FreePiece(pieces, target->first_leaf + i) = std::move(chunks.at(column.first_leaf + i));
		}
	}
}

void ParquetSplice::PlaceLeaves(std::map<std::string, ChunkPiece> leaves, std::vector<ChunkPiece> &pieces) {
	for (auto &[name, leaf] : leaves) {
		const auto *target = FindColumn(file.Columns(), name);
		Verify(target && target->is_flat, "a new column chunk is of a leaf of the file");
		FreePiece(pieces, target->first_leaf) = std::move(leaf);
	}
}

void ParquetSplice::PlacePages(size_t row_group, std::map<size_t, PageChunk> chunks, std::vector<ChunkPiece> &pieces) {
	std::vector<size_t> leaves;
	for (auto &[leaf, pages] : chunks) {
		auto &piece = FreePiece(pieces, leaf);
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
	std::vector<ChunkPiece> pieces(LeafCount(file.Columns()));
	for (auto &encoded : chunks.encoded) {
		Verify(encoded->RowCount() == chunks.row_count, "the columns of a row group have as many rows");
		PlaceEncoded(*encoded, pieces);
		encoded.reset();
	}
	PlaceLeaves(std::move(chunks.leaves), pieces);
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
	file.WriteRowGroup(std::move(new_group), std::move(pieces));
}

PutOutcome ParquetSplice::Finish() {
	return file.Finish();
}

} // namespace merganser
