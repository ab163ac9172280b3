#include "engine/functions/refused_statement.hpp"

#include "base/error.hpp"
#include "duckdb/common/exception/parser_exception.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/parser.hpp"
#include "engine/functions/spark_statement.hpp"
#include "engine/functions/table_statement.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

namespace {

bool HasWord(const std::string &text, std::string_view word) {
	const auto at = std::search(text.begin(), text.end(), word.begin(), word.end(),
	                            [](char a, char b) { return duckdb::StringUtil::CharacterToLower(a) == b; });
	return at != text.end();
}

bool MayBeRefused(const std::string &text) {
	return HasWord(text, "constraint") || HasWord(text, "identity");
}

std::vector<std::string> SplitQuery(const std::string &query) {
	std::vector<std::string> parts;
	size_t begin = 0;
	for (const auto &token : duckdb::Parser::Tokenize(query)) {
		if (token.type == duckdb::SimplifiedTokenType::SIMPLIFIED_TOKEN_OPERATOR && query[token.start] == ';') {
			parts.push_back(query.substr(begin, token.start - begin));
			begin = token.start + 1;
		}
	}
	parts.push_back(query.substr(begin));
	return parts;
}

} // namespace

duckdb::unique_ptr<duckdb::SQLStatement> ReadRefusedStatement(const std::string &text) {
	if (!MayBeRefused(text)) {
		return nullptr;
	}
	try {
		auto statement = ParseTableStatement(text);
		return statement ? MakeExtensionStatement(std::move(statement), text) : nullptr;
	} catch (const Error &error) {
		throw duckdb::ParserException::SyntaxError(text, error.what(), duckdb::optional_idx());
	}
}

duckdb::ParserOverrideResult OverrideParser(duckdb::ParserExtensionInfo *, const std::string &query,
                                            duckdb::ParserOptions &options) {
	if (!MayBeRefused(query)) {
		return duckdb::ParserOverrideResult();
	}
	const auto parts = SplitQuery(query);
	std::vector<duckdb::unique_ptr<duckdb::SQLStatement>> ours;
	for (const auto &part : parts) {
		ours.push_back(ReadRefusedStatement(part));
	}
	if (std::none_of(ours.begin(), ours.end(), [](const auto &statement) { return statement != nullptr; })) {
		return duckdb::ParserOverrideResult();
	}
	auto own_parser = options;
	own_parser.parser_override_setting = duckdb::AllowParserOverride::DEFAULT_OVERRIDE;
	duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> statements;
	for (size_t i = 0; i < parts.size(); i++) {
		if (ours[i]) {
			statements.push_back(std::move(ours[i]));
			continue;
		}
		duckdb::Parser parser(own_parser);
		parser.ParseQuery(parts[i]);
		for (auto &statement : parser.statements) {
			statements.push_back(std::move(statement));
		}
	}
	return duckdb::ParserOverrideResult(std::move(statements));
}

} // namespace merganser
