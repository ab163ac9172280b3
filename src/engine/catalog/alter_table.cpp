#include "engine/catalog/alter_table.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/catalog_exception.hpp"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/catalog/cluster_by.hpp"
#include "engine/catalog/evolved_table.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "engine/catalog/table_clauses.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "engine/port/expression_from_duckdb.hpp"
#include "engine/scan/null_search.hpp"
#include "engine/write/violation_search.hpp"
#include "protocol/column_default.hpp"
#include "protocol/property_change.hpp"
#include "protocol/row_rules.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/schema_change.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/table_properties.hpp"
#include "txn/row_ids.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

using duckdb::AlterTableType;

static const TableConfiguration &ConfigurationOf(const LakeTable &table) {
	return *table.GetSnapshot()->configuration;
}

static TableChange ChangeOf(const LakeTable &table, AlteredTable altered, const char *operation, StringMap parameters) {
	TableChange change;
	if (!altered.Changes(ConfigurationOf(table))) {
		return change;
	}
	change.protocol = std::move(altered.protocol);
	change.metadata = std::move(altered.metadata);
	change.operation = operation;
	change.operation_parameters = std::move(parameters);
	return change;
}

static bool HasColumn(const LakeTable &table, const ColumnPath &path) {
	try {
		FieldAt(ConfigurationOf(table), path);
		return true;
	} catch (const Error &error) {
		if (error.kind == ErrorKind::NOT_FOUND) {
			return false;
		}
		throw;
	}
}

static ColumnPath PathOf(const duckdb::vector<std::string> &names) {
	return ColumnPath(names.begin(), names.end());
}

//! As Spark writes a column into an operation's parameters.
static std::string FieldText(const StructField &field) {
	auto schema = WriteSchema(Schema {{field}});
	auto begin = schema.find('[') + 1;
	return schema.substr(begin, schema.rfind(']') - begin);
}

[[noreturn]] static void Refuse(const LakeTable &table, const std::string &what, const std::string &next_step) {
	throw duckdb::NotImplementedException("ALTER TABLE \"%s\": %s is not supported in this version. %s",
	                                      table.Location().name, what, next_step);
}

//! `is_column`: not a field of a struct.
static StructField NewField(const LakeTable &table, const duckdb::ColumnDefinition &column, bool is_column) {
	if (column.Generated() || (column.HasDefaultValue() && !is_column)) {
		throw duckdb::NotImplementedException(
		    "ALTER TABLE \"%s\" ADD COLUMN \"%s\": %s. Add it without, and UPDATE the rows", table.Location().name,
		    column.Name(),
		    column.Generated() ? "Delta Lake cannot add a column with a generated value to a table that is there"
		                       : "the field of a struct cannot have a DEFAULT in Delta Lake, only a column can");
	}
	if (HasCollation(column.Type())) {
		throw duckdb::NotImplementedException(
		    "ALTER TABLE \"%s\" ADD COLUMN \"%s\": a Delta table cannot keep a COLLATE. "
		    "Leave it out, and write COLLATE in the queries or in a view",
		    table.Location().name, column.Name());
	}
	auto &lake = table.catalog.Cast<LakeCatalog>();
	StructField field;
	field.name = column.Name();
	const auto to_delta = is_column ? ToDeltaType : ToNestedDeltaType;
	field.type = to_delta(column.Type(), column.Name(), lake.Settings().naive_timestamps);
	if (column.HasDefaultValue()) {
		field.SetMetadataString(COLUMN_DEFAULT_KEY,
		                        DefaultText(table.Location().name, column.Name(), column.DefaultValue()));
	}
	return field;
}

//! What rows have anyway whose files have not got the column.
static bool IsNull(const duckdb::ParsedExpression &value) {
	return value.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT &&
	       value.Cast<duckdb::ConstantExpression>().value.IsNull();
}

static TableChange AddColumn(const LakeTable &table, const ColumnPath &parent, const duckdb::ColumnDefinition &column,
                             bool if_not_exists) {
	auto path = parent;
	path.push_back(column.Name());
	if (if_not_exists && HasColumn(table, path)) {
		return TableChange();
	}
	auto field = NewField(table, column, parent.empty());
	auto altered = AddField(AlteredFromOf(table), parent, field);
	auto columns = "[{\"column\":" + FieldText(field);
	if (!parent.empty()) {
		columns += ",\"parent\":" + JsonWriter().String(PathText(parent)).Take();
	}
	return ChangeOf(table, std::move(altered), "ADD COLUMNS", {{"columns", columns + "}]"}});
}

static TableChange DropColumn(const LakeTable &table, const ColumnPath &path, bool if_exists) {
	if (if_exists && !HasColumn(table, path)) {
		return TableChange();
	}
	return ChangeOf(table, DropField(AlteredFromOf(table), path), "DROP COLUMNS",
	                {{"columns", JsonWriter().Strings({PathText(path)}).Take()}});
}

