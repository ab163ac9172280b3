#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! [WITH …] INSERT INTO table [BY NAME | (column, …)] REPLACE WHERE condition query: removes the rows that the
//! condition is true for and inserts those of the query, which have to fulfil it too. nullptr for any other text.
//! Throws INVALID_INPUT where no query follows.
duckdb::shared_ptr<LateStatement> ParseReplaceWhere(const std::string &text);

} // namespace merganser
