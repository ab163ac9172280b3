#include "protocol/schema_evolution.hpp"

#include "base/error.hpp"
#include "protocol/column_uses.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/type_widening.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

using Fields = std::vector<StructField>;

//! nullptr when there is none.
const StructField *FindByName(const Fields &fields, const std::string &name) {
	auto found = std::find_if(fields.begin(), fields.end(),
	                          [&](const StructField &field) { return SameName(field.name, name); });
	return found == fields.end() ? nullptr : &*found;
}

Fields AddedFields(const Fields &target, const Fields &source);

//! The type with the fields that only the source has.
DataTypePtr AddedTo(const DataTypePtr &target, const DataTypePtr &source) {
	if (!source || target->kind != source->kind) {
		return target;
	}
	switch (target->kind) {
	case TypeKind::STRUCT:
		return DataType::Struct(AddedFields(target->fields, source->fields));
	case TypeKind::ARRAY:
		return DataType::Array(AddedTo(target->element, source->element), target->element_nullable);
	case TypeKind::MAP:
		return DataType::Map(target->key, AddedTo(target->element, source->element), target->element_nullable);
	default:
		return target;
	}
}

Fields AddedFields(const Fields &target, const Fields &source) {
	auto fields = target;
	for (auto &field : fields) {
		if (const auto *same = FindByName(source, field.name)) {
			field.type = AddedTo(field.type, same->type);
		}
	}
	for (auto &field : source) {
		if (!FindByName(fields, field.name)) {
			Verify(field.type != nullptr, "a column that is added has a type");
			fields.push_back(field);
		}
	}
	return fields;
}

//! A sum of integers is a decimal: no reason to make one of the column that it goes to.
bool TakesWider(const DataType &from, const DataType &to) {
	bool leaves_integers = (to.kind == TypeKind::DECIMAL && from.kind != TypeKind::DECIMAL) ||
	                       (to.kind == TypeKind::DOUBLE && from.kind != TypeKind::FLOAT);
	return !leaves_integers && IsWidening(from, to);
}

//! The type with the source's primitive types where these are wider.
DataTypePtr Widened(const DataTypePtr &target, const DataTypePtr &source) {
	if (!source || target->IsNested() != source->IsNested()) {
		return target;
	}
	if (!target->IsNested()) {
		return TakesWider(*target, *source) ? source : target;
	}
	if (target->kind != source->kind) {
		return target;
	}
	switch (target->kind) {
	case TypeKind::STRUCT: {
		auto fields = target->fields;
		for (auto &field : fields) {
			const auto *same = FindByName(source->fields, field.name);
			field.type = same ? Widened(field.type, same->type) : field.type;
		}
		return DataType::Struct(std::move(fields));
	}
	case TypeKind::ARRAY:
		return DataType::Array(Widened(target->element, source->element), target->element_nullable);
	default:
		return DataType::Map(Widened(target->key, source->key), Widened(target->element, source->element),
		                     target->element_nullable);
	}
}

bool MayWiden(const TableConfiguration &table, const StructField &column) {
	auto &partition_columns = table.GetMetadata().partition_columns;
	bool is_partition = std::any_of(partition_columns.begin(), partition_columns.end(),
	                                [&](const std::string &name) { return SameName(name, column.name); });
	return !is_partition && !IsInExpressions(table, column.name);
}

} // namespace

AlteredTable EvolveTable(const AlteredFrom &from, const std::vector<StructField> &source) {
	auto edit = BeginEdit(from.table);
	edit.schema.fields = AddedFields(edit.schema.fields, source);
	if (TypeWideningEnabled(from.table)) {
		for (auto &column : edit.schema.fields) {
			const auto *same = FindByName(source, column.name);
			auto type = same ? Widened(column.type, same->type) : column.type;
			if (!(*type == *column.type) && MayWiden(from.table, column)) {
				column = WidenField(from.table, {column.name}, column, type);
				TurnTypeWideningOn(from.table, edit);
			}
		}
	}
	if (from.table.MappingMode() != ColumnMappingMode::NONE && !(edit.schema == from.table.GetSchema())) {
		MapColumns(from, edit);
	}
	return FinishEdit(from.table, std::move(edit));
}

} // namespace merganser
