#include "engine/catalog/lake_catalog.hpp"

#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/drop_info.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "duckdb/storage/database_size.hpp"
#include "engine/catalog/lake_schema.hpp"
#include "engine/catalog/schema_drop.hpp"
#include "engine/port/error_border.hpp"

namespace merganser {

LakeCatalog::LakeCatalog(duckdb::AttachedDatabase &db, LakeLayout layout, AttachSettings settings)
    : Catalog(db), layout(std::move(layout)), settings(std::move(settings)) {
	if (this->layout.Kind() == LakeLayoutKind::TABLE) {
		// `SELECT * FROM lake` reads the one table.
		SetDefaultTable(this->layout.DefaultSchema(), this->layout.FolderNames(this->layout.DefaultSchema()).front());
	}
}

LakeCatalog::~LakeCatalog() = default;

void LakeCatalog::Initialize(bool load_builtin) {
	(void)load_builtin;
}

LakeSchema &LakeCatalog::SchemaEntry(const std::string &name) {
	std::lock_guard<std::mutex> guard(lock);
	auto &entry = schemas[name];
	if (!entry) {
		duckdb::CreateSchemaInfo info;
		info.schema = name;
		entry = std::make_unique<LakeSchema>(*this, info);
	}
	return *entry;
}

void LakeCatalog::CheckHasSchemas(const std::string &statement) const {
	if (layout.Kind() == LakeLayoutKind::DATABASE) {
		return;
	}
	throw duckdb::BinderException(
	    "%s: \"%s\" is attached as one %s, so it has no further schemas. Attach its parent folder instead", statement,
	    layout.Root().name, layout.Kind() == LakeLayoutKind::SCHEMA ? "schema (its children are tables)" : "table");
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeCatalog::CreateSchema(duckdb::CatalogTransaction transaction,
                                                                     duckdb::CreateSchemaInfo &info) {
	(void)transaction;
	CheckHasSchemas("CREATE SCHEMA");
	if (info.on_conflict == duckdb::OnCreateConflict::REPLACE_ON_CONFLICT) {
		throw duckdb::NotImplementedException(
		    "CREATE OR REPLACE SCHEMA \"%s\" is not supported: use DROP SCHEMA \"%s\" CASCADE, then CREATE SCHEMA",
		    info.schema, info.schema);
	}
	return AtBorder([&]() -> duckdb::optional_ptr<duckdb::CatalogEntry> {
		LakeLayout::CheckName("schema", info.schema);
		auto existing = layout.FindSchema(info.schema);
		if (existing && info.on_conflict == duckdb::OnCreateConflict::ERROR_ON_CONFLICT &&
		    !(duckdb::StringUtil::CIEquals(*existing, layout.DefaultSchema()))) {
			throw duckdb::CatalogException("Schema with name \"%s\" already exists!", *existing);
		}
		auto name = existing ? *existing : info.schema;
		layout.Root().store->CreateFolder(layout.SchemaFolder(name));
		return &SchemaEntry(name);
	});
}

void LakeCatalog::DropSchema(duckdb::ClientContext &context, duckdb::DropInfo &info) {
	CheckHasSchemas("DROP SCHEMA");
	auto existing = AtBorder([&] { return layout.FindSchema(info.name); });
	if (!existing) {
		if (info.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
			return;
		}
		throw duckdb::CatalogException("Schema with name \"%s\" does not exist!", info.name);
	}
	DropLakeSchema(context, SchemaEntry(*existing), info.cascade);
}

duckdb::optional_ptr<duckdb::SchemaCatalogEntry> LakeCatalog::LookupSchema(duckdb::CatalogTransaction transaction,
                                                                           const duckdb::EntryLookupInfo &lookup,
                                                                           duckdb::OnEntryNotFound if_not_found) {
	(void)transaction;
	auto &name = lookup.GetEntryName();
	if (duckdb::StringUtil::CIEquals(name, layout.DefaultSchema())) {
		return &SchemaEntry(layout.DefaultSchema());
	}
	auto existing = layout.Kind() == LakeLayoutKind::DATABASE && !name.empty()
	                    ? AtBorder([&] { return layout.FindSchema(name); })
	                    : std::nullopt;
	if (existing) {
		return &SchemaEntry(*existing);
	}
	if (if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
		return nullptr;
	}
	throw duckdb::CatalogException(lookup.GetErrorContext(), "Schema with name \"%s\" does not exist!", name);
}

void LakeCatalog::ScanSchemas(duckdb::ClientContext &context,
                              std::function<void(duckdb::SchemaCatalogEntry &)> callback) {
	(void)context;
	for (auto &name : AtBorder([&] { return layout.SchemaNames(); })) {
		callback(SchemaEntry(name));
	}
}

duckdb::CatalogLookupBehavior LakeCatalog::CatalogTypeLookupRule(duckdb::CatalogType type) const {
	switch (type) {
	case duckdb::CatalogType::TABLE_ENTRY:
	case duckdb::CatalogType::VIEW_ENTRY:
	case duckdb::CatalogType::SCHEMA_ENTRY:
		return duckdb::CatalogLookupBehavior::STANDARD;
	default:
		return duckdb::CatalogLookupBehavior::NEVER_LOOKUP;
	}
}

duckdb::ErrorData LakeCatalog::SupportsCreateTable(duckdb::BoundCreateTableInfo &info) {
	(void)info;
	return duckdb::ErrorData();
}

duckdb::unique_ptr<duckdb::LogicalOperator>
LakeCatalog::BindCreateIndex(duckdb::Binder &binder, duckdb::CreateStatement &stmt, duckdb::TableCatalogEntry &table,
                             duckdb::unique_ptr<duckdb::LogicalOperator> plan) {
	(void)binder;
	(void)stmt;
	(void)plan;
	throw duckdb::NotImplementedException(
	    "CREATE INDEX on \"%s\": Delta tables have no indexes; use SORTED BY, PARTITIONED BY", table.name);
}

duckdb::DatabaseSize LakeCatalog::GetDatabaseSize(duckdb::ClientContext &context) {
	(void)context;
	return duckdb::DatabaseSize();
}

} // namespace merganser
