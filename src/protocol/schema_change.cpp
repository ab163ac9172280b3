#include "protocol/schema_change.hpp"

#include "base/error.hpp"
#include "protocol/column_default.hpp"
#include "protocol/column_uses.hpp"
#include "protocol/identity_columns.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/type_widening.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

class PathEdit {
public:
	PathEdit(const TableConfiguration &table_p, const ColumnPath &parent_p, const FieldListEditor &edit_p)
	    : table(table_p), parent(parent_p), edit(edit_p) {
	}

	//! `depth`: how many names of the path lead to these fields.
	std::vector<StructField> Fields(const std::vector<StructField> &fields, size_t depth) const {
		auto edited = fields;
		if (depth == parent.size()) {
			edit(edited);
			return edited;
		}
		auto field = std::find_if(edited.begin(), edited.end(), [&](const StructField &candidate) {
			return SameName(candidate.name, parent[depth]);
		});
		if (field == edited.end()) {
			throw Error(ErrorKind::NOT_FOUND, AlterMessage(table) + "there is no column \"" + Text(depth + 1) + "\"");
		}
		field->type = Type(field->type, depth + 1);
		return edited;
	}

private:
	DataTypePtr Type(const DataTypePtr &type, size_t depth) const {
		auto steps_into = [&](std::string_view part) {
			return depth < parent.size() && SameName(parent[depth], part);
		};
		switch (type->kind) {
		case TypeKind::STRUCT:
			return DataType::Struct(Fields(type->fields, depth));
		case TypeKind::ARRAY:
			if (steps_into("element")) {
				return DataType::Array(Type(type->element, depth + 1), type->element_nullable);
			}
			break;
		case TypeKind::MAP:
			if (steps_into("key")) {
				return DataType::Map(Type(type->key, depth + 1), type->element, type->element_nullable);
			}
			if (steps_into("value")) {
				return DataType::Map(type->key, Type(type->element, depth + 1), type->element_nullable);
			}
			break;
		default:
			break;
		}
		std::string hint = type->kind == TypeKind::ARRAY ? "; its elements are \"" + Text(depth) + ".element\""
		                   : type->kind == TypeKind::MAP
		                       ? "; its entries are \"" + Text(depth) + ".key\" and \"" + Text(depth) + ".value\""
		                       : "";
		throw Error(ErrorKind::INVALID_INPUT, AlterMessage(table) + "\"" + Text(depth) + "\" is of type " +
		                                          type->ToString() + ", which has no fields" + hint);
	}

	std::string Text(size_t length) const {
		return PathText(ColumnPath(parent.begin(), parent.begin() + static_cast<ptrdiff_t>(length)));
	}

	const TableConfiguration &table;
	const ColumnPath &parent;
	const FieldListEditor &edit;
};

ColumnPath ParentOf(const ColumnPath &path) {
	return ColumnPath(path.begin(), path.end() - 1);
}

StructField &FindField(const TableConfiguration &table, std::vector<StructField> &fields, const ColumnPath &path) {
	for (auto &field : fields) {
		if (SameName(field.name, path.back())) {
			return field;
		}
	}
	throw Error(ErrorKind::NOT_FOUND, AlterMessage(table) + "there is no column \"" + PathText(path) + "\"");
}

void CheckIsFree(const TableConfiguration &table, const std::vector<StructField> &fields, const ColumnPath &parent,
                 const std::string &name) {
	if (name.empty()) {
		throw Error(ErrorKind::INVALID_INPUT, AlterMessage(table) + "a column needs a name");
	}
	for (auto &field : fields) {
		if (SameName(field.name, name)) {
			auto path = parent;
			path.push_back(field.name);
			throw Error(ErrorKind::ALREADY_EXISTS,
			            AlterMessage(table) + "there is a column \"" + PathText(path) + "\" already");
		}
	}
}

//! At least one column has to be in the data files.
void CheckIsNotLast(const TableConfiguration &table, const std::vector<StructField> &fields, const ColumnPath &path) {
	auto left = fields.size() - 1;
	if (path.size() == 1) {
		left -= table.GetMetadata().partition_columns.size();
	}
	if (left == 0) {
		throw Error(ErrorKind::INVALID_INPUT,
		            AlterMessage(table) + "\"" + PathText(path) + "\" is the last " +
		                (path.size() == 1
		                     ? "column in the data files. DROP TABLE drops the table"
		                     : "field of its struct. Drop the struct \"" + PathText(ParentOf(path)) + "\""));
	}
}

