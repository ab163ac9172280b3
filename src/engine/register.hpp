#pragma once

#include "duckdb.hpp"

namespace merganser {

//! Registers everything that Merganser adds to a database instance: the storage extension `merganser` (ATTACH … (TYPE
//! merganser)), table functions and settings. Calling it twice on one instance is no error.
void RegisterMerganser(duckdb::DatabaseInstance &db);

//! Connection::ExtractStatements, which also takes what DuckDB's parser refuses behind its grammar: ALTER TABLE … ADD |
//! DROP CONSTRAINT and identity columns. `text`: one statement. Throws ParserException.
duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> ExtractStatements(duckdb::Connection &connection,
                                                                           const std::string &text);

} // namespace merganser
