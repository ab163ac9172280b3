#include "base/error.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/spark_tokens.hpp"
#include "protocol/spark_types.hpp"
#include "protocol/sql_expression.hpp"

#include <algorithm>
#include <limits>

namespace merganser {

namespace {

using TokenKind = SparkToken::Kind;

//! Deeper ones would exhaust the stack.
constexpr size_t DEPTH_MAX = 100;

//! Words that Spark does not take for a column here.
constexpr std::string_view RESERVED[] = {"and", "or",   "not",  "is",     "in",     "between", "like",  "rlike",
                                         "end", "then", "when", "else",   "case",   "div",     "as",    "from",
                                         "for", "over", "cast", "select", "exists", "ilike",   "regexp"};

class SparkParser {
public:
	explicit SparkParser(std::string_view text) : tokens(SplitSparkText(text)) {
	}

	SqlExpression Parse() {
		auto expression = Or();
		if (Next().kind != TokenKind::END) {
			RefuseExpression("\"" + Next().text + "\"");
		}
		return expression;
	}

private:
	const SparkToken &Next(size_t offset = 0) const {
		return tokens[std::min(at + offset, tokens.size() - 1)];
	}
	bool IsWordNext(std::string_view word, size_t offset = 0) const {
		return Next(offset).kind == TokenKind::WORD && SameName(Next(offset).text, word);
	}
	bool TakeWord(std::string_view word) {
		const bool found = IsWordNext(word);
		at += found;
		return found;
	}
	bool TakeSymbol(std::string_view symbol) {
		const bool found = Next().kind == TokenKind::SYMBOL && Next().text == symbol;
		at += found;
		return found;
	}
	void Expect(bool found, const std::string &what) const {
		if (!found) {
			RefuseExpression("\"" + Next().text + "\" where " + what + " is expected");
		}
	}

	static SqlExpression Both(const char *name, SqlExpression left, SqlExpression right) {
		return SqlExpression::Call(name, {std::move(left), std::move(right)});
	}
	static SqlExpression Not(SqlExpression child) {
		return SqlExpression::Call("not", {std::move(child)});
	}

	SqlExpression Or() {
		Expect(++depth < DEPTH_MAX, "less nesting");
		auto left = And();
		while (TakeWord("or")) {
			left = Both("or", std::move(left), And());
		}
		depth--;
		return left;
	}

	SqlExpression And() {
		auto left = Negation();
		while (TakeWord("and")) {
			left = Both("and", std::move(left), Negation());
		}
		return left;
	}

	SqlExpression Negation() {
		bool is_negated = false;
		while (TakeWord("not") || TakeSymbol("!")) {
			is_negated = !is_negated;
		}
		auto child = Comparison();
		return is_negated ? Not(std::move(child)) : child;
	}

	SqlExpression Comparison() {
		static constexpr std::pair<std::string_view, const char *> OPERATORS[] = {
		    {"=", "="},   {"==", "="},  {"<=>", "<=>"}, {"<>", "!="}, {"!=", "!="},
		    {"<=", "<="}, {">=", ">="}, {"<", "<"},     {">", ">"}};
		auto left = Sum();
		for (;;) {
			bool found = false;
			for (const auto &[symbol, name] : OPERATORS) {
				if (!found && TakeSymbol(symbol)) {
					left = Both(name, std::move(left), Sum());
					found = true;
				}
			}
			if (!found && !Predicate(left)) {
				return left;
			}
		}
	}

