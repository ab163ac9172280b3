#pragma once

#include "engine/functions/late_statement.hpp"

#include <string>

namespace merganser {

//! Stands for a statement of DuckDB's that says the same.
class PlainStatement : public LateStatement {
public:
	//! `created_by`: the columns of a table that is created, as ParseColumnList reads them.
	explicit PlainStatement(std::string text, std::string created_by = std::string());

	duckdb::BoundStatement Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const override;

private:
	void AddOption(duckdb::SQLStatement &statement) const;

	const std::string text;
	const std::string created_by;
};

} // namespace merganser
