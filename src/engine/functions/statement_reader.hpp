#pragma once

#include "duckdb.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

struct Token {
	enum class Kind { WORD, NAME, TEXT, SYMBOL, END };
	Kind kind = Kind::END;
	//! NAME and TEXT: without their quotes.
	std::string text;
	//! Where it stands in the statement.
	size_t begin = 0;
	size_t end = 0;
};

//! Numbers are words, names may be in Spark's backticks. END is last; nullopt where a quote does not end.
std::optional<std::vector<Token>> SplitStatement(std::string_view text);

//! Reads the tokens of one statement from the first on.
class StatementReader {
public:
	//! Requires: `text` outlives the reader.
	StatementReader(const std::string &text, std::vector<Token> tokens);

protected:
	const Token &Next() const {
		return tokens[next];
	}
	Token Take() {
		return tokens[next + 1 < tokens.size() ? next++ : next];
	}
	//! True when the token `offset` places ahead is this word, in any case.
	bool IsWord(size_t offset, const char *word) const;
	bool IsSymbol(char symbol) const {
		return IsSymbol(0, symbol);
	}
	bool IsSymbol(size_t offset, char symbol) const;
	bool TakeWord(const char *word);
	bool TakeSymbol(char symbol);
	void Expect(const char *word);
	//! Appends the next token and the blanks behind it, a name in backticks as DuckDB quotes it.
	void Pass(std::string &target);
	//! True outside of the brackets that were passed.
	bool IsOutside() const {
		return depth == 0;
	}
	//! A word or a quoted name.
	std::string Name();
	//! Names with dots between them.
	std::vector<std::string> Names();
	//! Columns in brackets, as ParseColumnList reads them.
	std::string ColumnList();
	//! Throws INVALID_INPUT, saying where it went wrong and how the statement is spelled.
	[[noreturn]] void Fail() const;

	const std::string &text;
	//! Of the statement, for messages.
	const char *spelling = "";

private:
	const std::vector<Token> tokens;
	size_t next = 0;
	int64_t depth = 0;
};

} // namespace merganser
