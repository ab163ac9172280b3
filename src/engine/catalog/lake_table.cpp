#include "engine/catalog/lake_table.hpp"

#include "base/error.hpp"
#include "duckdb/parser/constraints/check_constraint.hpp"
#include "duckdb/parser/constraints/not_null_constraint.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/planner/operator/logical_update.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/table_storage_info.hpp"
#include "engine/catalog/listing_needs.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/expression_to_duckdb.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/file_bounds.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/session/lake_transaction.hpp"
#include "protocol/column_default.hpp"
#include "protocol/generated_columns.hpp"
#include "protocol/row_rules.hpp"

namespace merganser {

LakeTable::LakeTable(duckdb::Catalog &catalog, duckdb::SchemaCatalogEntry &schema, duckdb::CreateTableInfo &info,
                     TableVersion version_p)
    : TableCatalogEntry(catalog, schema, info), version(std::move(version_p)) {
}

duckdb::unique_ptr<duckdb::BaseStatistics> LakeTable::GetStatistics(duckdb::ClientContext &context,
                                                                    duckdb::column_t column_id) {
	(void)context;
	(void)column_id;
	return nullptr;
}

duckdb::TableFunction LakeTable::GetScanFunction(duckdb::ClientContext &context,
                                                 duckdb::unique_ptr<duckdb::FunctionData> &bind_data) {
	ScanTarget target;
	target.snapshot = version.snapshot;
	target.display_name = Location().name;
	target.entry = this;
	if (!version.time_travel) {
		target.record = std::make_shared<ScanRecord>();
		LakeTransaction::Get(context, catalog).RegisterScan(Location(), target.record);
	}
	return MakeLakeScan(context, std::move(target), bind_data);
}

duckdb::TableFunction LakeTable::GetScanFunction(duckdb::ClientContext &context,
                                                 duckdb::unique_ptr<duckdb::FunctionData> &bind_data,
                                                 const duckdb::EntryLookupInfo &lookup_info) {
	// AT (…) was resolved when the entry was looked up: its snapshot is that version.
	(void)lookup_info;
	return GetScanFunction(context, bind_data);
}

duckdb::TableStorageInfo LakeTable::GetStorageInfo(duckdb::ClientContext &context) {
	duckdb::TableStorageInfo info;
	// Entries of listings that show names only have no configuration: their table was not opened.
	auto &snapshot = version.snapshot;
	bool is_asked = snapshot->configuration && ListingNeeds::NeedsRecordCounts(context);
	auto records = is_asked ? AtBorder([&] { return FileBounds(snapshot).LiveRows(); }) : std::nullopt;
	if (records) {
		info.cardinality = duckdb::idx_t(*records);
	}
	return info;
}

duckdb::virtual_column_map_t LakeTable::GetVirtualColumns() const {
	return LakeVirtualColumns();
}

duckdb::vector<duckdb::column_t> LakeTable::GetRowIdColumns() const {
	return LakeRowIdColumns();
}

void LakeTable::BindUpdateConstraints(duckdb::Binder &, duckdb::LogicalGet &get, duckdb::LogicalProjection &proj,
                                      duckdb::LogicalUpdate &update, duckdb::ClientContext &) {
	AtBorder([&] {
		for (auto &column : GeneratedColumnsOf(version.snapshot->configuration->GetSchema())) {
			duckdb::physical_index_set_t base;
			for (auto field : column.base_fields) {
				base.insert(duckdb::PhysicalIndex(field));
			}
			duckdb::LogicalUpdate::BindExtraColumns(*this, get, proj, update, base);
		}
	});
}

//! A table whose expressions are not understood can be read, and is refused for writing.
static std::optional<SqlExpression> UnderstoodDefault(const StructField &field) {
	try {
		return ColumnDefaultOf(field);
	} catch (const Error &) {
		return std::nullopt;
	}
}

static void AddChecks(const TableConfiguration &configuration, duckdb::CreateTableInfo &info) {
	std::vector<RowRule> rules;
	try {
		rules = RowRulesOf(configuration);
	} catch (const Error &) {
		return;
	}
	for (auto &rule : rules) {
		info.constraints.push_back(
		    duckdb::make_uniq<duckdb::CheckConstraint>(ToDuckDBExpression(rule.condition, ExpressionUse::SHOW)));
	}
}

static void AddColumns(const Schema &schema, duckdb::CreateTableInfo &info) {
	for (size_t i = 0; i < schema.fields.size(); i++) {
		auto &field = schema.fields[i];
		duckdb::ColumnDefinition column(field.name, ToDuckDBType(*field.type));
		if (auto value = UnderstoodDefault(field)) {
			column.SetDefaultValue(ToDuckDBExpression(*value, ExpressionUse::SHOW));
		}
		auto comment = field.MetadataString("comment");
		if (comment) {
			column.SetComment(duckdb::Value(*comment));
		}
		info.columns.AddColumn(std::move(column));
		if (!field.nullable) {
			info.constraints.push_back(duckdb::make_uniq<duckdb::NotNullConstraint>(duckdb::LogicalIndex(i)));
		}
	}
}

duckdb::unique_ptr<duckdb::CreateTableInfo> TableInfoOf(duckdb::SchemaCatalogEntry &schema, const std::string &name,
                                                        const Snapshot &snapshot) {
	auto info = duckdb::make_uniq<duckdb::CreateTableInfo>(schema, name);
	auto &metadata = snapshot.configuration->GetMetadata();
	AtBorder([&] { AddColumns(snapshot.configuration->GetSchema(), *info); });
	AddChecks(*snapshot.configuration, *info);
	for (auto &column : metadata.partition_columns) {
		info->partition_keys.push_back(duckdb::make_uniq<duckdb::ColumnRefExpression>(column));
	}
	for (auto &property : metadata.configuration) {
		info->options[property.first] = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(property.second));
	}
	if (metadata.description && !metadata.description->empty()) {
		info->comment = duckdb::Value(*metadata.description);
	}
	return info;
}

} // namespace merganser
