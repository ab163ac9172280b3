#include "engine/port/parquet_file.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp"
#include "duckdb/parser/parsed_data/copy_info.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/store_file_system.hpp"
#include "parquet_writer.hpp"

#include <cstdint>

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

//! NULLs of the leaves below structs that no list is between, in the order of the schema.
class StructNullCounter {
public:
	//! `outer`: valid where every struct around is.
	void Count(duckdb::Vector &values, duckdb::idx_t row_count, const duckdb::ValidityMask &outer) {
		const auto &type = values.GetType();
		if (type.IsNested() && type.id() != duckdb::LogicalTypeId::STRUCT) {
			return;
		}
		values.Flatten(row_count);
		duckdb::ValidityMask valid = outer;
		valid.Combine(duckdb::FlatVector::Validity(values), row_count);
		if (type.id() == duckdb::LogicalTypeId::STRUCT) {
			for (auto &child : duckdb::StructVector::GetEntries(values)) {
				Count(*child, row_count, valid);
			}
			return;
		}
		if (next_leaf == counts.size()) {
			counts.push_back(0);
		}
		counts[next_leaf++] += int64_t(row_count - valid.CountValid(row_count));
	}
	//! The next chunk of the same columns comes.
	void Rewind() {
		next_leaf = 0;
	}
	//! Gives each leaf of the type its count.
	void Name(const duckdb::LogicalType &type, std::vector<std::string> &path, LeafNullCounts &named) {
		if (type.id() == duckdb::LogicalTypeId::STRUCT) {
			for (const auto &[name, child] : duckdb::StructType::GetChildTypes(type)) {
				path.push_back(name);
				Name(child, path, named);
				path.pop_back();
			}
		} else if (!type.IsNested()) {
			named[path] = counts[next_leaf++];
		}
	}

private:
	std::vector<int64_t> counts;
	size_t next_leaf = 0;
};

//! DuckDB's writer leaves out of a struct field's null count the rows whose struct is NULL: a reader that trusts it
//! skips them when it looks for NULLs.
LeafNullCounts CountStructNulls(const duckdb::vector<std::string> &names, const duckdb::ColumnDataCollection &rows) {
	LeafNullCounts counts;
	const auto &types = rows.Types();
	duckdb::vector<duckdb::column_t> columns;
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		if (types[i].id() == duckdb::LogicalTypeId::STRUCT) {
			columns.push_back(i);
		}
	}
	if (columns.empty()) {
		return counts;
	}
	StructNullCounter counter;
	for (auto &chunk : rows.Chunks(columns)) {
		const duckdb::ValidityMask all;
		counter.Rewind();
		for (auto &values : chunk.data) {
			counter.Count(values, chunk.size(), all);
		}
	}
	counter.Rewind();
	for (const auto column : columns) {
		std::vector<std::string> path {names[column]};
		counter.Name(types[column], path, counts);
	}
	return counts;
}

} // namespace

ParquetFormat::ParquetFormat(duckdb::ClientContext &context, const duckdb::vector<std::string> &names_p,
                             const duckdb::vector<duckdb::LogicalType> &types_p,
                             const duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> &options)
    : function(ParquetFunction(context)), names(names_p), types(types_p) {
	for (duckdb::idx_t i = 0; i < types.size(); i++) {
		const bool is_variant = types[i].id() == duckdb::LogicalTypeId::VARIANT;
		file_types.push_back(is_variant ? EncodedVariantType() : types[i]);
		if (is_variant) {
			variants.emplace(i, VariantEncoding(context, i, names[i]));
		}
	}
	duckdb::CopyInfo info;
	info.format = "parquet";
	info.options = options;
	duckdb::CopyFunctionBindInput input(info);
	bind_data = function.copy_to_bind(context, input, names, file_types);
}

duckdb::unique_ptr<duckdb::ColumnDataCollection>
ParquetFormat::ToFile(duckdb::ClientContext &context, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) const {
	if (variants.empty()) {
		return rows;
	}
	auto converted = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, file_types);
	duckdb::ColumnDataAppendState append;
	converted->InitializeAppend(append);
	duckdb::DataChunk in_file;
	in_file.InitializeEmpty(file_types);
	for (auto &chunk : rows->Chunks()) {
		for (duckdb::idx_t i = 0; i < types.size(); i++) {
			const auto variant = variants.find(i);
			if (variant == variants.end()) {
				in_file.data[i].Reference(chunk.data[i]);
			} else {
				variant->second.Encode(context, chunk, in_file.data[i]);
			}
		}
		in_file.SetCardinality(chunk.size());
		converted->Append(append, in_file);
	}
	return converted;
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
	rows = format.ToFile(context, std::move(rows));
	row_group->null_counts = CountStructNulls(format.names, *rows);
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
