#include "engine/register.hpp"

#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/storage/storage_extension.hpp"
#include "engine/catalog/added_values.hpp"
#include "engine/catalog/identity_clause.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "engine/catalog/listing_needs.hpp"
#include "engine/catalog/property_defaults.hpp"
#include "engine/catalog/merge_keys.hpp"
#include "engine/functions/late_statement.hpp"
#include "engine/functions/refused_statement.hpp"
#include "engine/functions/schema_evolution.hpp"
#include "engine/functions/spark_statement.hpp"
#include "engine/functions/table_functions.hpp"
#include "engine/maintain/automatic_maintenance.hpp"
#include "engine/maintain/optimize_run.hpp"
#include "engine/maintain/table_vacuum.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/isolation_level.hpp"
#include "engine/session/snapshot_cache_size.hpp"
#include "engine/session/statement_commit.hpp"
#include "engine/session/table_upkeep.hpp"
#include "engine/session/unchanged_commit.hpp"
#include "engine/write/patch_choice.hpp"
#include "engine/write/partition_writer.hpp"

namespace merganser {

void RegisterMerganser(duckdb::DatabaseInstance &db) {
	auto &config = duckdb::DBConfig::GetConfig(db);
	if (duckdb::StorageExtension::Find(config, LAKE_TYPE)) {
		return;
	}
	duckdb::StorageExtension::Register(config, LAKE_TYPE, MakeLakeStorage());
	ListingNeeds::Register(db);
	RegisterPropertyDefaults(db);
	RegisterSchemaEvolution(db);
	RegisterLateStatements(db);
	RegisterAddedValues(db);
	RegisterMergeKeys(db);
	RegisterStatementCommit(db);
	RegisterIsolationLevel(db);
	RegisterUnchangedCommit(db);
	RegisterSnapshotCacheSize(db);
	RegisterPatchChoice(db);
	RegisterRowGroupSize(db);
	RegisterCheckpointPartSize(db);
	RegisterSparkStatements(db);
	RegisterOptimize(db);
	RegisterVacuumSettings(db);
	// Behind the commit of statements.
	RegisterAutomaticMaintenance(db);
	duckdb::ExtensionLoader loader(db, LAKE_TYPE);
	loader.RegisterFunction(MakeReadDelta());
	loader.RegisterFunction(MakeScanStub());
	loader.RegisterFunction(MakeIdentityFunctions());
	RegisterTableFunctions(loader);
}

duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> ExtractStatements(duckdb::Connection &connection,
                                                                           const std::string &text) {
	auto refused = ReadRefusedStatement(text);
	if (!refused) {
		return connection.ExtractStatements(text);
	}
	duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> statements;
	statements.push_back(std::move(refused));
	return statements;
}

} // namespace merganser