static TableChange RenameColumn(const LakeTable &table, const ColumnPath &path, const std::string &new_name) {
	auto new_path = path;
	new_path.back() = new_name;
	return ChangeOf(table, RenameField(AlteredFromOf(table), path, new_name), "RENAME COLUMN",
	                {{"oldColumnPath", PathText(path)}, {"newColumnPath", PathText(new_path)}});
}

//! New constraints hold for the rows that are there too.
static void CheckConstraints(duckdb::ClientContext &context, const LakeTable &table, const StringMap &properties) {
	for (auto &[property, text] : properties) {
		if (!HasNamePrefix(property, CONSTRAINT_PREFIX)) {
			continue;
		}
		auto name = property.substr(CONSTRAINT_PREFIX.size());
		auto rule = MakeRowRule("CHECK constraint " + name, text, ConfigurationOf(table).GetSchema());
		if (auto row = FindViolation(context, table.GetSnapshot(), rule)) {
			throw duckdb::ConstraintException(
			    "ALTER TABLE \"%s\": the %s (%s) is not true for rows that the table has, "
			    "for example %s. UPDATE or DELETE them first",
			    table.Location().name, rule.name, text, *row);
		}
	}
}

//! The condition of the CHECK constraint that the property is.
static std::optional<std::string> FindConstraint(const LakeTable &table, const std::string &property) {
	if (HasNamePrefix(property, CONSTRAINT_PREFIX)) {
		for (const auto &[name, text] : ConfigurationOf(table).GetMetadata().configuration) {
			if (SameName(name, property)) {
				return text;
			}
		}
	}
	return std::nullopt;
}

//! One constraint alone is in the history as Spark has it, whichever way it was written.
static void NoteConstraint(TableChange &change, const char *operation, const std::string &property,
                           const std::string &text) {
	change.operation = operation;
	change.operation_parameters = {{"name", property.substr(CONSTRAINT_PREFIX.size())}, {"expr", text}};
}

static TableChange SetOptions(duckdb::ClientContext &context, const LakeTable &table,
                              const duckdb::SetTableOptionsInfo &info) {
	StringMap properties;
	if (auto columns = ClusterByOption(context, "SET", info.table_options)) {
		if (info.table_options.size() > 1) {
			throw duckdb::BinderException("SET: %s is a change of its own, without other properties beside it",
			                              std::string(CLUSTER_BY_PROPERTY));
		}
		return PlanClusterBy(AlteredFromOf(table), *columns);
	}
	for (auto &option : info.table_options) {
		properties[PropertyName("SET", option.first)] = OptionText(context, "SET", option.first, *option.second);
	}
	CheckConstraints(context, table, properties);
	auto change = ChangeOf(table, SetProperties(AlteredFromOf(table), properties), "SET TBLPROPERTIES",
	                       {{"properties", PropertiesText(properties)}});
	if (properties.size() == 1) {
		const auto &[property, text] = *properties.begin();
		if (HasNamePrefix(property, CONSTRAINT_PREFIX) && !FindConstraint(table, property)) {
			NoteConstraint(change, "ADD CONSTRAINT", property, text);
		}
	}
	BackfillRowIds(*table.GetSnapshot(), change);
	return change;
}

static TableChange ResetOptions(const LakeTable &table, const duckdb::ResetTableOptionsInfo &info) {
	std::vector<std::string> names;
	if (info.table_options.size() == 1 && SameName(*info.table_options.begin(), CLUSTER_BY_PROPERTY)) {
		return PlanClusterBy(AlteredFromOf(table), {});
	}
	for (auto &option : info.table_options) {
		names.push_back(PropertyName("RESET", option));
	}
	auto change = ChangeOf(table, ResetProperties(AlteredFromOf(table), names), "UNSET TBLPROPERTIES",
	                       {{"properties", JsonWriter().Strings(names).Take()}, {"ifExists", "true"}});
	if (names.size() == 1) {
		if (const auto text = FindConstraint(table, names.front())) {
			NoteConstraint(change, "DROP CONSTRAINT", names.front(), *text);
			change.operation_parameters["existed"] = "true";
		}
	}
	return change;
}

//! A change of one column that keeps its name.
static TableChange ColumnChange(const LakeTable &table, const std::string &column, AlteredTable altered) {
	auto index = ConfigurationOf(table).GetSchema().IndexOf(column);
	auto field = FieldText(ParseSchema(altered.metadata.schema_string).fields[*index]);
	return ChangeOf(table, std::move(altered), "CHANGE COLUMN", {{"column", field}});
}

static TableChange DropNotNull(const LakeTable &table, const std::string &column) {
	return ColumnChange(table, column, SetNullable(AlteredFromOf(table), {column}, true));
}

