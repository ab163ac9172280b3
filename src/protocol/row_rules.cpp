#include "protocol/row_rules.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "protocol/generated_columns.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "protocol/table_validation.hpp"

#include <utility>

namespace merganser {

static constexpr std::string_view INVARIANT_KEY = "delta.invariants";

//! `{"expression":{"expression":"x > 3"}}`.
static std::string InvariantText(const StructField &field, const std::string &json) {
	const auto document = ParseJson(json, "the invariant of column " + field.name);
	return std::string(document.Root().Get("expression").GetString("expression"));
}

RowRule MakeRowRule(const std::string &name, const std::string &text, const Schema &schema) {
	RowRule rule {name, text, {}, {}};
	try {
		rule.condition = ResolveExpression(ParseSparkExpression(text), schema);
		if (rule.condition.type->kind != TypeKind::BOOLEAN) {
			throw Error(ErrorKind::UNSUPPORTED, "a value of type " + rule.condition.type->ToString());
		}
	} catch (const Error &error) {
		throw Error(error.kind, "the " + name + " (" + text + ") has " + error.what() +
		                            ", which this version of Merganser does not evaluate as Spark does");
	}
	rule.fields = ColumnsOf(rule.condition, schema);
	return rule;
}

std::vector<RowRule> RowRulesOf(const TableConfiguration &configuration) {
	std::vector<RowRule> rules;
	const auto &schema = configuration.GetSchema();
	for (const auto &[property, text] : configuration.GetMetadata().configuration) {
		if (HasNamePrefix(property, CONSTRAINT_PREFIX)) {
			const auto name = property.substr(CONSTRAINT_PREFIX.size());
			rules.push_back(MakeRowRule("CHECK constraint " + name, text, schema));
		}
	}
	VisitFields(schema.fields, [&](const StructField &field) {
		if (const auto invariant = field.MetadataString(INVARIANT_KEY)) {
			rules.push_back(MakeRowRule("invariant of column " + field.name, InvariantText(field, *invariant), schema));
		}
	});
	for (auto &column : GeneratedColumnsOf(schema)) {
		const auto &field = schema.fields[column.field];
		auto given = SqlExpression::Column({field.name});
		given.type = field.type;
		RowRule rule {"generated column " + field.name, field.name + " <=> " + column.text, {}, column.base_fields};
		rule.condition = SqlExpression::Call("<=>", {std::move(given), std::move(column.value)});
		rule.condition.type = DataType::Primitive(TypeKind::BOOLEAN);
		rule.fields = ColumnsOf(rule.condition, schema);
		rules.push_back(std::move(rule));
	}
	return rules;
}

} // namespace merganser
