#include "protocol/schema_names.hpp"
#include "protocol/spark_types.hpp"
#include "protocol/sql_expression.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! In backticks where Spark could take it for something else: letters, digits and `_` alone are a name.
std::string NameText(const std::string &name) {
	static constexpr std::string_view WORDS[] = {"and",
	                                             "or",
	                                             "not",
	                                             "is",
	                                             "in",
	                                             "between",
	                                             "like",
	                                             "null",
	                                             "true",
	                                             "false",
	                                             "case",
	                                             "when",
	                                             "then",
	                                             "else",
	                                             "end",
	                                             "cast",
	                                             "div",
	                                             "date",
	                                             "timestamp",
	                                             "as",
	                                             "current_date",
	                                             "current_timestamp",
	                                             "from",
	                                             "for",
	                                             "over",
	                                             "select",
	                                             "exists",
	                                             "interval",
	                                             "rlike",
	                                             "ilike",
	                                             "regexp",
	                                             "timestamp_ntz",
	                                             "if"};
	const auto is_letter = [](char c) {
		return c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	};
	const bool is_plain =
	    !name.empty() && is_letter(name.front()) &&
	    std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
	if (is_plain && std::find(std::begin(WORDS), std::end(WORDS), LowerName(name)) == std::end(WORDS)) {
		return name;
	}
	std::string text = "`";
	for (const char c : name) {
		text += c == '`' ? "``" : std::string(1, c);
	}
	return text + "`";
}

//! `in_like`: `\%` and `\_` are what the pattern has, as the parser leaves them.
std::string QuotedText(const std::string &value) {
	std::string text = "'";
	for (size_t i = 0; i < value.size(); i++) {
		const char c = value[i];
		const bool is_escaped_wildcard =
		    c == '\\' && i + 1 < value.size() && (value[i + 1] == '%' || value[i + 1] == '_');
		if (c == '\'') {
			text += "\\'";
		} else if (c == '\\' && !is_escaped_wildcard) {
			text += "\\\\";
		} else if (c == '\n') {
			text += "\\n";
		} else if (c == '\r') {
			text += "\\r";
		} else {
			text += c;
		}
	}
	return text + "'";
}

std::string LiteralText(const SqlExpression &literal) {
	switch (literal.type->kind) {
	case TypeKind::VOID:
		return "NULL";
	case TypeKind::STRING:
		return QuotedText(literal.value);
	case TypeKind::LONG:
		// Without the letter it may be an INT.
		return SparkNumber(literal.value)->type->kind == TypeKind::LONG ? literal.value : literal.value + "L";
	case TypeKind::DOUBLE:
		return literal.value + "D";
	case TypeKind::FLOAT:
		return literal.value + "F";
	case TypeKind::DECIMAL:
		return literal.value + (literal.type->scale == 0 ? "BD" : "");
	default:
		return literal.value;
	}
}

bool IsOperator(const std::string &name) {
	static constexpr std::string_view OPERATORS[] = {"+",  "-",   "*",  "/",  "%", "div", "=",
	                                                 "!=", "<=>", "<=", ">=", "<", ">",   "like"};
	return std::find(std::begin(OPERATORS), std::end(OPERATORS), name) != std::end(OPERATORS);
}

std::string Text(const SqlExpression &expression);

//! In parentheses where it is made of parts.
std::string Operand(const SqlExpression &expression) {
	static constexpr std::string_view WORDS[] = {"and", "or", "not", "in", "isnull", "isnotnull", "negate"};
	const bool is_made_of_parts = expression.kind == SqlExpression::Kind::CALL &&
	                              (IsOperator(expression.name) ||
	                               std::find(std::begin(WORDS), std::end(WORDS), expression.name) != std::end(WORDS));
	return is_made_of_parts ? "(" + Text(expression) + ")" : Text(expression);
}

std::string ListText(const std::vector<SqlExpression> &list, size_t first) {
	std::string text;
	for (size_t i = first; i < list.size(); i++) {
		text += (i == first ? "" : ", ") + Text(list[i]);
	}
	return text;
}

std::string CaseText(const std::vector<SqlExpression> &parts) {
	std::string text = "CASE";
	size_t i = 0;
	for (; i + 1 < parts.size(); i += 2) {
		text += " WHEN " + Text(parts[i]) + " THEN " + Text(parts[i + 1]);
	}
	return text + (i < parts.size() ? " ELSE " + Text(parts[i]) : "") + " END";
}

std::string CallText(const SqlExpression &call) {
	const auto &name = call.name;
	const auto &parts = call.children;
	if (name == "and" || name == "or") {
		// A chain of the same operator reads well without parentheses, and means the same.
		const auto part = [&](const SqlExpression &child) {
			return child.name == name ? Text(child) : Operand(child);
		};
		return part(parts[0]) + (name == "and" ? " AND " : " OR ") + part(parts[1]);
	}
	if (IsOperator(name)) {
		const auto word = name == "like" ? "LIKE" : name;
		return Operand(parts[0]) + " " + word + " " + Operand(parts[1]);
	}
	if (name == "not") {
		return "NOT " + Operand(parts[0]);
	}
	if (name == "negate") {
		return "-(" + Text(parts[0]) + ")";
	}
	if (name == "isnull" || name == "isnotnull") {
		return Operand(parts[0]) + (name == "isnull" ? " IS NULL" : " IS NOT NULL");
	}
	if (name == "in") {
		return Operand(parts[0]) + " IN (" + ListText(parts, 1) + ")";
	}
	if (name == "case") {
		return CaseText(parts);
	}
	return name + "(" + ListText(parts, 0) + ")";
}

std::string Text(const SqlExpression &expression) {
	switch (expression.kind) {
	case SqlExpression::Kind::LITERAL:
		return LiteralText(expression);
	case SqlExpression::Kind::COLUMN: {
		std::string text;
		for (const auto &name : expression.path) {
			text += (text.empty() ? "" : ".") + NameText(name);
		}
		return text;
	}
	case SqlExpression::Kind::CALL:
		return CallText(expression);
	case SqlExpression::Kind::CAST:
		return "CAST(" + Text(expression.children[0]) + " AS " + SparkTypeName(*expression.type) + ")";
	}
	return std::string();
}

} // namespace

std::string WriteSparkExpression(const SqlExpression &expression) {
	return Text(expression);
}

} // namespace merganser
