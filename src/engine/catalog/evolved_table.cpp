#include "engine/catalog/evolved_table.hpp"

#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "engine/catalog/table_clauses.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_transaction.hpp"
#include "log/clustered_by.hpp"

#include <utility>

namespace merganser {

//! Of the transaction's entries.
static std::string KeyOf(const std::string &name) {
	return "evolved:" + name;
}

AlteredFrom AlteredFromOf(const LakeTable &table) {
	return {*table.GetSnapshot()->configuration, ClusteringColumnsOf(*table.GetSnapshot()), NewUuid};
}

std::string KeepEvolvedTable(duckdb::ClientContext &context, LakeTable &table, TableChange evolution) {
	TableVersion version;
	version.snapshot = AtBorder([&] {
		LogFile uncommitted;
		uncommitted.version = table.GetSnapshot()->version + 1;
		uncommitted.path = table.Location().CommitPath(uncommitted.version);
		return AdvanceSnapshot(table.GetSnapshot(), ActionsOf(evolution), uncommitted);
	});
	version.evolution = std::make_shared<const TableChange>(std::move(evolution));
	// No folder's name has a slash; the snapshot lives as long as the entry, so that its address is unique.
	auto name = table.name + "/" + std::to_string(reinterpret_cast<uintptr_t>(version.snapshot.get()));
	auto info = TableInfoOf(table.schema, table.name, *version.snapshot);
	LakeTransaction::Get(context, table.catalog)
	    .KeepEntry(KeyOf(name), duckdb::make_uniq<LakeTable>(table.catalog, table.schema, *info, std::move(version)));
	return name;
}

duckdb::optional_ptr<duckdb::CatalogEntry> FindEvolvedTable(duckdb::ClientContext &context, duckdb::Catalog &catalog,
                                                            const std::string &name) {
	return LakeTransaction::Get(context, catalog).FindEntry(KeyOf(name));
}

} // namespace merganser
