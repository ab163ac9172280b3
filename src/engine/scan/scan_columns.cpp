#include "engine/scan/scan_columns.hpp"

#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/parquet_columns.hpp"

namespace merganser {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::MultiFileColumnDefinition;

ScanColumns::ScanColumns(const TableConfiguration &configuration)
    : schema(configuration.GetSchema()), mode(configuration.MappingMode()) {
	for (auto &field : schema.fields) {
		definitions.push_back(Define(field.name, *field.type));
	}
}

MultiFileColumnDefinition ScanColumns::Define(const std::string &name, const DataType &type) {
	MultiFileColumnDefinition definition(name, ToDuckDBType(type));
	definition.identifier = duckdb::Value::INTEGER(next_number++);
	// A column that a file does not have is NULL in it.
	definition.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(definition.type));
	switch (type.kind) {
	case TypeKind::STRUCT:
		for (auto &field : type.fields) {
			definition.children.push_back(Define(field.name, *field.type));
		}
		break;
	case TypeKind::ARRAY:
		definition.children.push_back(Define("list", *type.element));
		break;
	case TypeKind::MAP:
		definition.children.push_back(Define("key", *type.key));
		definition.children.push_back(Define("value", *type.element));
		break;
	default:
		break;
	}
	return definition;
}

namespace {

//! The type under which the file's values are read when it is another name for the same values: no cast may come
//! between, because DuckDB would apply the session's time zone (TIMESTAMP to TIMESTAMP WITH TIME ZONE) or escape bytes
//! (BLOB to VARCHAR).
LogicalType ReadType(const LogicalType &file_type, TypeKind kind) {
	auto id = file_type.id();
	bool is_timestamp =
	    id == LogicalTypeId::TIMESTAMP || id == LogicalTypeId::TIMESTAMP_TZ || id == LogicalTypeId::TIMESTAMP_NS;
	bool is_bytes = id == LogicalTypeId::BLOB || id == LogicalTypeId::VARCHAR;
	switch (kind) {
	case TypeKind::TIMESTAMP:
		return is_timestamp ? LogicalType::TIMESTAMP_TZ : file_type;
	case TypeKind::TIMESTAMP_NTZ:
		return is_timestamp ? LogicalType::TIMESTAMP : file_type;
	case TypeKind::STRING:
		return is_bytes ? LogicalType::VARCHAR : file_type;
	case TypeKind::BINARY:
		return is_bytes ? LogicalType::BLOB : file_type;
	default:
		return file_type;
	}
}

//! A node of the file: what DuckDB maps, and what its Parquet reader reads by.
struct FileNode {
	MultiFileColumnDefinition &column;
	ParquetNode schema;
};

//! Numbers the nodes of one file.
class FileMatcher {
public:
	explicit FileMatcher(ColumnMappingMode mode) : mode(mode) {
	}

	//! Matches siblings. Returns true when every field was found at its own place and there is nothing else.
	bool MatchFields(duckdb::vector<MultiFileColumnDefinition> &table, const std::vector<StructField> &fields,
	                 duckdb::vector<MultiFileColumnDefinition> &file, ParquetNode parent) {
		// A file without field ids (written before the table got them) is matched by name even in id mode.
		bool by_id = mode == ColumnMappingMode::ID && HasIds(file);
		std::vector<size_t> found;
		for (auto &field : fields) {
			found.push_back(by_id && field.FieldId() ? FindById(file, *field.FieldId())
			                                         : FindByName(file, field.PhysicalName()));
		}
		for (auto &column : file) {
			// DuckDB's mapper stops at the first column without a number.
			column.identifier = duckdb::Value::INTEGER(--unmatched_number);
		}
		bool identical = fields.size() == file.size();
		for (size_t i = 0; i < fields.size(); i++) {
			if (found[i] >= file.size() || fields[i].type->kind == TypeKind::VOID) {
				identical = false;
				continue;
			}
			bool same = MatchNode(table[i], *fields[i].type, FileNode {file[found[i]], parent.Child(found[i])});
			identical = identical && same && found[i] == i;
		}
		return identical;
	}

private:
	static constexpr size_t NOT_FOUND = size_t(-1);

	static bool HasIds(const duckdb::vector<MultiFileColumnDefinition> &file) {
		for (auto &column : file) {
			if (!column.identifier.IsNull()) {
				return true;
			}
		}
		return false;
	}

