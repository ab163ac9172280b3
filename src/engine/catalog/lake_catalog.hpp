#pragma once

#include "duckdb.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "engine/catalog/lake_layout.hpp"
#include "engine/port/type_map.hpp"
#include "engine/session/engine_version.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace merganser {

class LakeSchema;

//! What the user said at ATTACH.
struct AttachSettings {
	std::string default_schema;
	bool create_root = true;
	int64_t max_staleness_ms = 0;
	NaiveTimestamps naive_timestamps = NaiveTimestamps::NTZ;
	//! New tables get delta.enableDeletionVectors unless their WITH says otherwise.
	bool deletion_vectors = false;
};

//! One attached folder as a DuckDB catalog. Thin: names to locations, plans to the write room. Thread-safe.
class LakeCatalog : public duckdb::Catalog {
public:
	LakeCatalog(duckdb::AttachedDatabase &db, LakeLayout layout, AttachSettings settings);
	~LakeCatalog() override;

	const LakeLayout &Layout() const {
		return layout;
	}
	const AttachSettings &Settings() const {
		return settings;
	}

	void Initialize(bool load_builtin) override;
	std::string GetCatalogType() override {
		return LAKE_TYPE;
	}
	duckdb::optional_ptr<duckdb::CatalogEntry> CreateSchema(duckdb::CatalogTransaction transaction,
	                                                        duckdb::CreateSchemaInfo &info) override;
	duckdb::optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(duckdb::CatalogTransaction transaction,
	                                                              const duckdb::EntryLookupInfo &lookup,
	                                                              duckdb::OnEntryNotFound if_not_found) override;
	void ScanSchemas(duckdb::ClientContext &context,
	                 std::function<void(duckdb::SchemaCatalogEntry &)> callback) override;
	std::string GetDefaultSchema() const override {
		return layout.DefaultSchema();
	}
	bool SupportsTimeTravel() const override {
		return true;
	}
	//! Functions and types are never ours: without this every function name of every query would be looked up here
	//! after USE.
	duckdb::CatalogLookupBehavior CatalogTypeLookupRule(duckdb::CatalogType type) const override;
	duckdb::ErrorData SupportsCreateTable(duckdb::BoundCreateTableInfo &info) override;

	duckdb::PhysicalOperator &PlanCreateTableAs(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
	                                            duckdb::LogicalCreateTable &op,
	                                            duckdb::PhysicalOperator &plan) override;
	duckdb::PhysicalOperator &PlanInsert(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
	                                     duckdb::LogicalInsert &op,
	                                     duckdb::optional_ptr<duckdb::PhysicalOperator> plan) override;
	duckdb::PhysicalOperator &PlanDelete(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
	                                     duckdb::LogicalDelete &op, duckdb::PhysicalOperator &plan) override;
	duckdb::PhysicalOperator &PlanUpdate(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
	                                     duckdb::LogicalUpdate &op, duckdb::PhysicalOperator &plan) override;
	duckdb::PhysicalOperator &PlanMergeInto(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
	                                        duckdb::LogicalMergeInto &op, duckdb::PhysicalOperator &plan) override;
	duckdb::unique_ptr<duckdb::LogicalOperator>
	BindCreateIndex(duckdb::Binder &binder, duckdb::CreateStatement &stmt, duckdb::TableCatalogEntry &table,
	                duckdb::unique_ptr<duckdb::LogicalOperator> plan) override;

	duckdb::DatabaseSize GetDatabaseSize(duckdb::ClientContext &context) override;
	bool InMemory() override {
		return false;
	}
	std::string GetDBPath() override {
		return layout.Root().name;
	}

private:
	//! Refuses (BinderException) schema changes where the root is a schema or a table.
	void CheckHasSchemas(const std::string &statement) const;
	void DropSchema(duckdb::ClientContext &context, duckdb::DropInfo &info) override;
	LakeSchema &SchemaEntry(const std::string &name);

	LakeLayout layout;
	AttachSettings settings;
	std::mutex lock;
	std::map<std::string, std::unique_ptr<LakeSchema>> schemas;
};

//! ATTACH '<folder>' AS name (TYPE merganser …): the storage extension.
duckdb::shared_ptr<duckdb::StorageExtension> MakeLakeStorage();

} // namespace merganser
