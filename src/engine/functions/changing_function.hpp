#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "engine/functions/row_function.hpp"
#include "engine/maintain/work_progress.hpp"

namespace merganser {

//! What a table function that changes a lake was bound to. Bind changes nothing, as a statement can be bound and not
//! executed (PREPARE, EXPLAIN).
struct ChangingCall : public duckdb::TableFunctionData {
	//! Called once for each execution, within the statement's transaction; the rows are the result.
	virtual std::vector<duckdb::vector<duckdb::Value>> Run(duckdb::ClientContext &context,
	                                                       WorkProgress &progress) const = 0;
	bool SupportStatementCache() const override {
		return false;
	}
};

//! `bind` returns a ChangingCall and names the columns.
duckdb::TableFunction MakeChangingFunction(const std::string &name, duckdb::vector<duckdb::LogicalType> arguments,
                                           duckdb::table_function_bind_t bind);

} // namespace merganser