static TableChange SetNotNull(duckdb::ClientContext &context, const LakeTable &table, const std::string &column) {
	auto change = ColumnChange(table, column, SetNullable(AlteredFromOf(table), {column}, false));
	if (change.IsEmpty()) {
		return change;
	}
	auto index = ConfigurationOf(table).GetSchema().IndexOf(column);
	if (auto file = FindNull(context, table.GetSnapshot(), *index)) {
		throw duckdb::ConstraintException(
		    "ALTER TABLE \"%s\" ALTER COLUMN \"%s\" SET NOT NULL: the column has NULL, "
		    "for example in file %s. UPDATE or DELETE the rows WHERE \"%s\" IS NULL first",
		    table.Location().name, column, *file, column);
	}
	return change;
}

static TableChange ChangeDefault(const LakeTable &table, const duckdb::SetDefaultInfo &info) {
	std::optional<std::string> text;
	if (info.expression) {
		text = DefaultText(table.Location().name, info.column_name, *info.expression);
	}
	return ColumnChange(table, info.column_name, SetDefault(AlteredFromOf(table), {info.column_name}, text));
}

static bool IsPlainCast(const duckdb::ChangeColumnTypeInfo &info) {
	if (!info.expression || info.expression->GetExpressionClass() != duckdb::ExpressionClass::CAST) {
		return false;
	}
	auto &child = *info.expression->Cast<duckdb::CastExpression>().child;
	return child.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF &&
	       duckdb::StringUtil::CIEquals(child.Cast<duckdb::ColumnRefExpression>().GetColumnName(), info.column_name);
}

static TableChange ChangeType(const LakeTable &table, const duckdb::ChangeColumnTypeInfo &info) {
	if (!IsPlainCast(info)) {
		Refuse(table, "ALTER COLUMN \"" + info.column_name + "\" TYPE … USING",
		       "Files keep their values: ADD COLUMN of the new type, UPDATE it with the expression, then DROP and "
		       "RENAME COLUMN");
	}
	auto &lake = table.catalog.Cast<LakeCatalog>();
	auto type = ToDeltaType(info.target_type, info.column_name, lake.Settings().naive_timestamps);
	return ColumnChange(table, info.column_name, ChangeFieldType(AlteredFromOf(table), {info.column_name}, type));
}

static TableChange SortBy(const LakeTable &table, const duckdb::SetSortedByInfo &info) {
	std::vector<std::string> columns;
	for (auto &order : info.orders) {
		columns.push_back(SortColumnOf(ConfigurationOf(table).GetSchema(), *order.expression));
		bool is_plain =
		    order.type != duckdb::OrderType::DESCENDING && order.null_order != duckdb::OrderByNullType::NULLS_FIRST;
		if (!is_plain) {
			Refuse(table, "SORTED BY \"" + columns.back() + "\" with DESC or NULLS FIRST",
			       "Rows are sorted in ascending order, NULL last");
		}
	}
	return ChangeOf(table, SetSortedBy(AlteredFromOf(table), columns), "SET SORTED BY",
	                {{"sortedBy", JsonWriter().Strings(columns).Take()}});
}

static TableChange PartitionBy(const LakeTable &table, const duckdb::SetPartitionedByInfo &info) {
	auto columns = PartitionColumnsOf(ConfigurationOf(table).GetSchema(), info.partition_keys);
	auto text = JsonWriter().Strings(columns).Take();
	bool changes = columns != ConfigurationOf(table).GetMetadata().partition_columns;
	if (changes && table.GetSnapshot()->files.LiveCount() > 0) {
		std::string list;
		for (auto &column : columns) {
			list += (list.empty() ? "" : ", ") + duckdb::KeywordHelper::WriteOptionallyQuoted(column);
		}
		auto clause = columns.empty() ? std::string() : " PARTITIONED BY (" + list + ")";
		throw duckdb::NotImplementedException(
		    "ALTER TABLE \"%s\": the table has data files, and the partitioning decides what they hold. Make the table "
		    "anew: CREATE OR REPLACE TABLE %s%s AS FROM %s",
		    table.Location().name, table.Location().name, clause, table.Location().name);
	}
	return ChangeOf(table, SetPartitionedBy(AlteredFromOf(table), std::move(columns)), "SET PARTITIONED BY",
	                {{"partitionBy", text}});
}

