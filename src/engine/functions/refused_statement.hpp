#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parser_extension.hpp"

#include <string>

namespace merganser {

//! Statements that pass DuckDB's grammar and are refused behind it, so that a parse function never sees them:
//!   ALTER TABLE … ADD CONSTRAINT name CHECK (condition) | DROP CONSTRAINT [IF EXISTS] name
//!   CREATE TABLE … with columns GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(…)]
//! nullptr for any other text. `text`: one statement. Throws ParserException for one of these that goes wrong.
duckdb::unique_ptr<duckdb::SQLStatement> ReadRefusedStatement(const std::string &text);

//! The same for DuckDB, which asks before its own parser where the setting `allow_parser_override_extension` is
//! `fallback` or `strict`. Leaves to that parser whatever has none of these.
duckdb::ParserOverrideResult OverrideParser(duckdb::ParserExtensionInfo *info, const std::string &query,
                                            duckdb::ParserOptions &options);

} // namespace merganser