	//! What follows a value: IS, IN, BETWEEN, LIKE.
	bool Predicate(SqlExpression &value) {
		if (TakeWord("is")) {
			const bool is_not = TakeWord("not");
			if (TakeWord("distinct")) {
				Expect(TakeWord("from"), "FROM");
				auto same = Both("<=>", std::move(value), Sum());
				value = is_not ? std::move(same) : Not(std::move(same));
				return true;
			}
			Expect(TakeWord("null"), "NULL");
			value = SqlExpression::Call(is_not ? "isnotnull" : "isnull", {std::move(value)});
			return true;
		}
		const bool is_not = IsWordNext("not");
		const auto word_at = size_t(is_not);
		if (IsWordNext("in", word_at)) {
			at += word_at + 1;
			value = In(std::move(value));
		} else if (IsWordNext("between", word_at)) {
			at += word_at + 1;
			auto low = Sum();
			Expect(TakeWord("and"), "AND");
			auto high = Sum();
			auto copy = value;
			value =
			    Both("and", Both(">=", std::move(copy), std::move(low)), Both("<=", std::move(value), std::move(high)));
		} else if (IsWordNext("like", word_at)) {
			at += word_at + 1;
			const auto kind = Next().kind;
			value = Both("like", std::move(value), Sum());
			if (kind != TokenKind::TEXT || IsWordNext("escape")) {
				RefuseExpression("LIKE with another pattern than a text, or with ESCAPE");
			}
		} else {
			return false;
		}
		value = is_not ? Not(std::move(value)) : std::move(value);
		return true;
	}

	SqlExpression In(SqlExpression value) {
		std::vector<SqlExpression> children {std::move(value)};
		Expect(TakeSymbol("("), "(");
		do {
			children.push_back(Or());
		} while (TakeSymbol(","));
		Expect(TakeSymbol(")"), ")");
		return SqlExpression::Call("in", std::move(children));
	}

	SqlExpression Sum() {
		auto left = Product();
		for (;;) {
			if (TakeSymbol("+")) {
				left = Both("+", std::move(left), Product());
			} else if (TakeSymbol("-")) {
				left = Both("-", std::move(left), Product());
			} else if (TakeSymbol("||")) {
				left = Both("concat", std::move(left), Product());
			} else {
				return left;
			}
		}
	}

	SqlExpression Product() {
		auto left = Signed();
		for (;;) {
			if (TakeSymbol("*")) {
				left = Both("*", std::move(left), Signed());
			} else if (TakeSymbol("/")) {
				left = Both("/", std::move(left), Signed());
			} else if (TakeSymbol("%")) {
				left = Both("%", std::move(left), Signed());
			} else if (TakeWord("div")) {
				left = Both("div", std::move(left), Signed());
			} else {
				return left;
			}
		}
	}

	SqlExpression Signed() {
		Expect(++depth < DEPTH_MAX, "less nesting");
		auto value = [&] {
			if (TakeSymbol("+")) {
				return Signed();
			}
			if (!TakeSymbol("-")) {
				return Primary();
			}
			// Spark takes the sign into the literal: -2147483648 is an INT.
			return Next().kind == TokenKind::NUMBER ? Number("-") : SqlExpression::Call("negate", {Signed()});
		}();
		depth--;
		return value;
	}

	SqlExpression Primary() {
		const auto token = Next();
		switch (token.kind) {
		case TokenKind::NUMBER:
			return Number("");
		case TokenKind::TEXT:
			at++;
			return SqlExpression::Literal(DataType::Primitive(TypeKind::STRING), token.text);
		case TokenKind::QUOTED_NAME:
			return Column();
		case TokenKind::WORD:
			return Word();
		case TokenKind::SYMBOL:
			if (TakeSymbol("(")) {
				auto inner = Or();
				Expect(TakeSymbol(")"), ")");
				return inner;
			}
			break;
		case TokenKind::END:
			break;
		}
		RefuseExpression(token.kind == TokenKind::END ? "a text that ends too early" : "\"" + token.text + "\"");
	}

	SqlExpression Number(const std::string &sign) {
		const auto text = Next().text;
		at++;
		auto literal = SparkNumber(sign + text);
		if (!literal) {
			RefuseExpression("the number " + text);
		}
		return std::move(*literal);
	}

