#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "engine/catalog/lake_table.hpp"
#include "txn/table_change.hpp"

namespace merganser {

//! What ALTER TABLE says, as a change of metadata and protocol with the name and parameters that Spark gives the
//! operation; empty when the table is like that already, and for IF [NOT] EXISTS that finds nothing to do. SET NOT
//! NULL looks for NULLs, in data files too where the log does not say; a new CHECK constraint reads all rows. Throws
//! NotImplementedException naming what a Delta table or this version cannot, CatalogException for columns that are
//! (not) there, BinderException for names that are no properties, InvalidInputException for what the table does not
//! allow.
TableChange PlanAlterTable(duckdb::ClientContext &context, const LakeTable &table, duckdb::AlterTableInfo &info);

//! True for ADD COLUMN … DEFAULT where the table has rows: they need the value, which is more than the change above.
bool AddsValues(const LakeTable &table, const duckdb::AlterTableInfo &info);

//! True when the change holds only for the files that were there: nobody may add any meanwhile.
bool DependsOnRows(const duckdb::AlterTableInfo &info);

//! COMMENT ON TABLE and COMMENT ON COLUMN.
TableChange PlanTableComment(const LakeTable &table, const duckdb::Value &comment);
TableChange PlanColumnComment(const LakeTable &table, const std::string &column, const duckdb::Value &comment);

} // namespace merganser
