#include "engine/functions/spark_statement.hpp"

#include "base/error.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/common/types/interval.hpp"
#include "duckdb/parser/keyword_helper.hpp"

#include <charconv>
#include <string_view>
#include <vector>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

struct Token {
	enum class Kind { WORD, NAME, TEXT, SYMBOL, END };
	Kind kind = Kind::END;
	//! NAME and TEXT: without their quotes.
	std::string text;
	//! Where it stands in the statement.
	size_t begin = 0;
	size_t end = 0;
};

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

//! Numbers are words. END is last; nullopt where a quote does not end.
std::optional<std::vector<Token>> Split(std::string_view text) {
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

class Statement {
public:
	Statement(const std::string &text_p, std::vector<Token> tokens_p) : text(text_p), tokens(std::move(tokens_p)) {
	}

	std::optional<FunctionCall> Parse() {
		if (TakeWord("OPTIMIZE")) {
			spelling = "OPTIMIZE table [WHERE condition] [ZORDER BY (column, …)]";
			return Optimize();
		}
		if (TakeWord("VACUUM")) {
			spelling = "VACUUM table [RETAIN n HOURS] [DRY RUN]";
			return Vacuum();
		}
		if (TakeWord("RESTORE")) {
			spelling = "RESTORE TABLE table TO VERSION AS OF n, or … TO TIMESTAMP AS OF '2026-01-31 12:00:00'";
			return Restore();
		}
		if (!TakeWord("DESCRIBE") && !TakeWord("DESC")) {
			return std::nullopt;
		}
		if (TakeWord("HISTORY")) {
			spelling = "DESCRIBE HISTORY table [LIMIT n]";
			return History();
		}
		if (TakeWord("DETAIL")) {
			spelling = "DESCRIBE DETAIL table";
			FunctionCall call {"merganser_detail", {Table()}, {}};
			return Finish(std::move(call));
		}
		return std::nullopt;
	}

private:
	FunctionCall Optimize() {
		FunctionCall call {"merganser_optimize", {Table()}, {}};
		if (TakeWord("WHERE")) {
			call.named["where"] = Value(ConditionText());
		}
		if (TakeWord("ZORDER")) {
			Expect("BY");
			call.named["cluster_by"] = Columns();
		}
		return Finish(std::move(call));
	}

	FunctionCall Vacuum() {
		FunctionCall call {"merganser_vacuum", {Table()}, {}};
		if (TakeWord("RETAIN")) {
			const auto hours = Number();
			if (!TakeWord("HOURS") && !TakeWord("HOUR")) {
				Fail();
			}
			if (hours > INT64_MAX / duckdb::Interval::MICROS_PER_HOUR) {
				Fail();
			}
			call.named["retain"] = Value::INTERVAL(0, 0, hours * duckdb::Interval::MICROS_PER_HOUR);
		}
		if (TakeWord("DRY")) {
			Expect("RUN");
			call.named["dry_run"] = Value::BOOLEAN(true);
		}
		return Finish(std::move(call));
	}

	FunctionCall Restore() {
		TakeWord("TABLE");
		FunctionCall call {"merganser_restore", {Table()}, {}};
		Expect("TO");
		const bool by_version = TakeWord("VERSION");
		if (!by_version) {
			Expect("TIMESTAMP");
		}
		Expect("AS");
		Expect("OF");
		if (by_version) {
			call.named["version"] = Value::BIGINT(Number());
		} else if (Next().kind == Token::Kind::TEXT) {
			call.named["timestamp"] = Value(Take().text);
		} else {
			Fail();
		}
		return Finish(std::move(call));
	}

	FunctionCall History() {
		FunctionCall call {"merganser_history", {Table()}, {}};
		if (TakeWord("LIMIT")) {
			call.named["max_versions"] = Value::BIGINT(Number());
		}
		return Finish(std::move(call));
	}

	//! As the functions take it: quoted parts, or a folder.
	Value Table() {
		std::vector<Token> parts;
		do {
			if (Next().kind != Token::Kind::WORD && Next().kind != Token::Kind::NAME) {
				Fail();
			}
			parts.push_back(Take());
		} while (TakeSymbol('.'));
		if (parts.size() == 2 && duckdb::StringUtil::CIEquals(parts[0].text, "delta") &&
		    parts[1].text.find('/') != std::string::npos) {
			return Value(parts[1].text);
		}
		std::string name;
		for (const auto &part : parts) {
			name += (name.empty() ? "" : ".") + duckdb::KeywordHelper::WriteOptionallyQuoted(part.text);
		}
		return Value(name);
	}

	//! Up to ZORDER BY or the end, as it was written.
	std::string ConditionText() {
		const auto begin = Next().begin;
		auto end = begin;
		while (Next().kind != Token::Kind::END && !(IsWord(0, "ZORDER") && IsWord(1, "BY"))) {
			end = Take().end;
		}
		if (begin == end) {
			Fail();
		}
		return text.substr(begin, end - begin);
	}

	Value Columns() {
		const bool in_brackets = TakeSymbol('(');
		duckdb::vector<Value> columns;
		do {
			if (Next().kind != Token::Kind::WORD && Next().kind != Token::Kind::NAME) {
				Fail();
			}
			columns.emplace_back(Take().text);
		} while (TakeSymbol(','));
		if (in_brackets && !TakeSymbol(')')) {
			Fail();
		}
		return Value::LIST(LogicalType::VARCHAR, std::move(columns));
	}

	int64_t Number() {
		const auto token = Take();
		int64_t number = 0;
		const auto *end = token.text.data() + token.text.size();
		const auto result = std::from_chars(token.text.data(), end, number);
		if (token.kind != Token::Kind::WORD || result.ec != std::errc() || result.ptr != end) {
			Fail();
		}
		return number;
	}

	FunctionCall Finish(FunctionCall call) {
		if (Next().kind != Token::Kind::END) {
			Fail();
		}
		return call;
	}

	const Token &Next() const {
		return tokens[next];
	}
	Token Take() {
		return tokens[next + 1 < tokens.size() ? next++ : next];
	}
	bool IsWord(size_t offset, const char *word) const {
		const auto at = next + offset;
		return at < tokens.size() && tokens[at].kind == Token::Kind::WORD &&
		       duckdb::StringUtil::CIEquals(tokens[at].text, word);
	}
	bool TakeWord(const char *word) {
		const bool is_next = IsWord(0, word);
		next += is_next;
		return is_next;
	}
	bool TakeSymbol(char symbol) {
		const bool is_next = Next().kind == Token::Kind::SYMBOL && Next().text[0] == symbol;
		next += is_next;
		return is_next;
	}
	void Expect(const char *word) {
		if (!TakeWord(word)) {
			Fail();
		}
	}
	[[noreturn]] void Fail() const {
		const auto where = Next().kind == Token::Kind::END ? std::string("the end") : "\"" + Next().text + "\"";
		throw Error(ErrorKind::INVALID_INPUT, "syntax error at or near " + where + ": " + spelling);
	}

	const std::string &text;
	const std::vector<Token> tokens;
	size_t next = 0;
	//! Of the statement, for messages.
	const char *spelling = "";
};

} // namespace

std::optional<FunctionCall> ParseSparkStatement(const std::string &text) {
	auto tokens = Split(text);
	return tokens ? Statement(text, std::move(*tokens)).Parse() : std::nullopt;
}

} // namespace merganser
