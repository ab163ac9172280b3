#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! Clauses of Spark's behind ALTER TABLE [IF EXISTS] table:
//!   CLUSTER BY (column, …) | NONE
//!   ADD CONSTRAINT name CHECK (condition) | DROP CONSTRAINT [IF EXISTS] name
//! nullptr for any other text, keys among it. Throws INVALID_INPUT, saying how the statement is spelled, for one that
//! goes wrong, UNSUPPORTED for SYNC IDENTITY.
duckdb::shared_ptr<LateStatement> ParseAlterStatement(const std::string &text);

} // namespace merganser
