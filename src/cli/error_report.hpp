#pragma once

#include "cli/statement_splitter.hpp"

#include <string>

namespace duckdb {
class ErrorData;
} // namespace duckdb

namespace merganser::cli {

//! What a user is told about an error.
struct ErrorReport {
	//! Place in the script; both count from 1, the column in characters. The statement's start when the error knows no
	//! better.
	size_t line = 1;
	size_t column = 1;
	//! With kind, and with the line of the script and a caret when the error has a place in it.
	std::string message;
};

//! Requires: the connection runs with `errors_as_json`, so that the error still has its position.
ErrorReport ReportError(const duckdb::ErrorData &error, const ScriptStatement &statement);

} // namespace merganser::cli
