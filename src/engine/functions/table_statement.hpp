#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! DuckDB's statements with clauses of Spark's: those of ParseAlterStatement, and
//!   CREATE TABLE … [USING DELTA] [CLUSTER BY (column, …)] [TBLPROPERTIES (…)] [AS query]
//!     with USING DELTA or CLUSTER BY, or with columns GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(…)]
//! nullptr for any other text, so for all that DuckDB's own parser takes. Constraints and identity columns pass its
//! grammar and are refused behind it. Throws INVALID_INPUT, saying how the statement is spelled, for one that goes
//! wrong, and as ParseAlterStatement.
duckdb::shared_ptr<LateStatement> ParseTableStatement(const std::string &text);

} // namespace merganser
