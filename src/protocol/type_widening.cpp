#include "protocol/type_widening.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"

#include <utility>

namespace merganser {

namespace {

constexpr std::string_view TYPE_WIDENING_PROPERTY = "delta.enableTypeWidening";
constexpr const char *TYPE_CHANGES_KEY = "delta.typeChanges";

//! 1 byte … 4 long; 0 for what is no integer.
int IntegerRank(TypeKind kind) {
	switch (kind) {
	case TypeKind::BYTE:
		return 1;
	case TypeKind::SHORT:
		return 2;
	case TypeKind::INTEGER:
		return 3;
	case TypeKind::LONG:
		return 4;
	default:
		return 0;
	}
}

//! Digits before the point that PROTOCOL.md asks of a decimal that takes the place of an integer.
int DecimalDigitsFor(int integer_rank) {
	return integer_rank == IntegerRank(TypeKind::LONG) ? 20 : 10;
}

//! One walk through the type of a field, outer before inner.
class Widening {
public:
	Widening(const TableConfiguration &table_p, ColumnPath path_p) : table(table_p), path(std::move(path_p)) {
	}

	StructField Field(const StructField &field, const DataTypePtr &to) {
		auto widened = field;
		auto outer = std::exchange(changes, std::string());
		auto outer_place = std::exchange(place, std::string());
		widened.type = Type(field.type, to);
		if (!changes.empty()) {
			Note(widened);
		}
		changes = std::move(outer);
		place = std::move(outer_place);
		return widened;
	}

private:
	DataTypePtr Type(const DataTypePtr &from, const DataTypePtr &to) {
		if (!from->IsNested() && !to->IsNested()) {
			return Primitive(from, to);
		}
		if (from->kind != to->kind) {
			Refuse(*from, *to);
		}
		switch (from->kind) {
		case TypeKind::ARRAY:
			return DataType::Array(Inner("element", from->element, to->element), from->element_nullable);
		case TypeKind::MAP: {
			auto key = Inner("key", from->key, to->key);
			return DataType::Map(std::move(key), Inner("value", from->element, to->element), from->element_nullable);
		}
		default:
			return Struct(from, to);
		}
	}

	DataTypePtr Struct(const DataTypePtr &from, const DataTypePtr &to) {
		if (from->fields.size() != to->fields.size()) {
			Refuse(*from, *to);
		}
		std::vector<StructField> fields;
		for (size_t i = 0; i < from->fields.size(); i++) {
			if (!SameName(from->fields[i].name, to->fields[i].name)) {
				Refuse(*from, *to);
			}
			path.push_back(from->fields[i].name);
			fields.push_back(Field(from->fields[i], to->fields[i].type));
			path.pop_back();
		}
		return DataType::Struct(std::move(fields));
	}

	DataTypePtr Inner(const char *part, const DataTypePtr &from, const DataTypePtr &to) {
		auto outer_place = place;
		place += (place.empty() ? "" : ".") + std::string(part);
		path.emplace_back(part);
		auto type = Type(from, to);
		path.pop_back();
		place = std::move(outer_place);
		return type;
	}

	DataTypePtr Primitive(const DataTypePtr &from, const DataTypePtr &to) {
		if (*from == *to) {
			return from;
		}
		if (!IsWidening(*from, *to)) {
			Refuse(*from, *to);
		}
		JsonWriter json;
		json.StartObject().Key("toType").String(to->ToString()).Key("fromType").String(from->ToString());
		if (!place.empty()) {
			json.Key("fieldPath").String(place);
		}
		changes += (changes.empty() ? "" : ",") + json.EndObject().Take();
		return to;
	}

	void Note(StructField &field) const {
		auto &noted = field.metadata[TYPE_CHANGES_KEY];
		bool is_first = noted.size() <= 2;
		noted = (is_first ? "[" : noted.substr(0, noted.size() - 1) + ",") + changes + "]";
	}

	[[noreturn]] void Refuse(const DataType &from, const DataType &to) const {
		std::string step = from.kind == TypeKind::STRUCT && to.kind == TypeKind::STRUCT
		                       ? "Fields are added, dropped and renamed by ADD, DROP and RENAME COLUMN"
		                       : "ADD COLUMN of the new type, UPDATE it from the old one, then DROP and RENAME COLUMN; "
		                         "or CREATE OR REPLACE TABLE … AS SELECT … FROM it";
		throw Error(ErrorKind::UNSUPPORTED, AlterMessage(table) + "column \"" + PathText(path) +
		                                        "\" cannot be changed from " + from.ToString() + " to " +
		                                        to.ToString() + ": files keep their values, and only wider types can " +
		                                        "hold every one of them. " + step);
	}

	const TableConfiguration &table;
	ColumnPath path;
	//! Where we are below the nearest struct field: `element`, `value.element`.
	std::string place;
	//! Of that field, without the brackets.
	std::string changes;
};

} // namespace

bool IsWidening(const DataType &from, const DataType &to) {
	auto from_rank = IntegerRank(from.kind), to_rank = IntegerRank(to.kind);
	bool is_small_integer = from_rank > 0 && from.kind != TypeKind::LONG;
	switch (to.kind) {
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
		return from_rank > 0 && from_rank < to_rank;
	case TypeKind::DOUBLE:
		return from.kind == TypeKind::FLOAT || is_small_integer;
	case TypeKind::TIMESTAMP_NTZ:
		return from.kind == TypeKind::DATE;
	case TypeKind::DECIMAL:
		if (from.kind == TypeKind::DECIMAL) {
			return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale && !(from == to);
		}
		return from_rank > 0 && to.precision - to.scale >= DecimalDigitsFor(from_rank);
	default:
		return false;
	}
}

StructField WidenField(const TableConfiguration &table, const ColumnPath &path, const StructField &field,
                       const DataTypePtr &type) {
	auto widened = Widening(table, path).Field(field, type);
	bool is_column = path.size() == 1;
	bool is_integer = IntegerRank(widened.type->kind) > 0;
	if (is_column && !(widened == field) && !is_integer) {
		for (auto &name : table.GetMetadata().partition_columns) {
			if (SameName(name, field.name)) {
				throw Error(ErrorKind::UNSUPPORTED,
				            AlterMessage(table) + "partition column \"" + field.name + "\" cannot become " +
				                widened.type->ToString() + " in this version: its values stand in the log as " +
				                field.type->ToString() +
				                ". Make the table anew: CREATE OR REPLACE TABLE … AS SELECT … FROM it");
			}
		}
	}
	return widened;
}

bool TypeWideningEnabled(const TableConfiguration &table) {
	return table.PropertyBool(TYPE_WIDENING_PROPERTY, false);
}

void TurnTypeWideningOn(const TableConfiguration &table, TableEdit &edit) {
	auto &configuration = edit.metadata.configuration;
	auto *value = FindProperty(configuration, TYPE_WIDENING_PROPERTY);
	auto is_on = value ? TryParseBoolean(*value) : std::nullopt;
	if (is_on == false) {
		throw Error(ErrorKind::UNSUPPORTED, AlterMessage(table) +
		                                        "its property delta.enableTypeWidening is false, so that no column "
		                                        "gets a wider type. SET ('delta.enableTypeWidening' = 'true') first");
	}
	if (!is_on) {
		SetProperty(configuration, TYPE_WIDENING_PROPERTY, "true");
	}
	// The preview of the feature is read and written alike.
	if (!table.HasFeature("typeWidening-preview")) {
		edit.given_properties[std::string(TYPE_WIDENING_PROPERTY)] = "true";
	}
}

} // namespace merganser
