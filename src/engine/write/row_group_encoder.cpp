#include "engine/write/row_group_encoder.hpp"

#include "base/error.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/parquet_thrift.hpp"
#include "engine/write/leaf_encoder.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Fewer are encoded all columns together: that costs less, and needs little.
constexpr uint64_t BY_COLUMN_ROWS_MIN = 16384;

std::vector<size_t> OthersOf(const PhysicalColumns &columns, bool knows_codec) {
	std::vector<size_t> others;
	for (size_t i = 0; i < columns.names.size(); i++) {
		if (!knows_codec || !IsEncodedHere(columns.types[i])) {
			others.push_back(i);
		}
	}
	return others;
}

} // namespace

RowGroupEncoder::RowGroupEncoder(duckdb::ClientContext &context_p, const WriteSpec &spec_p,
                                 const PhysicalColumns &columns_p, const LeafBoundsPlan &bounds_p)
    : codec(KnownCodec(spec_p.codec)), context(context_p), spec(spec_p), columns(columns_p), bounds(bounds_p),
      format(context, columns.names, columns.types, ParquetOptionsOf(spec, columns)),
      column_formats(columns.names.size()), others(OthersOf(columns, codec.has_value())) {
}

bool RowGroupEncoder::IsOther(size_t column) const {
	return std::binary_search(others.begin(), others.end(), column);
}

const ParquetFormat &RowGroupEncoder::OtherFormat() {
	std::lock_guard<std::mutex> guard(lock);
	if (!other_format) {
		PhysicalColumns together;
		for (const auto column : others) {
			together.fields.push_back(columns.fields[column]);
			together.names.push_back(columns.names[column]);
			together.types.push_back(columns.types[column]);
		}
		other_format.emplace(context, together.names, together.types, ParquetOptionsOf(spec, together));
	}
	return *other_format;
}

const ParquetFormat &RowGroupEncoder::ColumnFormat(size_t column) {
	std::lock_guard<std::mutex> guard(lock);
	auto &known = column_formats[column];
	if (!known) {
		const PhysicalColumns alone {{columns.fields[column]}, {columns.names[column]}, {columns.types[column]}};
		known.emplace(context, alone.names, alone.types, ParquetOptionsOf(spec, alone));
	}
	return *known;
}

const FileForm &RowGroupEncoder::NoteForm(duckdb_parquet::FileMetaData footer) {
	std::lock_guard<std::mutex> guard(lock);
	if (!form) {
		footer.row_groups.clear();
		footer.num_rows = 0;
		footer.__set_created_by(OurCreatedBy());
		auto file_columns = TopLevelColumns(footer);
		Verify(file_columns.size() == columns.names.size(), "a file has the table's columns");
		form = FileForm {std::move(footer), std::move(file_columns)};
	}
	return *form;
}

const FileForm &RowGroupEncoder::Form() {
	{
		std::lock_guard<std::mutex> guard(lock);
		if (form) {
			return *form;
		}
	}
	return NoteForm(EncodedColumns(context, format, nullptr).File().Footer());
}

EncodedRowGroup RowGroupEncoder::EncodeTogether(std::vector<RowSlice> slices) {
	auto rows = GatherRows(context, std::move(slices));
	EncodedRowGroup encoded;
	encoded.row_count = rows->Count();
	encoded.bounds = bounds.Gather(*rows);
	EncodedColumns all(context, format, std::move(rows));
	NoteForm(all.File().Footer());
	encoded.chunks = all.Chunks();
	return encoded;
}

void RowGroupEncoder::EncodeOthers(const std::vector<RowSlice> &slices, const std::vector<size_t> &others,
                                   EncodedRowGroup &encoded) {
	auto rows = GatherColumns(context, slices, others);
	for (size_t i = 0; i < others.size(); i++) {
		bounds.GatherColumn(others[i], *rows, i, encoded.bounds);
	}
	const auto &written = others.size() == 1 ? ColumnFormat(others.front()) : OtherFormat();
	auto chunks = EncodedColumns(context, written, std::move(rows)).Chunks();
	auto next = chunks.begin();
	for (const auto column : others) {
		const auto &leaves = Form().columns[column];
		std::move(next, next + int64_t(leaves.leaf_count), encoded.chunks.begin() + int64_t(leaves.first_leaf));
		next += int64_t(leaves.leaf_count);
	}
	Verify(next == chunks.end(), "each column has its leaves");
}

EncodedRowGroup RowGroupEncoder::Encode(std::vector<RowSlice> slices) {
	const auto row_count = CountRows(slices);
	const bool is_small = row_count < BY_COLUMN_ROWS_MIN;
	if (is_small && others.size() == columns.names.size()) {
		return EncodeTogether(std::move(slices));
	}
	const auto &like = Form();
	EncodedRowGroup encoded;
	encoded.row_count = row_count;
	encoded.bounds = bounds.Empty();
	encoded.chunks.resize(LeafCount(like.columns));
	for (size_t i = 0; i < columns.names.size(); i++) {
		if (!IsOther(i)) {
			auto leaf = EncodeLeaf(like.footer.schema[like.columns[i].element], *codec, slices, i);
			encoded.chunks[like.columns[i].first_leaf] = std::move(leaf.piece);
			bounds.Put(i, std::move(leaf.bounds), encoded.bounds);
		} else if (!is_small) {
			EncodeOthers(slices, {i}, encoded);
		}
	}
	if (is_small && !others.empty()) {
		EncodeOthers(slices, others, encoded);
	}
	return encoded;
}

ChunkPiece RowGroupEncoder::EncodeColumn(size_t column, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	if (IsOther(column)) {
		return std::move(EncodedColumns(context, ColumnFormat(column), std::move(rows)).Chunks().at(0));
	}
	const auto &like = Form();
	const auto &element = like.footer.schema[like.columns[column].element];
	return EncodeLeaf(element, *codec, {RowSlice::OfAll(std::move(rows), 0)}, 0).piece;
}

} // namespace merganser
