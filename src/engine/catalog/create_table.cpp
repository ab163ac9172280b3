#include "engine/catalog/create_table.hpp"
#include "engine/catalog/property_defaults.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/extra_type_info.hpp"
#include "duckdb/common/type_visitor.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression_binder/constant_binder.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/session/lake_instance.hpp"
#include "protocol/known_properties.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_properties.hpp"
#include "txn/overwrite.hpp"

#include <set>

namespace merganser {

static constexpr const char *OWN_PREFIX = "merganser.";
static constexpr const char *SORTED_BY_PROPERTY = "merganser.sortedBy";
static constexpr const char *DELETION_VECTORS_PROPERTY = "delta.enableDeletionVectors";

static std::set<duckdb::idx_t> NotNullColumns(const duckdb::CreateTableInfo &info) {
	std::set<duckdb::idx_t> columns;
	for (auto &constraint : info.constraints) {
		if (constraint->type != duckdb::ConstraintType::NOT_NULL) {
			throw duckdb::NotImplementedException("CREATE TABLE \"%s\": %s is not supported; of the constraints only "
			                                      "NOT NULL can be used in this version",
			                                      info.table, constraint->ToString());
		}
		columns.insert(constraint->Cast<duckdb::NotNullConstraint>().index.index);
	}
	return columns;
}

static bool HasCollation(const duckdb::LogicalType &type) {
	return duckdb::TypeVisitor::Contains(type, [](const duckdb::LogicalType &part) {
		return part.id() == duckdb::LogicalTypeId::VARCHAR && !duckdb::StringType::GetCollation(part).empty();
	});
}

//! For columns that are written out; a query's columns keep their values, and the collation is only its own.
static void CheckCollations(const duckdb::CreateTableInfo &info) {
	for (auto &column : info.columns.Logical()) {
		if (HasCollation(column.Type())) {
			throw duckdb::NotImplementedException(
			    "CREATE TABLE \"%s\": column \"%s\" has a COLLATE, which a Delta table cannot keep. Leave it out, and "
			    "write COLLATE in the queries or in a view",
			    info.table, column.Name());
		}
	}
}

static Schema SchemaOf(const LakeCatalog &lake, const duckdb::CreateTableInfo &info) {
	auto not_null = NotNullColumns(info);
	Schema schema;
	for (auto &column : info.columns.Logical()) {
		if (column.Generated() || column.HasDefaultValue()) {
			throw duckdb::NotImplementedException(
			    "CREATE TABLE \"%s\": column \"%s\" has a %s, which is not supported in this version", info.table,
			    column.Name(), column.Generated() ? "generated value" : "DEFAULT");
		}
		StructField field;
		field.name = column.Name();
		field.type = ToDeltaType(column.Type(), column.Name(), lake.Settings().naive_timestamps);
		field.nullable = !not_null.count(column.Logical().index);
		if (!column.Comment().IsNull()) {
			field.SetMetadataString("comment", column.Comment().ToString());
		}
		schema.fields.push_back(std::move(field));
	}
	if (schema.fields.empty()) {
		throw duckdb::BinderException("CREATE TABLE \"%s\": a table needs at least one column", info.table);
	}
	return schema;
}

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

static std::vector<std::string> PartitionColumnsOf(const Schema &schema, const duckdb::CreateTableInfo &info) {
	std::vector<std::string> columns;
	for (auto &key : info.partition_keys) {
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

static std::string SortedByText(const Schema &schema, const duckdb::CreateTableInfo &info) {
	std::vector<std::string> columns;
	for (auto &key : info.sort_keys) {
		columns.push_back(KeyColumn(schema, *key, "SORTED BY"));
	}
	return JsonWriter().Strings(columns).Take();
}

//! Text, number, boolean, or what comes to one of them: `-1`, `'a' || 'b'`.
static std::string OptionText(duckdb::ClientContext &context, const std::string &name,
                              const duckdb::ParsedExpression &option) {
	auto binder = duckdb::Binder::CreateBinder(context);
	duckdb::ConstantBinder constants(*binder, context, "WITH (\"" + name + "\" = …)");
	auto copy = option.Copy();
	auto bound = constants.Bind(copy);
	auto value = bound->IsFoldable() ? duckdb::ExpressionExecutor::EvaluateScalar(context, *bound) : duckdb::Value();
	if (value.IsNull() || value.type().IsNested()) {
		throw duckdb::BinderException("WITH (\"%s\" = …): the value must be a constant: a text, a number or a boolean",
		                              name);
	}
	return value.ToString();
}

//! `given_by`: WITH, or the setting.
static std::string PropertyName(const std::string &given_by, const std::string &given) {
	auto name = CanonicalPropertyName(given);
	if (!name) {
		throw duckdb::BinderException("%s: \"%s\" is not a Delta table property. See docs/sql.md for the properties",
		                              given_by, given);
	}
	if (HasNamePrefix(*name, OWN_PREFIX)) {
		throw duckdb::BinderException(
		    "%s: names that begin with \"%s\" are Merganser's own, so \"%s\" cannot be set; to sort the rows "
		    "use SORTED BY (column, …)",
		    given_by, OWN_PREFIX, given);
	}
	return *name;
}

static void AddOptions(duckdb::ClientContext &context, const LakeCatalog &lake, const duckdb::CreateTableInfo &info,
                       StringMap &configuration) {
	if (lake.Settings().deletion_vectors) {
		configuration[DELETION_VECTORS_PROPERTY] = "true";
	}
	for (auto &[given, value] : PropertyDefaults(context)) {
		configuration[PropertyName(PROPERTY_DEFAULTS_SETTING, given)] = value;
	}
	for (auto &option : info.options) {
		configuration[PropertyName("WITH", option.first)] = OptionText(context, option.first, *option.second);
	}
}

static std::string PropertiesText(const StringMap &configuration) {
	JsonWriter json;
	json.StartObject();
	for (auto &property : configuration) {
		json.Key(property.first);
		json.String(property.second);
	}
	json.EndObject();
	return json.Take();
}

static std::string NewUuid() {
	return Random::System().Uuid();
}

static Metadata MetadataOf(duckdb::ClientContext &context, const LakeCatalog &lake, duckdb::CreateTableInfo &info,
                           const SnapshotPtr &replaced) {
	auto schema = SchemaOf(lake, info);
	Metadata metadata;
	AddOptions(context, lake, info, metadata.configuration);
	metadata.partition_columns = PartitionColumnsOf(schema, info);
	CheckPropertyValues(metadata, schema);
	if (!info.sort_keys.empty()) {
		metadata.configuration[SORTED_BY_PROPERTY] = SortedByText(schema, info);
	}
	metadata.id = replaced ? replaced->configuration->GetMetadata().id : NewUuid();
	metadata.created_time = LakeInstance::Get(context).GetClock().NowMs();
	if (!info.comment.IsNull()) {
		metadata.description = info.comment.ToString();
	}
	auto mapping = metadata.configuration.find("delta.columnMapping.mode");
	if (mapping != metadata.configuration.end() && mapping->second != "none") {
		schema = AssignColumnMapping(schema, metadata.configuration, NewUuid);
	}
	metadata.schema_string = WriteSchema(schema);
	return metadata;
}

TableChange PlanCreateTable(duckdb::ClientContext &context, const LakeCatalog &lake,
                            duckdb::BoundCreateTableInfo &bound, const SnapshotPtr &replaced, bool as_query) {
	auto &info = bound.Base();
	if (!as_query) {
		CheckCollations(info);
	}
	return AtBorder([&] {
		TableChange change;
		change.metadata = MetadataOf(context, lake, info, replaced);
		auto schema = ParseSchema(change.metadata->schema_string);
		auto needed = SmallestProtocol(schema, change.metadata->configuration);
		if (replaced) {
			auto &current = replaced->configuration->GetProtocol();
			auto combined = CombineProtocols(current, needed);
			if (!(combined == current)) {
				change.protocol = combined;
			}
			RemoveAllDomains(*replaced, change);
		} else {
			change.protocol = needed;
		}
		// Refuses now, at planning, what could not be read or written later.
		TableConfiguration check(
		    info.table, change.protocol ? *change.protocol : replaced->configuration->GetProtocol(), *change.metadata);
		check.CheckWritable();
		change.operation =
		    std::string(replaced ? "CREATE OR REPLACE TABLE" : "CREATE TABLE") + (as_query ? " AS SELECT" : "");
		change.operation_parameters["partitionBy"] = JsonWriter().Strings(change.metadata->partition_columns).Take();
		change.operation_parameters["properties"] = PropertiesText(change.metadata->configuration);
		change.operation_parameters["isManaged"] = "true";
		return change;
	});
}

} // namespace merganser
