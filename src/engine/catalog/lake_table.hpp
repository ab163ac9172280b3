#pragma once

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <memory>

namespace merganser {

//! What an entry shows of a table.
struct TableVersion {
	SnapshotPtr snapshot;
	//! Made by AT (…), read-only and no part of the read set.
	bool time_travel = false;
	//! Protocol and metadata that the snapshot has and the transaction has not: the statement that is bound to this
	//! entry stages them with its rows.
	std::shared_ptr<const TableChange> evolution {};
};

//! One version of one table as a catalog entry. Owned by the transaction that looked it up; immutable.
class LakeTable : public duckdb::TableCatalogEntry {
public:
	LakeTable(duckdb::Catalog &catalog, duckdb::SchemaCatalogEntry &schema, duckdb::CreateTableInfo &info,
	          TableVersion version);

	const SnapshotPtr &GetSnapshot() const {
		return version.snapshot;
	}
	const TableLocation &Location() const {
		return version.snapshot->location;
	}
	bool IsTimeTravel() const {
		return version.time_travel;
	}
	//! nullptr where the statement changes nothing but rows.
	const std::shared_ptr<const TableChange> &Evolution() const {
		return version.evolution;
	}

	duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(duckdb::ClientContext &context,
	                                                         duckdb::column_t column_id) override;
	duckdb::TableFunction GetScanFunction(duckdb::ClientContext &context,
	                                      duckdb::unique_ptr<duckdb::FunctionData> &bind_data) override;
	duckdb::TableFunction GetScanFunction(duckdb::ClientContext &context,
	                                      duckdb::unique_ptr<duckdb::FunctionData> &bind_data,
	                                      const duckdb::EntryLookupInfo &lookup_info) override;
	duckdb::TableStorageInfo GetStorageInfo(duckdb::ClientContext &context) override;
	duckdb::virtual_column_map_t GetVirtualColumns() const override;
	duckdb::vector<duckdb::column_t> GetRowIdColumns() const override;
	//! Adds the columns that generated ones are made of: an update reads the other columns of a row itself, when it is
	//! known to change.
	void BindUpdateConstraints(duckdb::Binder &binder, duckdb::LogicalGet &get, duckdb::LogicalProjection &proj,
	                           duckdb::LogicalUpdate &update, duckdb::ClientContext &context) override;

private:
	TableVersion version;
};

//! Columns with their default values, NOT NULL and CHECK constraints, comments, partition and sort keys, properties:
//! what DESCRIBE and duckdb_tables() show.
duckdb::unique_ptr<duckdb::CreateTableInfo> TableInfoOf(duckdb::SchemaCatalogEntry &schema, const std::string &name,
                                                        const Snapshot &snapshot);

} // namespace merganser
