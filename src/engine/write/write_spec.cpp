#include "engine/write/write_spec.hpp"

#include "base/error.hpp"
#include "protocol/column_uses.hpp"
#include "protocol/row_tracking.hpp"

namespace merganser {

namespace {

//! DuckDB's Parquet writer ends the whole instance on a type that it does not know: nothing unknown may reach it.
void CheckStorable(const DataType &type, const std::string &column, bool is_top_level) {
	switch (type.kind) {
	case TypeKind::VOID:
		if (!is_top_level) {
			throw Error(ErrorKind::UNSUPPORTED, "column \"" + column +
			                                        "\" has the type void inside a nested type, which cannot be "
			                                        "written to Parquet. Drop or change the column");
		}
		return;
	case TypeKind::VARIANT:
		if (!is_top_level) {
			throw Error(ErrorKind::UNSUPPORTED,
			            "column \"" + column +
			                "\" has the type variant inside a nested type, which is not written "
			                "in this version");
		}
		return;
	case TypeKind::STRUCT:
		for (const auto &field : type.fields) {
			CheckStorable(*field.type, column + "." + field.name, false);
		}
		return;
	case TypeKind::MAP:
		CheckStorable(*type.key, column + ".key", false);
		CheckStorable(*type.element, column + ".value", false);
		return;
	case TypeKind::ARRAY:
		CheckStorable(*type.element, column + ".element", false);
		return;
	default:
		return;
	}
}

std::vector<SortKey> SortKeysOf(const TableConfiguration &configuration) {
	std::vector<SortKey> keys;
	for (const auto &name : SortedByColumns(configuration.GetMetadata().configuration)) {
		const auto column = configuration.GetSchema().IndexOf(name);
		if (column && !configuration.IsPartitionColumn(*column)) {
			SortKey key;
			key.column = *column;
			keys.push_back(key);
		}
	}
	return keys;
}

} // namespace

WriteSpec MakeWriteSpec(const TableLocation &location, TableConfigurationPtr configuration) {
	configuration->CheckWritable();
	WriteSpec spec;
	spec.location = location;
	for (const auto &field : configuration->GetSchema().fields) {
		CheckStorable(*field.type, field.name, true);
		spec.names.push_back(field.name);
		spec.types.push_back(ToDuckDBType(*field.type));
	}
	spec.sort_keys = SortKeysOf(*configuration);
	spec.target_file_size_bytes = configuration->TargetFileSizeBytes();
	spec.codec = configuration->CompressionCodec();
	spec.configuration = std::move(configuration);
	return spec;
}

WriteSpec WithRowTracking(WriteSpec spec) {
	if (!RowTrackingEnabled(*spec.configuration)) {
		return spec;
	}
	spec.table_configuration = spec.configuration;
	spec.configuration = RowTrackingConfiguration(*spec.configuration);
	for (auto column = spec.names.size(); column < spec.configuration->GetSchema().fields.size(); column++) {
		const auto &field = spec.configuration->GetSchema().fields[column];
		spec.names.push_back(field.name);
		spec.types.push_back(ToDuckDBType(*field.type));
	}
	return spec;
}

} // namespace merganser
