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

duckdb::shared_ptr<duckdb::BaseFileReader> OpenLegacyVariants(duckdb::ClientContext &context,
                                                              const duckdb::OpenFileInfo &file) {
	duckdb::ParquetOptions options(context);
	options.variant_legacy_encoding = true;
	options.can_have_nan = true;
	return duckdb::make_shared_ptr<duckdb::ParquetReader>(context, file, std::move(options));
}

} // namespace merganser
