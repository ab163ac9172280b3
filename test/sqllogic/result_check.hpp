#pragma once

#include "test_script.hpp"

#include <optional>
#include <string>
#include <vector>

namespace duckdb {
class MaterializedQueryResult;
} // namespace duckdb

namespace merganser::sqllogic {

//! A result as text: what the test files hold.
struct ResultRows {
	std::vector<std::vector<std::string>> rows;
	//! Per column: whether numbers may be spelt differently.
	std::vector<bool> is_floating;
};

//! NULL, (empty) for an empty string; line breaks and tabs as \n and \t; else DuckDB's cast to VARCHAR.
ResultRows RenderRows(duckdb::MaterializedQueryResult &result);

//! Orders the rows, or all values as rows of one column.
void SortRows(ResultRows &result, SortMode mode);

//! Nothing when the rows are as expected, else what is wrong.
std::optional<std::string> TryFindDifference(const ResultRows &actual, const Command &query,
                                             const std::vector<std::string> &expected);

//! `expected` is contained in `actual`, or matches it as <REGEX>: or <!REGEX>:.
bool ErrorMatches(const std::string &actual, const std::string &expected);

} // namespace merganser::sqllogic
