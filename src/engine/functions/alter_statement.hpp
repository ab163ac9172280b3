#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"
#include "engine/functions/statement_reader.hpp"

#include <string>
#include <vector>

namespace merganser {

//! Clauses of Spark's behind ALTER TABLE [IF EXISTS] table:
//!   CLUSTER BY (column, …) | NONE
//!   ADD CONSTRAINT name CHECK (condition) | DROP CONSTRAINT [IF EXISTS] name
//! nullptr for any other text, keys among it. Throws INVALID_INPUT, saying how the statement is spelled, for one that
//! goes wrong, UNSUPPORTED for SYNC IDENTITY. `tokens`: of the text, which begins with ALTER.
duckdb::shared_ptr<LateStatement> ParseAlterStatement(const std::string &text, std::vector<Token> tokens);

} // namespace merganser
