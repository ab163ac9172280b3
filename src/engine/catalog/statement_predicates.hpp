#pragma once

#include "duckdb.hpp"
#include "protocol/actions.hpp"

namespace merganser {

//! What the history says of the DELETE, UPDATE or MERGE that is being planned, as Spark names it: `predicate`, and for
//! MERGE the conditions of its clauses, in DuckDB's SQL. A JSON array each; an empty one means every row. Nothing where
//! the statement's text is not known; a text that is very long is left out.
StringMap PredicatesOfPlanned(duckdb::ClientContext &context);

} // namespace merganser
