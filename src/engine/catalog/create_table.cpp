#include "engine/catalog/create_table.hpp"
#include "engine/catalog/cluster_by.hpp"
#include "engine/catalog/identity_clause.hpp"
#include "engine/catalog/property_defaults.hpp"
#include "engine/catalog/table_clauses.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/parser/constraints/check_constraint.hpp"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/session/lake_instance.hpp"
#include "protocol/column_default.hpp"
#include "protocol/generated_columns.hpp"
#include "protocol/altered_table.hpp"
#include "protocol/known_properties.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_configuration.hpp"
#include "protocol/table_properties.hpp"
#include "txn/overwrite.hpp"

#include <set>

namespace merganser {

static constexpr const char *DELETION_VECTORS_PROPERTY = "delta.enableDeletionVectors";

static std::set<duckdb::idx_t> NotNullColumns(const duckdb::CreateTableInfo &info) {
	std::set<duckdb::idx_t> columns;
	for (auto &constraint : info.constraints) {
		if (constraint->type == duckdb::ConstraintType::NOT_NULL) {
			columns.insert(constraint->Cast<duckdb::NotNullConstraint>().index.index);
		} else if (constraint->type != duckdb::ConstraintType::CHECK) {
			throw duckdb::NotImplementedException(
			    "CREATE TABLE \"%s\": %s is not supported; of the constraints Delta tables have NOT NULL and CHECK",
			    info.table, constraint->ToString());
		}
	}
	return columns;
}

//! DuckDB's parser drops the names of constraints.
static void AddChecks(const duckdb::CreateTableInfo &info, const Schema &schema, StringMap &configuration) {
	size_t number = 0;
	for (auto &constraint : info.constraints) {
		if (constraint->type != duckdb::ConstraintType::CHECK) {
			continue;
		}
		auto text = CheckText(info.table, schema, *constraint->Cast<duckdb::CheckConstraint>().expression);
		std::string property;
		do {
			property = std::string(CONSTRAINT_PREFIX) + "check_" + std::to_string(++number);
		} while (FindProperty(configuration, property));
		configuration[property] = std::move(text);
	}
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

//! DuckDB's generated columns are computed when they are read; a Delta table's are stored.
static void AddGenerations(duckdb::ClientContext &context, const duckdb::CreateTableInfo &info, Schema &schema) {
	auto columns = schema;
	for (auto &column : info.columns.Logical()) {
		if (!column.Generated()) {
			continue;
		}
		auto &field = schema.fields[column.Logical().index];
		// The parser puts a cast to the column's type around it.
		auto &expression = *column.GeneratedExpression().Cast<duckdb::CastExpression>().child;
		if (auto identity = IdentityOf(context, expression)) {
			identity->allows_given_values = false;
			SetIdentity(field, *identity);
		} else {
			field.SetMetadataString(GENERATION_KEY, GenerationText(info.table, columns, field, expression));
		}
	}
}

static void AddDefault(duckdb::ClientContext &context, const duckdb::CreateTableInfo &info,
                       const duckdb::ParsedExpression &expression, StructField &field) {
	if (auto identity = IdentityOf(context, expression)) {
		SetIdentity(field, *identity);
	} else {
		field.SetMetadataString(COLUMN_DEFAULT_KEY, DefaultText(info.table, field.name, expression));
	}
}

static Schema SchemaOf(duckdb::ClientContext &context, const LakeCatalog &lake, const duckdb::CreateTableInfo &info) {
	auto not_null = NotNullColumns(info);
	Schema schema;
	for (auto &column : info.columns.Logical()) {
		StructField field;
		field.name = column.Name();
		field.type = ToDeltaType(column.Type(), column.Name(), lake.Settings().naive_timestamps);
		field.nullable = !not_null.count(column.Logical().index);
		if (!column.Generated() && column.HasDefaultValue()) {
			AddDefault(context, info, column.DefaultValue(), field);
		}
		if (!column.Comment().IsNull()) {
			field.SetMetadataString("comment", column.Comment().ToString());
		}
		schema.fields.push_back(std::move(field));
	}
	AddGenerations(context, info, schema);
	if (schema.fields.empty()) {
		throw duckdb::BinderException("CREATE TABLE \"%s\": a table needs at least one column", info.table);
	}
	return schema;
}

static std::string SortedByText(const Schema &schema, const duckdb::CreateTableInfo &info) {
	std::vector<std::string> columns;
	for (auto &key : info.sort_keys) {
		columns.push_back(SortColumnOf(schema, *key));
	}
	return JsonWriter().Strings(columns).Take();
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
		if (SameName(option.first, CLUSTER_BY_PROPERTY)) {
			continue;
		}
		configuration[PropertyName("WITH", option.first)] = OptionText(context, "WITH", option.first, *option.second);
	}
}

static Metadata MetadataOf(duckdb::ClientContext &context, const LakeCatalog &lake, duckdb::CreateTableInfo &info,
                           const SnapshotPtr &replaced) {
	auto schema = SchemaOf(context, lake, info);
	Metadata metadata;
	AddOptions(context, lake, info, metadata.configuration);
	AddChecks(info, schema, metadata.configuration);
	metadata.partition_columns = PartitionColumnsOf(schema, info.partition_keys);
	CheckNoIdentity(schema, metadata.partition_columns);
	CheckPropertyValues(metadata, schema);
	if (replaced) {
		KeepRowTrackingNames(replaced->configuration->GetMetadata().configuration, metadata.configuration);
	}
	NameRowTrackingColumns(metadata.configuration, NewUuid);
	if (!info.sort_keys.empty()) {
		metadata.configuration[std::string(SORTED_BY_PROPERTY)] = SortedByText(schema, info);
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
		if (auto columns = ClusterByOption(context, "WITH", info.options)) {
			auto current = replaced ? std::optional(replaced->configuration->GetProtocol()) : std::nullopt;
			AddClustering(info.table, current, *columns, change);
		}
		// Refuses now, at planning, what could not be read or written later.
		TableConfiguration check(
		    info.table, change.protocol ? *change.protocol : replaced->configuration->GetProtocol(), *change.metadata);
		check.CheckWritable();
		CheckChangeFeedNames(check, "CREATE TABLE \"" + info.table + "\": ");
		change.operation =
		    std::string(replaced ? "CREATE OR REPLACE TABLE" : "CREATE TABLE") + (as_query ? " AS SELECT" : "");
		change.operation_parameters["partitionBy"] = JsonWriter().Strings(change.metadata->partition_columns).Take();
		change.operation_parameters["properties"] = PropertiesText(change.metadata->configuration);
		change.operation_parameters["isManaged"] = "true";
		return change;
	});
}

} // namespace merganser
