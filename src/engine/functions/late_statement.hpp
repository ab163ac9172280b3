#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/parser/parser_extension.hpp"
#include "duckdb/planner/binder.hpp"

namespace merganser {

//! A statement that a parser extension has read and that is not the call of a table function. DuckDB makes a scan of
//! whatever a parser extension plans; the hook behind the binder puts the statement's own plan in the place of that.
struct LateStatement : public duckdb::TableFunctionInfo {
	//! May be called more than once. Has no side effect but on the binder.
	virtual duckdb::BoundStatement Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const = 0;
};

//! What a parser extension returns as its plan.
duckdb::ParserExtensionPlanResult PlanLateStatement(duckdb::shared_ptr<LateStatement> statement);

//! Registers the hook. Requires: before other hooks behind the binder that look at the plan.
void RegisterLateStatements(duckdb::DatabaseInstance &db);

} // namespace merganser
