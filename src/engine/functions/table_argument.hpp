#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "log/snapshot.hpp"

namespace merganser {

struct NamedTable {
	SnapshotPtr snapshot;
	//! As a query names it, quoted where needed; the folder as it was given for one without ATTACH.
	std::string name;
	//! The attached database that it is in; nullptr for the folder of a table.
	duckdb::optional_ptr<duckdb::Catalog> catalog;
};

//! The table that a function's first argument names: `lake.schema.table`, `schema.table` or `table` as in a query, else
//! the folder of a table. As the current transaction sees it. Throws CatalogException when there is neither.
NamedTable ResolveTable(duckdb::ClientContext &context, const std::string &function_name,
                        const duckdb::Value &argument);
//! For a function that changes the table: the statement becomes one that writes to the table's database. Throws
//! BinderException where the argument is the folder of a table that is not in an attached database.
NamedTable ResolveChangedTable(duckdb::ClientContext &context, const std::string &function_name,
                               duckdb::TableFunctionBindInput &input);

//! Where a function makes a table.
struct NewTable {
	TableLocation location;
	duckdb::optional_ptr<duckdb::Catalog> catalog;
};
//! The table that an argument names as CREATE TABLE would; the statement becomes one that writes to its database.
//! Throws as LakeSchema::LocateNew, and BinderException where it names no attached folder.
NewTable ResolveNewTable(duckdb::ClientContext &context, const std::string &function_name,
                         duckdb::TableFunctionBindInput &input, const duckdb::Value &argument);

} // namespace merganser
