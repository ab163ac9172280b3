#include "engine/write/row_group_encoder.hpp"

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
    : context(context_p), spec(spec_p), columns(columns_p), bounds(bounds_p),
      format(context, columns.names, columns.types, ParquetOptionsOf(spec, columns)), codec(KnownCodec(spec.codec)),
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

void RowGroupEncoder::NoteFooter(duckdb_parquet::FileMetaData file_footer) {
	file_footer.row_groups.clear();
	file_footer.num_rows = 0;
	file_footer.__set_created_by(OurCreatedBy());
	std::lock_guard<std::mutex> guard(lock);
	if (!footer) {
		footer = std::move(file_footer);
	}
}

duckdb_parquet::FileMetaData RowGroupEncoder::Footer() {
	{
		std::lock_guard<std::mutex> guard(lock);
		if (footer) {
			return *footer;
		}
	}
	NoteFooter(EncodedColumns(context, format, nullptr).File().Footer());
	return *footer;
}

EncodedRowGroup RowGroupEncoder::EncodeTogether(std::vector<RowSlice> slices) {
	auto rows = GatherRows(context, std::move(slices));
	EncodedRowGroup encoded;
	encoded.row_count = rows->Count();
	encoded.bounds = bounds.Gather(*rows);
	EncodedColumns all(context, format, std::move(rows));
	NoteFooter(all.File().Footer());
	encoded.chunks = all.Chunks();
	return encoded;
}

bool RowGroupEncoder::IsTexts(size_t column) const {
	const auto &type = columns.types[column];
	return codec && type.id() == duckdb::LogicalTypeId::VARCHAR && !type.HasAlias();
}

void RowGroupEncoder::EncodeTexts(const std::vector<RowSlice> &slices, size_t column, EncodedRowGroup &encoded) {
	const auto like = Footer();
	const auto &element = like.schema[TopLevelColumns(like)[column].element];
	TextChunk chunk(element, *codec, encoded.row_count);
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
