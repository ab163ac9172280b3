#pragma once

#include "duckdb.hpp"
#include "engine/catalog/lake_table.hpp"
#include "protocol/altered_table.hpp"
#include "txn/table_change.hpp"

#include <string>

namespace merganser {

//! The table as an edit of its schema begins with it. Requires: the entry outlives the result.
AlteredFrom AlteredFromOf(const LakeTable &table);

//! Makes an entry of the table with `evolution` (protocol, metadata) on top, for the one statement that will stage it
//! with its rows, and returns the name by which that statement finds it in the table's schema: one that no table can
//! have. Whatever else the statement reads still sees the table as it is. The entry lives as long as the transaction;
//! nothing is staged.
std::string KeepEvolvedTable(duckdb::ClientContext &context, LakeTable &table, TableChange evolution);

//! nullptr where KeepEvolvedTable has not given out the name in this transaction.
duckdb::optional_ptr<duckdb::CatalogEntry> FindEvolvedTable(duckdb::ClientContext &context, duckdb::Catalog &catalog,
                                                            const std::string &name);

} // namespace merganser
