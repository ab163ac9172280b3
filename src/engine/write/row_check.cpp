#include "engine/write/not_null_check.hpp"

#include "duckdb/common/exception.hpp"

#include <utility>

namespace merganser {

namespace {

bool ForbidsNullInside(const DataType &type) {
	switch (type.kind) {
	case TypeKind::STRUCT:
		for (const auto &field : type.fields) {
			if (!field.nullable || ForbidsNullInside(*field.type)) {
				return true;
			}
		}
		return false;
	case TypeKind::ARRAY:
		return !type.element_nullable || ForbidsNullInside(*type.element);
	case TypeKind::MAP:
		return !type.element_nullable || ForbidsNullInside(*type.element);
	default:
		return false;
	}
}

//! Rows that count: those whose surroundings are not NULL. Empty: all.
using RowSet = std::vector<uint8_t>;

struct Position {
	const std::string &table;
	std::string column;
};

void CheckValues(duckdb::Vector &vector, idx_t count, const DataType &type, const RowSet &relevant, const Position &at);

void CheckPresent(duckdb::Vector &vector, idx_t count, const RowSet &relevant, const Position &at) {
	duckdb::UnifiedVectorFormat format;
	vector.ToUnifiedFormat(count, format);
	if (format.validity.AllValid()) {
		return;
	}
	for (idx_t row = 0; row < count; row++) {
		if ((relevant.empty() || relevant[row]) && !format.validity.RowIsValid(format.sel->get_index(row))) {
			throw duckdb::ConstraintException("NOT NULL constraint failed: %s.%s. Nothing was written", at.table,
			                                  at.column);
		}
	}
}

RowSet RowsWithValue(duckdb::Vector &flat, idx_t count, const RowSet &relevant) {
	RowSet rows(count, 1);
	const auto &validity = duckdb::FlatVector::Validity(flat);
	for (idx_t row = 0; row < count; row++) {
		rows[row] = validity.RowIsValid(row) && (relevant.empty() || relevant[row]);
	}
	return rows;
}

void CheckField(duckdb::Vector &vector, idx_t count, std::pair<const DataType &, bool> field, const RowSet &relevant,
                const Position &at) {
	if (!field.second) {
		CheckPresent(vector, count, relevant, at);
	}
	if (ForbidsNullInside(field.first)) {
		CheckValues(vector, count, field.first, relevant, at);
	}
}

void CheckElements(duckdb::Vector &list, idx_t count, const DataType &type, const RowSet &rows, const Position &at) {
	const auto element_count = duckdb::ListVector::GetListSize(list);
	RowSet elements(element_count, 0);
	const auto *entries = duckdb::FlatVector::GetData<duckdb::list_entry_t>(list);
	for (idx_t row = 0; row < count; row++) {
		for (idx_t i = 0; rows[row] && i < entries[row].length; i++) {
			elements[entries[row].offset + i] = 1;
		}
	}
	auto &child = duckdb::ListVector::GetEntry(list);
	if (type.kind == TypeKind::MAP) {
		auto &value = duckdb::MapVector::GetValues(list);
		CheckField(value, element_count, {*type.element, type.element_nullable}, elements,
		           {at.table, at.column + ".value"});
		return;
	}
	CheckField(child, element_count, {*type.element, type.element_nullable}, elements,
	           {at.table, at.column + ".element"});
}

void CheckValues(duckdb::Vector &vector, idx_t count, const DataType &type, const RowSet &relevant,
                 const Position &at) {
	vector.Flatten(count);
	const auto rows = RowsWithValue(vector, count, relevant);
	if (type.kind != TypeKind::STRUCT) {
		return CheckElements(vector, count, type, rows, at);
	}
	auto &children = duckdb::StructVector::GetEntries(vector);
	for (size_t i = 0; i < type.fields.size(); i++) {
		const auto &field = type.fields[i];
		CheckField(*children[i], count, {*field.type, field.nullable}, rows, {at.table, at.column + "." + field.name});
	}
}

} // namespace

NotNullCheck::NotNullCheck(std::string table_name_p, const Schema &schema_p)
    : table_name(std::move(table_name_p)), schema(schema_p) {
	for (size_t i = 0; i < schema.fields.size(); i++) {
		if (!schema.fields[i].nullable || ForbidsNullInside(*schema.fields[i].type)) {
			checked.push_back(i);
		}
	}
}

void NotNullCheck::Check(duckdb::DataChunk &rows) const {
	for (const auto column : checked) {
		const auto &field = schema.fields[column];
		CheckField(rows.data[column], rows.size(), {*field.type, field.nullable}, RowSet(), {table_name, field.name});
	}
}

} // namespace merganser
