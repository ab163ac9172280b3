#include "engine/catalog/table_clauses.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/extra_type_info.hpp"
#include "duckdb/common/type_visitor.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression_binder/constant_binder.hpp"
#include "engine/port/expression_from_duckdb.hpp"
#include "protocol/known_properties.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_properties.hpp"

namespace merganser {

static constexpr const char *OWN_PREFIX = "merganser.";

static std::string KeyColumn(const Schema &schema, const duckdb::ParsedExpression &key, const std::string &clause) {
	if (key.GetExpressionClass() != duckdb::ExpressionClass::COLUMN_REF) {
		throw duckdb::NotImplementedException(
		    "%s takes column names; \"%s\" is an expression. Add a column that holds its value", clause,
		    key.ToString());
	}
	auto &name = key.Cast<duckdb::ColumnRefExpression>().GetColumnName();
	auto field = schema.Find(name);
	if (!field) {
		throw duckdb::BinderException("%s names the column \"%s\", which the table does not have", clause, name);
	}
	return field->name;
}

std::vector<std::string> PartitionColumnsOf(const Schema &schema,
                                            const duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> &keys) {
	std::vector<std::string> columns;
	for (auto &key : keys) {
		auto name = KeyColumn(schema, *key, "PARTITIONED BY");
		auto field = schema.Find(name);
		if (field->type->IsNested() || field->type->kind == TypeKind::BINARY ||
		    field->type->kind == TypeKind::VARIANT) {
			throw duckdb::BinderException("PARTITIONED BY \"%s\": a column of type %s cannot partition a Delta table",
			                              name, field->type->ToString());
		}
		for (auto &earlier : columns) {
			if (earlier == name) {
				throw duckdb::BinderException("PARTITIONED BY names the column \"%s\" twice", name);
			}
		}
		columns.push_back(std::move(name));
	}
	if (!columns.empty() && columns.size() == schema.fields.size()) {
		throw duckdb::BinderException(
		    "PARTITIONED BY names every column of the table: at least one column must be in the data files");
	}
	return columns;
}

std::string SortColumnOf(const Schema &schema, const duckdb::ParsedExpression &key) {
	return KeyColumn(schema, key, "SORTED BY");
}

std::string OptionText(duckdb::ClientContext &context, const std::string &given_by, const std::string &name,
                       const duckdb::ParsedExpression &option) {
	auto binder = duckdb::Binder::CreateBinder(context);
	duckdb::ConstantBinder constants(*binder, context, given_by + " (\"" + name + "\" = …)");
	auto copy = option.Copy();
	auto bound = constants.Bind(copy);
	auto value = bound->IsFoldable() ? duckdb::ExpressionExecutor::EvaluateScalar(context, *bound) : duckdb::Value();
	if (value.IsNull() || value.type().IsNested()) {
		throw duckdb::BinderException("%s (\"%s\" = …): the value must be a constant: a text, a number or a boolean",
		                              given_by, name);
	}
	return value.ToString();
}

std::string PropertyName(const std::string &given_by, const std::string &given) {
	auto name = CanonicalPropertyName(given);
	if (!name) {
		throw duckdb::BinderException("%s: \"%s\" is not a Delta table property. See docs/sql.md for the properties",
		                              given_by, given);
	}
	if (HasNamePrefix(*name, OWN_PREFIX) && !FindKnownProperty(*name)) {
		throw duckdb::BinderException(
		    "%s: names that begin with \"%s\" are Merganser's own, so \"%s\" cannot be set; to sort the rows "
		    "use SORTED BY (column, …)",
		    given_by, OWN_PREFIX, given);
	}
	return *name;
}

//! `type`: what the value has to be; nullptr: whatever it is.
static std::string SparkText(const std::string &clause, const duckdb::ParsedExpression &expression,
                             const Schema &schema, const DataTypePtr &type = nullptr) {
	try {
		auto read = FromDuckDBExpression(expression, schema);
		if (type && !(*ResolveExpression(read, schema).type == *type)) {
			// DuckDB's, which rounds: refused where Spark's would not.
			read = SqlExpression::Cast(std::move(read), type);
			read.rounds = true;
			ResolveExpression(read, schema);
		}
		return WriteSparkExpression(read);
	} catch (const Error &error) {
		throw Error(error.kind,
		            clause + " has " + error.what() +
		                ", for which there is no expression that Spark and DuckDB evaluate alike. Delta "
		                "tables keep such expressions in Spark's SQL; see docs/sql.md for what can be used");
	}
}

std::string DefaultText(const std::string &table, const std::string &column,
                        const duckdb::ParsedExpression &expression) {
	return SparkText("table \"" + table + "\": DEFAULT " + expression.ToString() + " of column \"" + column + "\"",
	                 expression, Schema());
}

std::string CheckText(const std::string &table, const Schema &schema, const duckdb::ParsedExpression &expression) {
	return SparkText("table \"" + table + "\": CHECK (" + expression.ToString() + ")", expression, schema);
}

std::string GenerationText(const std::string &table, const Schema &schema, const StructField &column,
                           const duckdb::ParsedExpression &expression) {
	auto clause = "table \"" + table + "\": GENERATED ALWAYS AS (" + expression.ToString() + ") of column \"" +
	              column.name + "\"";
	return SparkText(clause, expression, schema, column.type);
}

bool HasCollation(const duckdb::LogicalType &type) {
	return duckdb::TypeVisitor::Contains(type, [](const duckdb::LogicalType &part) {
		return part.id() == duckdb::LogicalTypeId::VARCHAR && !duckdb::StringType::GetCollation(part).empty();
	});
}

std::string PropertiesText(const StringMap &configuration) {
	JsonWriter json;
	json.StartObject();
	for (auto &property : configuration) {
		json.Key(property.first);
		json.String(property.second);
	}
	json.EndObject();
	return json.Take();
}

std::string NewUuid() {
	return Random::System().Uuid();
}

} // namespace merganser
