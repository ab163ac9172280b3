#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! ALTER TABLE [IF EXISTS] table CLUSTER BY (column, …) | NONE, and CREATE TABLE … CLUSTER BY (column, …) [AS query].
//! nullptr for any other text. Throws INVALID_INPUT, saying how the statement is spelled, for one that goes wrong.
duckdb::shared_ptr<LateStatement> ParseClusterBy(const std::string &text);

} // namespace merganser