	SqlExpression Column() {
		ColumnPath path {Next().text};
		at++;
		while (TakeSymbol(".")) {
			Expect(Next().kind == TokenKind::WORD || Next().kind == TokenKind::QUOTED_NAME, "a name");
			path.push_back(Next().text);
			at++;
		}
		if (Next().kind == TokenKind::SYMBOL && Next().text == "(") {
			RefuseExpression("the function " + path.back() + " with a qualified or quoted name");
		}
		return SqlExpression::Column(std::move(path));
	}

	SqlExpression Word() {
		const auto word = LowerName(Next().text);
		if (word == "null") {
			at++;
			return SqlExpression::Null();
		}
		if (word == "true" || word == "false") {
			at++;
			return SqlExpression::Literal(DataType::Primitive(TypeKind::BOOLEAN), word);
		}
		if (word == "case") {
			at++;
			return Case();
		}
		if (word == "cast" && Next(1).text == "(") {
			at += 2;
			return Cast();
		}
		if (std::find(std::begin(RESERVED), std::end(RESERVED), word) != std::end(RESERVED)) {
			RefuseExpression("\"" + Next().text + "\"");
		}
		if (Next(1).kind == TokenKind::TEXT) {
			return TypedText(word);
		}
		if (Next(1).kind == TokenKind::SYMBOL && Next(1).text == "(") {
			at += 2;
			return Function(word);
		}
		if (word == "current_timestamp" || word == "current_date") {
			at++;
			return SqlExpression::Call(word, {});
		}
		return Column();
	}

	SqlExpression TypedText(const std::string &word) {
		if (word != "date" && word != "timestamp" && word != "timestamp_ntz" && word != "timestamp_ltz") {
			RefuseExpression("the literal " + word + "'…'");
		}
		at++;
		const auto text = Next().text;
		at++;
		return SqlExpression::Cast(SqlExpression::Literal(DataType::Primitive(TypeKind::STRING), text),
		                           *FindSparkType(word));
	}

	SqlExpression Case() {
		std::vector<SqlExpression> children;
		std::optional<SqlExpression> operand;
		if (!IsWordNext("when")) {
			operand = Or();
		}
		while (TakeWord("when")) {
			auto condition = Or();
			children.push_back(operand ? Both("=", *operand, std::move(condition)) : std::move(condition));
			Expect(TakeWord("then"), "THEN");
			children.push_back(Or());
		}
		Expect(!children.empty(), "WHEN");
		if (TakeWord("else")) {
			children.push_back(Or());
		}
		Expect(TakeWord("end"), "END");
		return SqlExpression::Call("case", std::move(children));
	}

	SqlExpression Cast() {
		auto child = Or();
		Expect(TakeWord("as"), "AS");
		auto type_name = LowerName(Next().text);
		at++;
		if (TakeSymbol("(")) {
			type_name += "(" + Next().text;
			at++;
			if (TakeSymbol(",")) {
				type_name += "," + Next().text;
				at++;
			}
			Expect(TakeSymbol(")"), ")");
			type_name += ")";
		}
		Expect(TakeSymbol(")"), ")");
		const auto type = FindSparkType(type_name);
		if (!type) {
			RefuseExpression("CAST to the type " + type_name);
		}
		return SqlExpression::Cast(std::move(child), *type);
	}

	SqlExpression Function(const std::string &name) {
		std::vector<SqlExpression> arguments;
		if (!TakeSymbol(")")) {
			do {
				arguments.push_back(Or());
			} while (TakeSymbol(","));
			Expect(TakeSymbol(")"), ")");
		}
		const bool is_test = name == "isnull" || name == "isnotnull";
		// The latter is only the name that the operator has here.
		if ((is_test && arguments.size() != 1) || name == "negate") {
			RefuseExpression("the function " + name);
		}
		return SqlExpression::Call(name, std::move(arguments));
	}

	const std::vector<SparkToken> tokens;
	size_t at = 0;
	size_t depth = 0;
};

} // namespace

SqlExpression ParseSparkExpression(std::string_view text) {
	return SparkParser(text).Parse();
}

} // namespace merganser
