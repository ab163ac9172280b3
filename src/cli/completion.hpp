#pragma once

#include "cli/line_editor.hpp"

#include <memory>
#include <string>

namespace duckdb {
class Connection;
class DuckDB;
} // namespace duckdb

namespace merganser::cli {

//! Completes keywords, tables, schemas, columns and functions through DuckDB's autocomplete extension. It looks at the
//! catalog over a connection of its own, so that an open transaction of the user neither pins a table nor fails.
class Completion {
public:
	explicit Completion(duckdb::Connection &user_connection);
	~Completion();

	//! `pending` is the part of the statement on earlier lines. Nothing when the catalog cannot be read.
	Completions Complete(const std::string &pending, const std::string &line);

private:
	duckdb::Connection &user;
	std::unique_ptr<duckdb::Connection> own;
};

} // namespace merganser::cli
