#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/sql_statement.hpp"

namespace merganser {

//! The statement that is being planned, parsed anew: the binder uses up the one that it is given. What PREPARE and
//! EXECUTE stand for in place of them; so EXPLAIN, unless `keep_explain`. `planned`: the one that the planner has,
//! where it is known. nullptr where the text is not known: of a statement that a client only prepares, and of one that
//! was never a text.
duckdb::unique_ptr<duckdb::SQLStatement> ParsePlannedStatement(duckdb::ClientContext &context,
                                                               duckdb::optional_ptr<duckdb::SQLStatement> planned,
                                                               bool keep_explain);

} // namespace merganser
