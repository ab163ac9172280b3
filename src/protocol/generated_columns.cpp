#include "protocol/generated_columns.hpp"

#include "base/error.hpp"
#include "protocol/identity_columns.hpp"

#include <utility>

namespace merganser {

static GeneratedColumn GeneratedColumnAt(const Schema &schema, size_t index, std::string text) {
	const auto &field = schema.fields[index];
	GeneratedColumn column {index, std::move(text), {}, {}};
	try {
		column.value = ResolveAs(ResolveExpression(ParseSparkExpression(column.text), schema), field.type);
		column.base_fields = ColumnsOf(column.value, schema);
		for (const auto base : column.base_fields) {
			if (schema.fields[base].MetadataString(GENERATION_KEY)) {
				throw Error(ErrorKind::UNSUPPORTED, "the generated column \"" + schema.fields[base].name + "\"");
			}
			if (IsIdentity(schema.fields[base])) {
				throw Error(ErrorKind::UNSUPPORTED, "the identity column \"" + schema.fields[base].name + "\"");
			}
		}
	} catch (const Error &error) {
		throw Error(error.kind, "the generated column " + field.name + " (" + column.text + ") has " + error.what() +
		                            ", which this version of Merganser does not evaluate as Spark does");
	}
	return column;
}

std::vector<GeneratedColumn> GeneratedColumnsOf(const Schema &schema) {
	std::vector<GeneratedColumn> columns;
	for (size_t i = 0; i < schema.fields.size(); i++) {
		if (auto text = schema.fields[i].MetadataString(GENERATION_KEY)) {
			columns.push_back(GeneratedColumnAt(schema, i, std::move(*text)));
		}
	}
	return columns;
}

std::optional<GeneratedColumn> TryGeneratedColumn(const TableConfiguration &table, size_t field) {
	auto text = table.GetSchema().fields[field].MetadataString(GENERATION_KEY);
	if (!text || !table.HasFeature("generatedColumns")) {
		return std::nullopt;
	}
	try {
		return GeneratedColumnAt(table.GetSchema(), field, std::move(*text));
	} catch (const Error &) {
		return std::nullopt;
	}
}

} // namespace merganser
