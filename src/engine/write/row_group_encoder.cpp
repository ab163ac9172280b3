#include "engine/write/row_group_encoder.hpp"

#include "base/error.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/parquet/text_chunk.hpp"
#include "engine/port/parquet_thrift.hpp"

#include <iterator>
#include <utility>

namespace merganser {

namespace {

//! Fewer are encoded all columns together: that costs less, and needs little.
constexpr uint64_t BY_COLUMN_ROWS_MIN = 16384;

} // namespace

RowGroupEncoder::RowGroupEncoder(duckdb::ClientContext &context_p, const WriteSpec &spec_p,
                                 const PhysicalColumns &columns_p, const LeafBoundsPlan &bounds_p)
    : codec(KnownCodec(spec_p.codec)), context(context_p), spec(spec_p), columns(columns_p), bounds(bounds_p),
      format(context, columns.names, columns.types, ParquetOptionsOf(spec, columns)),
      column_formats(columns.names.size()) {
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

bool RowGroupEncoder::IsTexts(size_t column) const {
	const auto &type = columns.types[column];
	return codec && type.id() == duckdb::LogicalTypeId::VARCHAR && !type.HasAlias();
}

void RowGroupEncoder::EncodeTexts(const std::vector<RowSlice> &slices, size_t column, EncodedRowGroup &encoded) {
	const auto &like = Form();
	TextChunk chunk(like.footer.schema[like.columns[column].element], *codec, encoded.row_count);
	ForEachTexts(slices, column, [&](const TextVector &texts) { chunk.Add(texts); });
	encoded.chunks.push_back(chunk.Finish());
	bounds.PutTexts(column, chunk.Bounds(), chunk.NullCount(), encoded.bounds);
}

EncodedRowGroup RowGroupEncoder::Encode(std::vector<RowSlice> slices) {
	uint64_t row_count = 0;
	for (const auto &slice : slices) {
		row_count += slice.count;
	}
	if (row_count < BY_COLUMN_ROWS_MIN) {
		return EncodeTogether(std::move(slices));
	}
	EncodedRowGroup encoded;
	encoded.row_count = row_count;
	encoded.bounds = bounds.Empty();
	for (size_t i = 0; i < columns.names.size(); i++) {
		if (IsTexts(i)) {
			EncodeTexts(slices, i, encoded);
			continue;
		}
		auto column = GatherColumn(context, slices, i);
		bounds.GatherColumn(i, *column, encoded.bounds);
		auto chunks = EncodedColumns(context, ColumnFormat(i), std::move(column)).Chunks();
		std::move(chunks.begin(), chunks.end(), std::back_inserter(encoded.chunks));
	}
	return encoded;
}

} // namespace merganser