	static size_t FindById(const duckdb::vector<MultiFileColumnDefinition> &file, int32_t id) {
		for (size_t i = 0; i < file.size(); i++) {
			auto &identifier = file[i].identifier;
			if (!identifier.IsNull() && identifier.type().id() == LogicalTypeId::INTEGER &&
			    identifier.GetValue<int32_t>() == id) {
				return i;
			}
		}
		return NOT_FOUND;
	}

	static size_t FindByName(const duckdb::vector<MultiFileColumnDefinition> &file, const std::string &name) {
		auto any_case = NOT_FOUND;
		for (size_t i = 0; i < file.size(); i++) {
			if (file[i].name == name) {
				return i;
			}
			if (any_case == NOT_FOUND && duckdb::StringUtil::CIEquals(file[i].name, name)) {
				any_case = i;
			}
		}
		return any_case;
	}

	//! Returns true when the file's node is the table's as it stands.
	bool MatchNode(MultiFileColumnDefinition &table, const DataType &type, FileNode file) {
		file.column.identifier = table.identifier;
		auto file_type = file.column.type.id();
		bool identical = true;
		if (type.kind == TypeKind::STRUCT && file_type == LogicalTypeId::STRUCT) {
			identical = MatchFields(table.children, type.fields, file.column.children, file.schema);
			RebuildStruct(file);
		} else if (type.kind == TypeKind::ARRAY && file_type == LogicalTypeId::LIST &&
		           file.column.children.size() == 1) {
			identical = MatchElement(table, *type.element, file, "list");
			SetType(file, LogicalType::LIST(file.column.children[0].type));
		} else if (type.kind == TypeKind::MAP && file_type == LogicalTypeId::MAP && IsMap(file.column)) {
			identical = MatchMap(table, type, file);
		} else if (type.kind == TypeKind::VARIANT) {
			file.column.children.clear();
		} else if (!type.IsNested()) {
			SetType(file, ReadType(file.column.type, type.kind));
		}
		identical = identical && file.column.type == table.type;
		if (identical && (type.kind == TypeKind::ARRAY || type.kind == TypeKind::MAP)) {
			// Read as it is: the mapper would otherwise rebuild every list and map.
			table.children.clear();
			file.column.children.clear();
		}
		return identical;
	}

	bool MatchElement(MultiFileColumnDefinition &table, const DataType &element, FileNode file, const char *name) {
		auto &child = file.column.children[0];
		child.name = name;
		return MatchNode(table.children[0], element, FileNode {child, file.schema.Child(0)});
	}

	static bool IsMap(const MultiFileColumnDefinition &column) {
		return column.children.size() == 1 && column.children[0].children.size() == 2;
	}

	bool MatchMap(MultiFileColumnDefinition &table, const DataType &type, FileNode file) {
		auto &entry = file.column.children[0];
		auto entry_schema = file.schema.Child(0);
		entry.name = "key_value";
		entry.identifier = duckdb::Value::INTEGER(--unmatched_number);
		entry.children[0].name = "key";
		entry.children[1].name = "value";
		bool same_key = MatchNode(table.children[0], *type.key, FileNode {entry.children[0], entry_schema.Child(0)});
		bool same_value =
		    MatchNode(table.children[1], *type.element, FileNode {entry.children[1], entry_schema.Child(1)});
		auto map_type = LogicalType::MAP(entry.children[0].type, entry.children[1].type);
		SetType(FileNode {entry, entry_schema}, duckdb::ListType::GetChildType(map_type));
		SetType(file, map_type);
		return same_key && same_value;
	}

	static void RebuildStruct(FileNode file) {
		duckdb::child_list_t<LogicalType> children;
		for (auto &child : file.column.children) {
			children.emplace_back(child.name, child.type);
		}
		SetType(file, LogicalType::STRUCT(std::move(children)));
	}

	static void SetType(FileNode file, const LogicalType &type) {
		if (file.column.type != type) {
			file.column.type = type;
			file.schema.SetType(type);
		}
	}

	const ColumnMappingMode mode;
	int32_t unmatched_number = 0;
};

} // namespace

duckdb::vector<MultiFileColumnDefinition> ScanColumns::Match(duckdb::ParquetReader &reader) const {
	auto table = definitions;
	FileMatcher(mode).MatchFields(table, schema.fields, ParquetColumns(reader), ParquetNode::Root(reader));
	return table;
}

} // namespace merganser
