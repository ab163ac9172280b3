#include "result_check.hpp"

#include "duckdb.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace merganser::sqllogic {

namespace {

constexpr double FLOATING_TOLERANCE = 1e-12;
constexpr const char *REGEX_MARK = "<REGEX>:";
constexpr const char *NOT_REGEX_MARK = "<!REGEX>:";

std::string Escape(const std::string &text) {
	std::string escaped;
	for (char c : text) {
		switch (c) {
		case '\0':
			escaped += "\\0";
			break;
		case '\n':
			escaped += "\\n";
			break;
		case '\t':
			escaped += "\\t";
			break;
		default:
			escaped += c;
		}
	}
	return escaped;
}

std::string RenderValue(const duckdb::Value &value) {
	if (value.IsNull()) {
		return "NULL";
	}
	const auto text = value.ToString();
	return text.empty() ? "(empty)" : Escape(text);
}

//! By DuckDB's own regular expressions, in which '.' stands for line breaks too.
bool MatchesWholly(const std::string &text, const std::string &pattern) {
	// Never destroyed: at exit DuckDB's thread-local state is gone before statics are.
	static auto &scratch = *new duckdb::DuckDB(nullptr);
	duckdb::Connection connection(scratch);
	const auto *sql = "SELECT regexp_full_match($1, $2, 's')";
	auto result = connection.Query(sql, duckdb::Value(text), duckdb::Value(pattern));
	if (result->HasError()) {
		throw std::runtime_error("not a regular expression: " + pattern + ": " + result->GetError());
	}
	return result->Fetch()->GetValue(0, 0).GetValue<bool>();
}

//! Nothing when the text is no regular expression.
std::optional<bool> TryMatchRegex(const std::string &actual, const std::string &expected) {
	const bool is_negated = expected.rfind(NOT_REGEX_MARK, 0) == 0;
	if (!is_negated && expected.rfind(REGEX_MARK, 0) != 0) {
		return std::nullopt;
	}
	const auto pattern = expected.substr(std::string(is_negated ? NOT_REGEX_MARK : REGEX_MARK).size());
	return MatchesWholly(actual, pattern) != is_negated;
}

bool IsSameNumber(const std::string &left, const std::string &right) {
	char *left_end = nullptr;
	char *right_end = nullptr;
	const double a = std::strtod(left.c_str(), &left_end);
	const double b = std::strtod(right.c_str(), &right_end);
	const bool are_numbers = !left.empty() && !right.empty() && *left_end == '\0' && *right_end == '\0';
	return are_numbers && std::abs(a - b) <= FLOATING_TOLERANCE * std::max(std::abs(a), std::abs(b));
}

bool ValueMatches(const std::string &actual, const std::string &expected, bool is_floating) {
	if (actual == expected) {
		return true;
	}
	if (auto matched = TryMatchRegex(actual, expected)) {
		return *matched;
	}
	return is_floating && IsSameNumber(actual, expected);
}

std::vector<std::string> SplitAtTabs(const std::string &line) {
	std::vector<std::string> values(1);
	for (char c : line) {
		if (c == '\t') {
			values.emplace_back();
		} else {
			values.back() += c;
		}
	}
	return values;
}

//! Lines with one row each, or with one value each. Nothing when they are neither.
std::optional<std::vector<std::vector<std::string>>> TryArrange(const std::vector<std::string> &lines,
                                                                size_t column_count) {
	std::vector<std::vector<std::string>> rows;
	if (column_count == 1) {
		for (const auto &line : lines) {
			rows.push_back({line});
		}
		return rows;
	}
	for (const auto &line : lines) {
		rows.push_back(SplitAtTabs(line));
	}
	const auto has_all_columns = [&](const auto &row) {
		return row.size() == column_count;
	};
	if (std::all_of(rows.begin(), rows.end(), has_all_columns)) {
		return rows;
	}
	const bool has_tabs = std::any_of(rows.begin(), rows.end(), [](const auto &row) { return row.size() > 1; });
	if (has_tabs || lines.size() % column_count != 0) {
		return std::nullopt;
	}
	rows.clear();
	for (size_t i = 0; i < lines.size(); i += column_count) {
		rows.emplace_back(lines.begin() + i, lines.begin() + i + column_count);
	}
	return rows;
}

} // namespace

ResultRows RenderRows(duckdb::MaterializedQueryResult &result) {
	ResultRows rendered;
	for (const auto &type : result.types) {
		rendered.is_floating.push_back(type.IsFloating());
	}
	while (auto chunk = result.Fetch()) {
		for (duckdb::idx_t row = 0; row < chunk->size(); row++) {
			auto &values = rendered.rows.emplace_back();
			for (duckdb::idx_t column = 0; column < chunk->ColumnCount(); column++) {
				values.push_back(RenderValue(chunk->GetValue(column, row)));
			}
		}
	}
	return rendered;
}

void SortRows(ResultRows &result, SortMode mode) {
	if (mode == SortMode::VALUES) {
		std::vector<std::vector<std::string>> values;
		for (auto &row : result.rows) {
			for (auto &value : row) {
				values.push_back({std::move(value)});
			}
		}
		result.rows = std::move(values);
		const auto &columns = result.is_floating;
		const bool is_floating = std::find(columns.begin(), columns.end(), false) == columns.end();
		result.is_floating = {is_floating};
	}
	if (mode != SortMode::NONE) {
		std::sort(result.rows.begin(), result.rows.end());
	}
}

std::optional<std::string> TryFindDifference(const ResultRows &actual, const Command &query,
                                             const std::vector<std::string> &expected) {
	auto arranged = TryArrange(expected, query.column_count);
	if (!arranged) {
		return "the expected lines are neither rows of " + std::to_string(query.column_count) +
		       " tab separated values nor single values";
	}
	ResultRows wanted {*arranged, {}};
	SortRows(wanted, query.sort_mode);
	if (wanted.rows.size() != actual.rows.size()) {
		return "expected " + std::to_string(wanted.rows.size()) + " rows, got " + std::to_string(actual.rows.size());
	}
	for (size_t row = 0; row < wanted.rows.size(); row++) {
		for (size_t column = 0; column < wanted.rows[row].size(); column++) {
			if (!ValueMatches(actual.rows[row][column], wanted.rows[row][column], actual.is_floating[column])) {
				return "wrong value in row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1) +
				       ": expected '" + wanted.rows[row][column] + "', got '" + actual.rows[row][column] + "'";
			}
		}
	}
	return std::nullopt;
}

bool ErrorMatches(const std::string &actual, const std::string &expected) {
	if (auto matched = TryMatchRegex(actual, expected)) {
		return *matched;
	}
	return actual.find(expected) != std::string::npos;
}

} // namespace merganser::sqllogic
