#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/changed_table.hpp"
#include "engine/write/write_spec.hpp"

#include <vector>

namespace merganser {

//! The plan of INSERT: a sink that writes data files through the file sink and stages one TableChange in the
//! transaction when all rows are in. `returning`: emit the inserted rows instead of their count.
struct InsertPlan {
	ChangedTable table;
	bool returning = false;
	//! By field: the statement names the column. Empty: it gives all.
	std::vector<bool> given {};
};
duckdb::PhysicalOperator &PlanLakeInsert(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                         const InsertPlan &insert, duckdb::LogicalOperator &op,
                                         duckdb::PhysicalOperator &child);

//! CREATE TABLE AS: creation (protocol, metadata) and the rows are one change. `create` has everything but the files;
//! the table does not exist before the commit. The child's rows are cast to the table's types.
struct CreateAsPlan {
	duckdb::Catalog &catalog;
	TableLocation location;
	//! protocol, metadata, operation; for OR REPLACE also the removes of the old files are added when it is staged.
	TableChange create;
	bool or_replace = false;
};
duckdb::PhysicalOperator &PlanLakeCreateAs(duckdb::ClientContext &context, duckdb::PhysicalPlanGenerator &planner,
                                           const CreateAsPlan &create, duckdb::LogicalOperator &op,
                                           duckdb::PhysicalOperator &child);

} // namespace merganser
