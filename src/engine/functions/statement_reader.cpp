#include "engine/functions/statement_reader.hpp"

#include "base/error.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/keyword_helper.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

bool IsWordByte(char c) {
	// Names may have letters of any language.
	return duckdb::StringUtil::CharacterIsAlphaNumeric(c) || c == '_' || uint8_t(c) >= 0x80;
}

//! The quoted piece that begins at `at`; a quote in it is written twice. nullopt when it does not end.
std::optional<Token> QuotedToken(std::string_view text, size_t at) {
	const char quote = text[at];
	Token token {quote == '\'' ? Token::Kind::TEXT : Token::Kind::NAME, "", at, at + 1};
	for (; token.end < text.size(); token.end++) {
		if (text[token.end] != quote) {
			token.text += text[token.end];
		} else if (token.end + 1 < text.size() && text[token.end + 1] == quote) {
			token.text += text[token.end++];
		} else {
			token.end++;
			return token;
		}
	}
	return std::nullopt;
}

} // namespace

std::optional<std::vector<Token>> SplitStatement(std::string_view text) {
	std::vector<Token> tokens;
	for (size_t at = 0; at < text.size();) {
		const char c = text[at];
		if (duckdb::StringUtil::CharacterIsSpace(c) || c == ';') {
			at++;
		} else if (text.substr(at, 2) == "--") {
			at = std::min(text.find('\n', at), text.size());
		} else if (c == '\'' || c == '"' || c == '`') {
			auto token = QuotedToken(text, at);
			if (!token) {
				return std::nullopt;
			}
			at = token->end;
			tokens.push_back(std::move(*token));
		} else {
			size_t end = at + 1;
			while (IsWordByte(c) && end < text.size() && IsWordByte(text[end])) {
				end++;
			}
			const auto kind = IsWordByte(c) ? Token::Kind::WORD : Token::Kind::SYMBOL;
			tokens.push_back({kind, std::string(text.substr(at, end - at)), at, end});
			at = end;
		}
	}
	tokens.push_back({Token::Kind::END, "", text.size(), text.size()});
	return tokens;
}

StatementReader::StatementReader(const std::string &text_p, std::vector<Token> tokens_p)
    : text(text_p), tokens(std::move(tokens_p)) {
}

bool StatementReader::IsWord(size_t offset, const char *word) const {
	const auto at = next + offset;
	return at < tokens.size() && tokens[at].kind == Token::Kind::WORD &&
	       duckdb::StringUtil::CIEquals(tokens[at].text, word);
}

bool StatementReader::IsSymbol(size_t offset, char symbol) const {
	const auto at = next + offset;
	return at < tokens.size() && tokens[at].kind == Token::Kind::SYMBOL && tokens[at].text[0] == symbol;
}

bool StatementReader::TakeWord(const char *word) {
	const bool is_next = IsWord(0, word);
	next += is_next;
	return is_next;
}

bool StatementReader::TakeSymbol(char symbol) {
	const bool is_next = IsSymbol(symbol);
	next += is_next;
	return is_next;
}

void StatementReader::Expect(const char *word) {
	if (!TakeWord(word)) {
		Fail();
	}
}

void StatementReader::Pass(std::string &target) {
	depth += IsSymbol('(') - IsSymbol(')');
	const auto token = Take();
	target += text[token.begin] == '`' ? duckdb::KeywordHelper::WriteQuoted(token.text, '"')
	                                   : text.substr(token.begin, token.end - token.begin);
	target += text.substr(token.end, Next().begin - token.end);
}

std::string StatementReader::Name() {
	if (Next().kind != Token::Kind::WORD && Next().kind != Token::Kind::NAME) {
		Fail();
	}
	return Take().text;
}

std::vector<std::string> StatementReader::Names() {
	std::vector<std::string> names;
	do {
		names.push_back(Name());
	} while (TakeSymbol('.'));
	return names;
}

std::string StatementReader::ColumnList() {
	if (!TakeSymbol('(')) {
		Fail();
	}
	std::string list;
	do {
		std::string column;
		for (const auto &name : Names()) {
			column += (column.empty() ? "`" : ".`") + name + "`";
		}
		list += (list.empty() ? "" : ",") + column;
	} while (TakeSymbol(','));
	if (!TakeSymbol(')')) {
		Fail();
	}
	return list;
}

void StatementReader::Fail() const {
	const auto where = Next().kind == Token::Kind::END ? std::string("the end") : "\"" + Next().text + "\"";
	throw Error(ErrorKind::INVALID_INPUT, "syntax error at or near " + where + ": " + spelling);
}

} // namespace merganser
