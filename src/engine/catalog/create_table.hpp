#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

namespace merganser {

//! What CREATE TABLE [AS query] says, as a change: protocol, metadata, operation. `replaced`: the live table of CREATE
//! OR REPLACE (its id, history and protocol are kept; its files are NOT yet removed here), nullptr for a new one.
//! Throws NotImplementedException naming what a Delta table cannot have (PRIMARY KEY, expressions without a
//! translation, …), BinderException for unknown columns and properties.
TableChange PlanCreateTable(duckdb::ClientContext &context, const LakeCatalog &lake, duckdb::BoundCreateTableInfo &info,
                            const SnapshotPtr &replaced, bool as_query);

} // namespace merganser
