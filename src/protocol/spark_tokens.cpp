#include "protocol/spark_tokens.hpp"

#include "base/error.hpp"
#include "protocol/text_cursor.hpp"

#include <algorithm>

namespace merganser {

namespace {

using Kind = SparkToken::Kind;

//! Longer ones first.
constexpr std::string_view SYMBOLS[] = {"<=>", "<=", ">=", "<>", "!=", "==", "||", "(", ")", ",",
                                        ".",   "+",  "-",  "*",  "/",  "%",  "=",  "<", ">", "!"};

//! A chain of operators is a deep tree.
constexpr size_t TOKENS_MAX = 2000;

bool IsWord(char c) {
	return IsDigit(c) || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

class Splitter {
public:
	explicit Splitter(std::string_view text_p) : text(text_p) {
	}

	std::vector<SparkToken> Split() {
		for (SkipSpace(); at < text.size(); SkipSpace()) {
			const char c = text[at];
			if (c == '\'' || c == '"') {
				tokens.push_back({Kind::TEXT, Text(c)});
			} else if (c == '`') {
				tokens.push_back({Kind::QUOTED_NAME, QuotedName()});
			} else if (StartsNumber()) {
				tokens.push_back({Kind::NUMBER, Number()});
			} else if (IsWord(c)) {
				tokens.push_back({Kind::WORD, Word()});
			} else {
				tokens.push_back({Kind::SYMBOL, Symbol()});
			}
			if (tokens.size() > TOKENS_MAX) {
				RefuseExpression("more than " + std::to_string(TOKENS_MAX) + " words and signs");
			}
		}
		tokens.emplace_back();
		return std::move(tokens);
	}

private:
	char Peek(size_t offset = 0) const {
		return at + offset < text.size() ? text[at + offset] : '\0';
	}

	void SkipSpace() {
		while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) {
			at++;
		}
		const auto rest = text.substr(at, 2);
		if (rest == "--" || rest == "/*") {
			RefuseExpression("a comment");
		}
	}

	bool StartsNumber() const {
		const bool after_dot = !tokens.empty() && tokens.back().kind == Kind::SYMBOL && tokens.back().text == ".";
		return !after_dot && (IsDigit(Peek()) || (Peek() == '.' && IsDigit(Peek(1))));
	}

	//! Digits, fraction, exponent and the letters that give the type.
	std::string Number() {
		const auto begin = at;
		const auto skip_digits = [&] {
			while (IsDigit(Peek())) {
				at++;
			}
		};
		skip_digits();
		if (Peek() == '.') {
			at++;
			skip_digits();
		}
		const bool signed_exponent = (Peek(1) == '+' || Peek(1) == '-') && IsDigit(Peek(2));
		if ((Peek() | 0x20) == 'e' && (IsDigit(Peek(1)) || signed_exponent)) {
			at += 2;
			skip_digits();
		}
		while (IsWord(Peek())) {
			at++;
		}
		return std::string(text.substr(begin, at - begin));
	}

	std::string Word() {
		const auto begin = at;
		while (at < text.size() && IsWord(text[at])) {
			at++;
		}
		return std::string(text.substr(begin, at - begin));
	}

	std::string QuotedName() {
		std::string name;
		for (at++; at < text.size(); at++) {
			if (text[at] != '`') {
				name += text[at];
			} else if (Peek(1) == '`') {
				name += text[at++];
			} else {
				at++;
				return name;
			}
		}
		RefuseExpression("a name in backticks that does not end");
	}

	std::string Text(char quote) {
		const bool is_prefixed = !tokens.empty() && tokens.back().kind == Kind::WORD && at > 0 && IsWord(text[at - 1]);
		if (is_prefixed && (tokens.back().text == "r" || tokens.back().text == "R")) {
			RefuseExpression("a raw text (r'…')");
		}
		if (!tokens.empty() && tokens.back().kind == Kind::TEXT) {
			RefuseExpression("two texts one after the other: their meaning depends on Spark's version");
		}
		std::string value;
		for (at++; at < text.size(); at++) {
			if (text[at] == quote) {
				at++;
				return value;
			}
			value += text[at] == '\\' ? Escaped() : std::string(1, text[at]);
		}
		RefuseExpression("a text that does not end");
	}

	//! `at` stays on the last byte of the sequence.
	std::string Escaped() {
		at++;
		const char c = Peek();
		switch (c) {
		case 'n':
			return "\n";
		case 't':
			return "\t";
		case 'r':
			return "\r";
		case '%':
		case '_':
			// Stay escaped, for LIKE.
			return std::string("\\") + c;
		case '\\':
		case '\'':
		case '"':
			return std::string(1, c);
		default:
			RefuseExpression("the escape sequence \\" + std::string(1, c) + " in a text");
		}
	}

	std::string Symbol() {
		const auto rest = text.substr(at);
		for (const auto symbol : SYMBOLS) {
			if (rest.substr(0, symbol.size()) == symbol) {
				at += symbol.size();
				return std::string(symbol);
			}
		}
		RefuseExpression("the character '" + std::string(1, text[at]) + "'");
	}

	const std::string_view text;
	size_t at = 0;
	std::vector<SparkToken> tokens;
};

} // namespace

std::vector<SparkToken> SplitSparkText(std::string_view text) {
	return Splitter(text).Split();
}

void RefuseExpression(const std::string &what) {
	throw Error(ErrorKind::UNSUPPORTED, what);
}

} // namespace merganser
