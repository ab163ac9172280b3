#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! DuckDB's statements with clauses of Spark's:
//!   ALTER TABLE [IF EXISTS] table CLUSTER BY (column, …) | NONE
//!   CREATE TABLE … [USING DELTA] [CLUSTER BY (column, …)] [TBLPROPERTIES (…)] [AS query]
//!     with USING DELTA or CLUSTER BY; columns may be GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(…)] then, which
//!     DuckDB's own parser refuses behind its grammar.
//! nullptr for any other text. Throws INVALID_INPUT, saying how the statement is spelled, for one that goes wrong,
//! UNSUPPORTED for ALTER TABLE … SYNC IDENTITY.
duckdb::shared_ptr<LateStatement> ParseTableStatement(const std::string &text);

} // namespace merganser
