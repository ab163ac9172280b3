#include "engine/write/physical_columns.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

//! Key under which DuckDB's writer takes the id of a field that has fields itself.
constexpr const char *OWN_FIELD_ID = "__duckdb_field_id";

duckdb::LogicalType PhysicalType(const DataType &type) {
	switch (type.kind) {
	case TypeKind::STRUCT: {
		duckdb::child_list_t<duckdb::LogicalType> children;
		for (const auto &field : type.fields) {
			children.emplace_back(field.PhysicalName(), PhysicalType(*field.type));
		}
		return duckdb::LogicalType::STRUCT(std::move(children));
	}
	case TypeKind::ARRAY:
		return duckdb::LogicalType::LIST(PhysicalType(*type.element));
	case TypeKind::MAP:
		return duckdb::LogicalType::MAP(PhysicalType(*type.key), PhysicalType(*type.element));
	default:
		return ToDuckDBType(type);
	}
}

duckdb::Value FieldIds(const DataType &type, std::optional<int32_t> id);

void AddChildIds(const DataType &type, duckdb::child_list_t<duckdb::Value> &ids) {
	const auto add = [&](const std::string &name, const DataType &child, std::optional<int32_t> id) {
		auto value = FieldIds(child, id);
		if (!value.IsNull()) {
			ids.emplace_back(name, std::move(value));
		}
	};
	switch (type.kind) {
	case TypeKind::STRUCT:
		for (const auto &field : type.fields) {
			add(field.PhysicalName(), *field.type, field.FieldId());
		}
		break;
	case TypeKind::ARRAY:
		add("element", *type.element, std::nullopt);
		break;
	case TypeKind::MAP:
		add("key", *type.key, std::nullopt);
		add("value", *type.element, std::nullopt);
		break;
	default:
		break;
	}
}

//! NULL where there is no id in it at all.
duckdb::Value FieldIds(const DataType &type, std::optional<int32_t> id) {
	duckdb::child_list_t<duckdb::Value> children;
	AddChildIds(type, children);
	if (children.empty()) {
		return id ? duckdb::Value::INTEGER(*id) : duckdb::Value();
	}
	if (id) {
		children.emplace_back(OWN_FIELD_ID, duckdb::Value::INTEGER(*id));
	}
	return duckdb::Value::STRUCT(std::move(children));
}

bool HasFloats(const DataType &type) {
	switch (type.kind) {
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
		return true;
	case TypeKind::STRUCT:
		for (const auto &field : type.fields) {
			if (HasFloats(*field.type)) {
				return true;
			}
		}
		return false;
	case TypeKind::ARRAY:
		return HasFloats(*type.element);
	case TypeKind::MAP:
		return HasFloats(*type.key) || HasFloats(*type.element);
	default:
		return false;
	}
}

std::string WriterCodec(const std::string &codec) {
	if (codec == "none") {
		return "uncompressed";
	}
	for (const auto *known : {"snappy", "zstd", "gzip", "brotli", "lz4", "lz4_raw", "uncompressed"}) {
		if (codec == known) {
			return codec;
		}
	}
	throw Error(ErrorKind::INVALID_INPUT, "delta.parquet.compression.codec is '" + codec +
	                                          "'; use snappy, zstd, gzip, brotli, lz4 or uncompressed");
}

} // namespace

PhysicalColumns PhysicalColumnsOf(const TableConfiguration &configuration) {
	PhysicalColumns columns;
	const auto &fields = configuration.GetSchema().fields;
	for (size_t i = 0; i < fields.size(); i++) {
		if (configuration.IsPartitionColumn(i) || fields[i].type->kind == TypeKind::VOID) {
			continue;
		}
		columns.fields.push_back(i);
		columns.names.push_back(fields[i].PhysicalName());
		columns.types.push_back(PhysicalType(*fields[i].type));
	}
	return columns;
}

duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> ParquetOptionsOf(const WriteSpec &spec,
                                                                               const PhysicalColumns &columns) {
	duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> options;
	options["codec"] = {duckdb::Value(WriterCodec(spec.codec))};
	for (const auto field : columns.fields) {
		if (HasFloats(*spec.configuration->GetSchema().fields[field].type)) {
			// DuckDB's Bloom filters hold the bits of a number: -0.0 is not found by a search for 0.0, and its row is
			// lost.
			options["write_bloom_filter"] = {duckdb::Value::BOOLEAN(false)};
			// Its dictionaries hold one of the two for both.
			options["dictionary_size_limit"] = {duckdb::Value::BIGINT(0)};
		}
	}
	if (spec.configuration->MappingMode() != ColumnMappingMode::NONE) {
		duckdb::child_list_t<duckdb::Value> ids;
		for (size_t i = 0; i < columns.fields.size(); i++) {
			const auto &field = spec.configuration->GetSchema().fields[columns.fields[i]];
			auto value = FieldIds(*field.type, field.FieldId());
			if (!value.IsNull()) {
				ids.emplace_back(columns.names[i], std::move(value));
			}
		}
		if (!ids.empty()) {
			options["field_ids"] = {duckdb::Value::STRUCT(std::move(ids))};
		}
	}
	return options;
}

} // namespace merganser
