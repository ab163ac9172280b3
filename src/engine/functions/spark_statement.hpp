#pragma once

#include "duckdb.hpp"
#include "engine/functions/late_statement.hpp"

#include <optional>
#include <string>

namespace merganser {

//! The call of a table function that a statement stands for.
struct FunctionCall {
	std::string function;
	duckdb::vector<duckdb::Value> arguments;
	duckdb::named_parameter_map_t named;
};

//! Statements as Spark spells them, which DuckDB's grammar rejects:
//!   OPTIMIZE table [WHERE condition] [ZORDER BY (column, …)]
//!   VACUUM table [LITE | FULL] [RETAIN n HOURS] [DRY RUN]
//!   RESTORE [TABLE] table TO VERSION AS OF n | TIMESTAMP AS OF 'text'
//!   CREATE TABLE [IF NOT EXISTS] table SHALLOW CLONE source [VERSION AS OF n | TIMESTAMP AS OF 'text']
//!   DESCRIBE | DESC HISTORY table [LIMIT n]
//!   DESCRIBE | DESC DETAIL table
//!   CONVERT TO DELTA parquet.`folder` [PARTITIONED BY (column type, …)]
//! A table is named as in a query, in Spark's backticks, or as delta.`folder`. nullopt for text that begins otherwise.
//! Throws INVALID_INPUT, saying how the statement is spelled, for one of these that goes wrong.
std::optional<FunctionCall> ParseSparkStatement(const std::string &text);

//! As DuckDB's parser would have made it of the text.
duckdb::unique_ptr<duckdb::SQLStatement> MakeExtensionStatement(duckdb::shared_ptr<LateStatement> statement,
                                                                const std::string &text);

//! Lets DuckDB take these statements, and those of ParseReplaceWhere, ParseTableStatement and OverrideParser.
void RegisterSparkStatements(duckdb::DatabaseInstance &db);

} // namespace merganser
