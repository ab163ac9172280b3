#include "engine/port/parquet_file.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp"
#include "duckdb/parser/parsed_data/copy_info.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/store_file_system.hpp"

namespace merganser {

namespace {

duckdb::CopyFunction ParquetFunction(duckdb::ClientContext &context) {
	auto &catalog = duckdb::Catalog::GetSystemCatalog(context);
	return catalog.GetEntry<duckdb::CopyFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet").function;
}

} // namespace

ParquetFormat::ParquetFormat(duckdb::ClientContext &context, const duckdb::vector<std::string> &names,
                             const duckdb::vector<duckdb::LogicalType> &types_p,
                             const duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> &options)
    : function(ParquetFunction(context)), types(types_p) {
	duckdb::CopyInfo info;
	info.format = "parquet";
	info.options = options;
	duckdb::CopyFunctionBindInput input(info);
	bind_data = function.copy_to_bind(context, input, names, types);
}

ParquetFile::ParquetFile(duckdb::ClientContext &context_p, const ParquetFormat &format_p,
                         const std::string &write_path_p)
    : context(context_p), format(format_p), write_path(write_path_p) {
	try {
		writer = format.function.copy_to_initialize_global(context, *format.bind_data, write_path);
	} catch (...) {
		AbortWrittenFile(*context.db, write_path);
		throw;
	}
	format.function.copy_to_get_written_statistics(context, *format.bind_data, *writer, statistics);
}

ParquetFile::~ParquetFile() {
	if (!is_finished) {
		writer.reset();
		AbortWrittenFile(*context.db, write_path);
	}
}

duckdb::unique_ptr<duckdb::PreparedBatchData>
ParquetFile::Encode(duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	return format.function.prepare_batch(context, *format.bind_data, *writer, std::move(rows));
}

void ParquetFile::Write(duckdb::PreparedBatchData &row_group) {
	format.function.flush_batch(context, *format.bind_data, *writer, row_group);
}

bool ParquetFile::IsLargerThan(uint64_t bytes) const {
	return format.function.rotate_next_file(*writer, *format.bind_data, duckdb::optional_idx(bytes));
}

PutOutcome ParquetFile::Finish() {
	format.function.copy_to_finalize(context, *format.bind_data, *writer);
	writer.reset();
	const auto outcome = AtBorder([&] { return TryFinishWrittenFile(*context.db, write_path, size_bytes); });
	is_finished = true;
	return outcome;
}

} // namespace merganser