static TableChange PlanAlter(duckdb::ClientContext &context, const LakeTable &table, duckdb::AlterTableInfo &info) {
	switch (info.alter_table_type) {
	case AlterTableType::SET_TABLE_OPTIONS:
		return SetOptions(context, table, info.Cast<duckdb::SetTableOptionsInfo>());
	case AlterTableType::RESET_TABLE_OPTIONS:
		return ResetOptions(table, info.Cast<duckdb::ResetTableOptionsInfo>());
	case AlterTableType::ADD_COLUMN: {
		auto &add = info.Cast<duckdb::AddColumnInfo>();
		return AddColumn(table, {}, add.new_column, add.if_column_not_exists);
	}
	case AlterTableType::ADD_FIELD: {
		auto &add = info.Cast<duckdb::AddFieldInfo>();
		return AddColumn(table, PathOf(add.column_path), add.new_field, add.if_field_not_exists);
	}
	case AlterTableType::REMOVE_COLUMN: {
		auto &remove = info.Cast<duckdb::RemoveColumnInfo>();
		return DropColumn(table, {remove.removed_column}, remove.if_column_exists);
	}
	case AlterTableType::REMOVE_FIELD: {
		auto &remove = info.Cast<duckdb::RemoveFieldInfo>();
		return DropColumn(table, PathOf(remove.column_path), remove.if_column_exists);
	}
	case AlterTableType::RENAME_COLUMN: {
		auto &rename = info.Cast<duckdb::RenameColumnInfo>();
		return RenameColumn(table, {rename.old_name}, rename.new_name);
	}
	case AlterTableType::RENAME_FIELD: {
		auto &rename = info.Cast<duckdb::RenameFieldInfo>();
		return RenameColumn(table, PathOf(rename.column_path), rename.new_name);
	}
	case AlterTableType::SET_NOT_NULL:
		return SetNotNull(context, table, info.Cast<duckdb::SetNotNullInfo>().column_name);
	case AlterTableType::DROP_NOT_NULL:
		return DropNotNull(table, info.Cast<duckdb::DropNotNullInfo>().column_name);
	case AlterTableType::ALTER_COLUMN_TYPE:
		return ChangeType(table, info.Cast<duckdb::ChangeColumnTypeInfo>());
	case AlterTableType::SET_SORTED_BY:
		return SortBy(table, info.Cast<duckdb::SetSortedByInfo>());
	case AlterTableType::SET_PARTITIONED_BY:
		return PartitionBy(table, info.Cast<duckdb::SetPartitionedByInfo>());
	case AlterTableType::SET_DEFAULT:
		return ChangeDefault(table, info.Cast<duckdb::SetDefaultInfo>());
	default:
		Refuse(table, "this change", "See docs/sql.md for those that are");
	}
}

TableChange PlanAlterTable(duckdb::ClientContext &context, const LakeTable &table, duckdb::AlterTableInfo &info) {
	return AtBorder([&] { return PlanAlter(context, table, info); });
}

bool AddsValues(const LakeTable &table, const duckdb::AlterTableInfo &info) {
	if (info.alter_table_type != AlterTableType::ADD_COLUMN || table.GetSnapshot()->files.LiveCount() == 0) {
		return false;
	}
	auto &column = info.Cast<duckdb::AddColumnInfo>().new_column;
	return column.HasDefaultValue() && !IsNull(column.DefaultValue());
}

bool DependsOnRows(const duckdb::AlterTableInfo &info) {
	if (info.alter_table_type == AlterTableType::SET_TABLE_OPTIONS) {
		auto &options = info.Cast<duckdb::SetTableOptionsInfo>().table_options;
		return std::any_of(options.begin(), options.end(), [](auto &option) {
			return HasNamePrefix(option.first, CONSTRAINT_PREFIX) || SameName(option.first, ROW_TRACKING_PROPERTY);
		});
	}
	if (info.alter_table_type == AlterTableType::ADD_COLUMN) {
		return info.Cast<duckdb::AddColumnInfo>().new_column.HasDefaultValue();
	}
	return info.alter_table_type == AlterTableType::SET_NOT_NULL ||
	       info.alter_table_type == AlterTableType::SET_PARTITIONED_BY;
}

TableChange PlanTableComment(const LakeTable &table, const duckdb::Value &comment) {
	TableChange change;
	change.metadata = ConfigurationOf(table).GetMetadata();
	change.metadata->description = comment.IsNull() ? std::nullopt : std::optional<std::string>(comment.ToString());
	change.operation = "SET TBLPROPERTIES";
	return change;
}

TableChange PlanColumnComment(const LakeTable &table, const std::string &column, const duckdb::Value &comment) {
	TableChange change;
	change.metadata = ConfigurationOf(table).GetMetadata();
	auto schema = ConfigurationOf(table).GetSchema();
	auto index = schema.IndexOf(column);
	if (!index) {
		throw duckdb::CatalogException("Table \"%s\" does not have a column with name \"%s\"", table.name, column);
	}
	auto &field = schema.fields[*index];
	if (comment.IsNull()) {
		field.metadata.erase("comment");
	} else {
		field.SetMetadataString("comment", comment.ToString());
	}
	change.metadata->schema_string = WriteSchema(schema);
	change.operation = "CHANGE COLUMN";
	return change;
}

} // namespace merganser
