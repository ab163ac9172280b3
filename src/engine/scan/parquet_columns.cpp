#include "engine/scan/parquet_columns.hpp"

#include "parquet_column_schema.hpp"
#include "parquet_reader.hpp"

namespace merganser {

ParquetNode ParquetNode::Root(duckdb::ParquetReader &reader) {
	return ParquetNode(*reader.root_schema);
}

ParquetNode ParquetNode::Child(size_t index) const {
	return ParquetNode(schema.children[index]);
}

void ParquetNode::SetType(const duckdb::LogicalType &type) const {
	schema.type = type;
}

duckdb::ParquetReader &AsParquetReader(duckdb::BaseFileReader &reader) {
	return static_cast<duckdb::ParquetReader &>(reader);
}

duckdb::vector<duckdb::MultiFileColumnDefinition> &ParquetColumns(duckdb::ParquetReader &reader) {
	return reader.columns;
}

const duckdb::MultiFileColumnDefinition *FindByNumber(const duckdb::BaseFileReader &reader,
                                                      const duckdb::Value &number) {
	for (const auto &column : reader.columns) {
		if (!number.IsNull() && !column.identifier.IsNull() && column.identifier == number) {
			return &column;
		}
	}
	return nullptr;
}

std::vector<uint64_t> RowGroupStarts(const duckdb::ParquetReader &reader) {
	std::vector<uint64_t> starts;
	uint64_t start = 0;
	for (const auto &row_group : reader.GetFileMetadata()->row_groups) {
		if (start > 0) {
			starts.push_back(start);
		}
		start += uint64_t(row_group.num_rows);
	}
	return starts;
}

std::map<std::string, uint64_t> ColumnBytes(const duckdb::ParquetReader &reader) {
	std::map<std::string, uint64_t> bytes;
	for (const auto &row_group : reader.GetFileMetadata()->row_groups) {
		for (const auto &chunk : row_group.columns) {
			if (!chunk.meta_data.path_in_schema.empty()) {
				bytes[chunk.meta_data.path_in_schema.front()] += uint64_t(chunk.meta_data.total_compressed_size);
			}
		}
	}
	return bytes;
}

duckdb::shared_ptr<duckdb::BaseFileReader> OpenLegacyVariants(duckdb::ClientContext &context,
                                                              const duckdb::OpenFileInfo &file) {
	duckdb::ParquetOptions options(context);
	options.variant_legacy_encoding = true;
	options.can_have_nan = true;
	return duckdb::make_shared_ptr<duckdb::ParquetReader>(context, file, std::move(options));
}

} // namespace merganser
