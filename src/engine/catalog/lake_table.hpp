#pragma once

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "log/snapshot.hpp"

namespace merganser {

//! One version of one table as a catalog entry. Owned by the transaction that looked it up; immutable.
class LakeTable : public duckdb::TableCatalogEntry {
public:
	//! `time_travel`: made by AT (…), read-only and no part of the read set.
	LakeTable(duckdb::Catalog &catalog, duckdb::SchemaCatalogEntry &schema, duckdb::CreateTableInfo &info,
	          SnapshotPtr snapshot, bool time_travel);

	const SnapshotPtr &GetSnapshot() const {
		return snapshot;
	}
	const TableLocation &Location() const {
		return snapshot->location;
	}
	bool IsTimeTravel() const {
		return time_travel;
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
	SnapshotPtr snapshot;
	bool time_travel;
};

//! Columns with their default values, NOT NULL and CHECK constraints, comments, partition and sort keys, properties:
//! what DESCRIBE and duckdb_tables() show.
duckdb::unique_ptr<duckdb::CreateTableInfo> TableInfoOf(duckdb::SchemaCatalogEntry &schema, const std::string &name,
                                                        const Snapshot &snapshot);

} // namespace merganser
