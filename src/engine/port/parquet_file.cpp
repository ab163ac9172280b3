#include "engine/port/parquet_file.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp"
#include "duckdb/parser/parsed_data/copy_info.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/store_file_system.hpp"
#include "parquet_writer.hpp"

#include <algorithm>

namespace merganser {

namespace {

duckdb::CopyFunction ParquetFunction(duckdb::ClientContext &context) {
	auto &catalog = duckdb::Catalog::GetSystemCatalog(context);
	return catalog.GetEntry<duckdb::CopyFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet").function;
}

//! A row group of DuckDB's writer with what its footer entry lacks.
struct EncodedRowGroup : public duckdb::PreparedBatchData {
	duckdb::unique_ptr<duckdb::PreparedBatchData> encoded;
	LeafNullCounts null_counts;
};

//! Counts NULLs of the leaves below a struct that no list is between. `outer` are the rows where a struct around is.
void CountNulls(duckdb::Vector &values, duckdb::idx_t count, const std::vector<bool> &outer,
                std::vector<std::string> &path, LeafNullCounts &counts) {
	duckdb::UnifiedVectorFormat format;
	values.ToUnifiedFormat(count, format);
	auto is_null = outer;
	for (duckdb::idx_t row = 0; !format.validity.AllValid() && row < count; row++) {
		is_null[row] = is_null[row] || !format.validity.RowIsValid(format.sel->get_index(row));
	}
	if (values.GetType().id() == duckdb::LogicalTypeId::STRUCT) {
		values.Flatten(count);
		auto &children = duckdb::StructVector::GetEntries(values);
		for (duckdb::idx_t i = 0; i < children.size(); i++) {
			path.push_back(duckdb::StructType::GetChildName(values.GetType(), i));
			CountNulls(*children[i], count, is_null, path, counts);
			path.pop_back();
		}
	} else if (!values.GetType().IsNested()) {
		counts[path] += std::count(is_null.begin(), is_null.end(), true);
	}
}

//! DuckDB's writer leaves out of a struct field's null count the rows whose struct is NULL: a reader that trusts it
//! skips them when it looks for NULLs.
LeafNullCounts CountStructNulls(const ParquetFormat &format, const duckdb::ColumnDataCollection &rows) {
	LeafNullCounts counts;
	duckdb::vector<duckdb::column_t> columns;
	for (duckdb::idx_t i = 0; i < format.Types().size(); i++) {
		if (format.Types()[i].id() == duckdb::LogicalTypeId::STRUCT) {
			columns.push_back(i);
		}
	}
	if (columns.empty()) {
		return counts;
	}
	for (auto &chunk : rows.Chunks(columns)) {
		const std::vector<bool> none(chunk.size(), false);
		for (duckdb::idx_t i = 0; i < columns.size(); i++) {
			std::vector<std::string> path {format.Names()[columns[i]]};
			CountNulls(chunk.data[i], chunk.size(), none, path, counts);
		}
	}
	return counts;
}

} // namespace

ParquetFormat::ParquetFormat(duckdb::ClientContext &context, const duckdb::vector<std::string> &names_p,
                             const duckdb::vector<duckdb::LogicalType> &types_p,
                             const duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> &options)
    : function(ParquetFunction(context)), names(names_p), types(types_p) {
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
	auto row_group = duckdb::make_uniq<EncodedRowGroup>();
	row_group->null_counts = CountStructNulls(format, *rows);
	row_group->encoded = format.function.prepare_batch(context, *format.bind_data, *writer, std::move(rows));
	return row_group;
}

void ParquetFile::Write(duckdb::PreparedBatchData &row_group) {
	auto &encoded = row_group.Cast<EncodedRowGroup>();
	format.function.flush_batch(context, *format.bind_data, *writer, *encoded.encoded);
	null_counts.push_back(std::move(encoded.null_counts));
}

bool ParquetFile::IsLargerThan(uint64_t bytes) const {
	return format.function.rotate_next_file(*writer, *format.bind_data, duckdb::optional_idx(bytes));
}

PutOutcome ParquetFile::Finish() {
	// What is held back begins where the last row group ends.
	writer->Cast<duckdb::ParquetWriteGlobalState>().writer->GetWriter().Flush();
	AtBorder([&] { HoldWrittenBytes(*context.db, write_path); });
	format.function.copy_to_finalize(context, *format.bind_data, *writer);
	writer.reset();
	const auto outcome = AtBorder([&] {
		ReplaceHeldBytes(*context.db, write_path,
		                 [&](std::string_view tail) { return CompleteParquetTail(tail, null_counts); });
		return TryFinishWrittenFile(*context.db, write_path, size_bytes);
	});
	is_finished = true;
	return outcome;
}

} // namespace merganser