//! Edits the one field at a path.
AlteredTable EditField(const AlteredFrom &from, const ColumnPath &path,
                       const std::function<void(StructField &field)> &edit_field) {
	auto edit = BeginEdit(from.table);
	edit.schema.fields = EditFieldsAt(from.table, edit.schema.fields, ParentOf(path),
	                                  [&](auto &fields) { edit_field(FindField(from.table, fields, path)); });
	return FinishEdit(from.table, std::move(edit));
}

} // namespace

std::vector<StructField> EditFieldsAt(const TableConfiguration &table, const std::vector<StructField> &fields,
                                      const ColumnPath &parent, const FieldListEditor &edit) {
	return PathEdit(table, parent, edit).Fields(fields, 0);
}

StructField FieldAt(const TableConfiguration &table, const ColumnPath &path) {
	StructField found;
	EditFieldsAt(table, table.GetSchema().fields, ParentOf(path),
	             [&](auto &fields) { found = FindField(table, fields, path); });
	return found;
}

//! PROTOCOL.md, "Identity Columns": they are numbered BIGINT for ever.
static void CheckIsNoIdentity(const TableConfiguration &table, const ColumnPath &path) {
	if (IsIdentity(FieldAt(table, path))) {
		throw Error(
		    ErrorKind::INVALID_INPUT,
		    AlterMessage(table) + "\"" + PathText(path) +
		        "\" is an identity column: it keeps its type and has no default. It can be renamed and dropped");
	}
}

AlteredTable AddField(const AlteredFrom &from, const ColumnPath &parent, StructField field) {
	Verify(field.nullable, "a column that is added is nullable");
	auto edit = BeginEdit(from.table);
	edit.schema.fields = EditFieldsAt(from.table, edit.schema.fields, parent, [&](auto &fields) {
		CheckIsFree(from.table, fields, parent, field.name);
		fields.push_back(field);
	});
	if (from.table.MappingMode() != ColumnMappingMode::NONE) {
		MapColumns(from, edit);
	}
	return FinishEdit(from.table, std::move(edit));
}

AlteredTable DropField(const AlteredFrom &from, const ColumnPath &path) {
	auto field = FieldAt(from.table, path);
	CheckMayDrop(from, path);
	auto edit = BeginEdit(from.table);
	MapColumns(from, edit);
	edit.schema.fields = EditFieldsAt(from.table, edit.schema.fields, ParentOf(path), [&](auto &fields) {
		CheckIsNotLast(from.table, fields, path);
		std::erase_if(fields, [&](const StructField &candidate) { return SameName(candidate.name, field.name); });
	});
	DropFromProperties(path, edit);
	return FinishEdit(from.table, std::move(edit));
}

AlteredTable RenameField(const AlteredFrom &from, const ColumnPath &path, const std::string &new_name) {
	auto field = FieldAt(from.table, path);
	CheckIsNotInExpressions(from.table, path);
	auto edit = BeginEdit(from.table);
	if (field.name == new_name) {
		return FinishEdit(from.table, std::move(edit));
	}
	MapColumns(from, edit);
	edit.schema.fields = EditFieldsAt(from.table, edit.schema.fields, ParentOf(path), [&](auto &fields) {
		auto others = fields;
		std::erase_if(others, [&](const StructField &candidate) { return candidate.name == field.name; });
		CheckIsFree(from.table, others, ParentOf(path), new_name);
		FindField(from.table, fields, path).name = new_name;
	});
	RenameInProperties(path, new_name, edit);
	return FinishEdit(from.table, std::move(edit));
}

AlteredTable SetNullable(const AlteredFrom &from, const ColumnPath &path, bool nullable) {
	return EditField(from, path, [&](StructField &field) { field.nullable = nullable; });
}

AlteredTable SetDefault(const AlteredFrom &from, const ColumnPath &path, const std::optional<std::string> &text) {
	CheckIsNoIdentity(from.table, path);
	return EditField(from, path, [&](StructField &field) {
		if (text) {
			field.SetMetadataString(COLUMN_DEFAULT_KEY, *text);
		} else {
			field.metadata.erase(std::string(COLUMN_DEFAULT_KEY));
		}
	});
}

AlteredTable ChangeFieldType(const AlteredFrom &from, const ColumnPath &path, const DataTypePtr &type) {
	CheckIsNoIdentity(from.table, path);
	auto widened = WidenField(from.table, path, FieldAt(from.table, path), type);
	auto edit = BeginEdit(from.table);
	edit.schema.fields = EditFieldsAt(from.table, edit.schema.fields, ParentOf(path),
	                                  [&](auto &fields) { FindField(from.table, fields, path) = widened; });
	if (edit.schema == from.table.GetSchema()) {
		return FinishEdit(from.table, std::move(edit));
	}
	CheckIsNotInExpressions(from.table, path);
	TurnTypeWideningOn(from.table, edit);
	return FinishEdit(from.table, std::move(edit));
}

} // namespace merganser
