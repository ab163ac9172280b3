#include "engine/port/expression_to_duckdb.hpp"

#include "base/error.hpp"
#include "duckdb/parser/expression/case_expression.hpp"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/comparison_expression.hpp"
#include "duckdb/parser/expression/conjunction_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "engine/port/type_map.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

using duckdb::ExpressionType;
using duckdb::make_uniq;
using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using ParsedList = duckdb::vector<ParsedPtr>;

constexpr std::pair<std::string_view, ExpressionType> COMPARISONS[] = {
    {"=", ExpressionType::COMPARE_EQUAL},
    {"!=", ExpressionType::COMPARE_NOTEQUAL},
    {"<=>", ExpressionType::COMPARE_NOT_DISTINCT_FROM},
    {"<", ExpressionType::COMPARE_LESSTHAN},
    {"<=", ExpressionType::COMPARE_LESSTHANOREQUALTO},
    {">", ExpressionType::COMPARE_GREATERTHAN},
    {">=", ExpressionType::COMPARE_GREATERTHANOREQUALTO},
};

constexpr std::pair<std::string_view, ExpressionType> OPERATORS[] = {
    {"not", ExpressionType::OPERATOR_NOT},
    {"isnull", ExpressionType::OPERATOR_IS_NULL},
    {"isnotnull", ExpressionType::OPERATOR_IS_NOT_NULL},
    {"in", ExpressionType::COMPARE_IN},
    {"coalesce", ExpressionType::OPERATOR_COALESCE},
};

//! Functions that DuckDB calls otherwise.
constexpr std::pair<std::string_view, const char *> SPARK_FUNCTIONS[] = {
    {"div", "//"},
    {"negate", "-"},
    {"startswith", "starts_with"},
    {"endswith", "ends_with"},
    {"truncate", "trunc"},
    {"date_format", "strftime"},
    {"current_timestamp", "now"},
    {"current_date", "today"},
};

class Translation {
public:
	explicit Translation(ExpressionUse use_p) : use(use_p) {
	}

	ParsedPtr Translate(const SqlExpression &node) const {
		switch (node.kind) {
		case SqlExpression::Kind::LITERAL:
			return Literal(node);
		case SqlExpression::Kind::COLUMN:
			return Column(node);
		case SqlExpression::Kind::CAST:
			return Cast(*node.type, Translate(node.children[0]));
		case SqlExpression::Kind::CALL:
			break;
		}
		ParsedList children;
		for (const auto &child : node.children) {
			children.push_back(Translate(child));
		}
		return Call(node, std::move(children));
	}

private:
	static ParsedPtr Text(const std::string &text) {
		return make_uniq<duckdb::ConstantExpression>(duckdb::Value(text));
	}

	static ParsedPtr Literal(const SqlExpression &node) {
		if (node.IsNull()) {
			return make_uniq<duckdb::ConstantExpression>(duckdb::Value());
		}
		return make_uniq<duckdb::ConstantExpression>(
		    duckdb::Value(node.value).DefaultCastAs(ToDuckDBType(*node.type), true));
	}

	static ParsedPtr Cast(const DataType &type, ParsedPtr child) {
		return make_uniq<duckdb::CastExpression>(ToDuckDBType(type), std::move(child));
	}

	ParsedPtr Function(const std::string &name, ParsedList arguments) const {
		const bool is_operator = name.find_first_not_of("+-*/%|~") == std::string::npos;
		if (use == ExpressionUse::SHOW) {
			auto call = make_uniq<duckdb::FunctionExpression>(name, std::move(arguments));
			call->is_operator = is_operator;
			return call;
		}
		return make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, name, std::move(arguments));
	}

	ParsedPtr Function(const std::string &name, ParsedPtr first, ParsedPtr second) const {
		ParsedList arguments;
		arguments.push_back(std::move(first));
		arguments.push_back(std::move(second));
		return Function(name, std::move(arguments));
	}

	ParsedPtr Column(const SqlExpression &node) const {
		ParsedPtr column = make_uniq<duckdb::ColumnRefExpression>(node.path.front());
		for (size_t i = 1; i < node.path.size(); i++) {
			column = Function("struct_extract", std::move(column), Text(node.path[i]));
		}
		return column;
	}

	//! `value`, or an error where the condition is true.
	ParsedPtr Unless(ParsedPtr condition, const std::string &message, ParsedPtr value, const DataType &type) const {
		if (use == ExpressionUse::SHOW) {
			return value;
		}
		ParsedList arguments;
		arguments.push_back(Text(message));
		auto result = make_uniq<duckdb::CaseExpression>();
		duckdb::CaseCheck check;
		check.when_expr = std::move(condition);
		check.then_expr = Cast(type, Function("error", std::move(arguments)));
		result->case_checks.push_back(std::move(check));
		result->else_expr = std::move(value);
		return result;
	}

	//! Spark raises an error where the divisor is 0, DuckDB gives NULL or infinity.
	ParsedPtr Division(const SqlExpression &node, ParsedList children) const {
		auto is_zero =
		    make_uniq<duckdb::ComparisonExpression>(ExpressionType::COMPARE_EQUAL, children[1]->Copy(),
		                                            make_uniq<duckdb::ConstantExpression>(duckdb::Value::INTEGER(0)));
		auto value = Function(node.name == "div" ? "//" : node.name, std::move(children));
		return Unless(std::move(is_zero), "a division by zero in an expression of the table", std::move(value),
		              *node.type);
	}

	//! Beyond ASCII the two do not agree on every letter.
	ParsedPtr CaseChange(const SqlExpression &node, ParsedList children) const {
		ParsedList bytes;
		bytes.push_back(children[0]->Copy());
		ParsedList characters;
		characters.push_back(children[0]->Copy());
		auto is_other = make_uniq<duckdb::ComparisonExpression>(ExpressionType::COMPARE_NOTEQUAL,
		                                                        Function("strlen", std::move(bytes)),
		                                                        Function("length", std::move(characters)));
		auto value = Function(node.name, std::move(children));
		return Unless(std::move(is_other),
		              "an expression of the table has " + node.name +
		                  "() of a text with other letters than those of ASCII, where Spark and DuckDB may differ",
		              std::move(value), *node.type);
	}

	static ParsedPtr Case(ParsedList parts) {
		auto result = make_uniq<duckdb::CaseExpression>();
		size_t i = 0;
		for (; i + 1 < parts.size(); i += 2) {
			duckdb::CaseCheck check;
			check.when_expr = std::move(parts[i]);
			check.then_expr = std::move(parts[i + 1]);
			result->case_checks.push_back(std::move(check));
		}
		result->else_expr =
		    i < parts.size() ? std::move(parts[i]) : make_uniq<duckdb::ConstantExpression>(duckdb::Value());
		return result;
	}

	ParsedPtr Like(const SqlExpression &node, ParsedList children) const {
		if (node.children[1].value.find('\\') == std::string::npos) {
			return Function("~~", std::move(children));
		}
		children.push_back(Text("\\"));
		return Function("like_escape", std::move(children));
	}

	ParsedPtr Call(const SqlExpression &node, ParsedList children) const {
		for (const auto &[name, type] : COMPARISONS) {
			if (node.name == name) {
				return make_uniq<duckdb::ComparisonExpression>(type, std::move(children[0]), std::move(children[1]));
			}
		}
		for (const auto &[name, type] : OPERATORS) {
			if (node.name == name) {
				return make_uniq<duckdb::OperatorExpression>(type, std::move(children));
			}
		}
		if (node.name == "and" || node.name == "or") {
			return make_uniq<duckdb::ConjunctionExpression>(node.name == "and" ? ExpressionType::CONJUNCTION_AND
			                                                                   : ExpressionType::CONJUNCTION_OR,
			                                                std::move(children[0]), std::move(children[1]));
		}
		if (node.name == "case") {
			return Case(std::move(children));
		}
		if (node.name == "like") {
			return Like(node, std::move(children));
		}
		if (node.name == "/" || node.name == "%" || node.name == "div") {
			return Division(node, std::move(children));
		}
		if (node.name == "lower" || node.name == "upper") {
			return CaseChange(node, std::move(children));
		}
		if (node.name == "concat") {
			auto text = std::move(children[0]);
			for (size_t i = 1; i < children.size(); i++) {
				text = Function("||", std::move(text), std::move(children[i]));
			}
			return text;
		}
		return PlainCall(node, std::move(children));
	}

	ParsedPtr PlainCall(const SqlExpression &node, ParsedList children) const {
		auto name = node.name;
		for (const auto &[spark_name, duckdb_name] : SPARK_FUNCTIONS) {
			name = node.name == spark_name ? duckdb_name : name;
		}
		if (name == "trim" || name == "ltrim" || name == "rtrim") {
			// Spark cuts spaces and no other white space.
			children.push_back(Text(" "));
		}
		auto call = Function(name, std::move(children));
		static constexpr std::string_view OF_OTHER_TYPE[] = {"length", "year",   "quarter", "month",     "day",
		                                                     "hour",   "minute", "second",  "dayofyear", "date_trunc"};
		const bool casts =
		    use == ExpressionUse::EVALUATE &&
		    std::find(std::begin(OF_OTHER_TYPE), std::end(OF_OTHER_TYPE), node.name) != std::end(OF_OTHER_TYPE);
		return casts ? Cast(*node.type, std::move(call)) : std::move(call);
	}

	const ExpressionUse use;
};

} // namespace

duckdb::unique_ptr<duckdb::ParsedExpression> ToDuckDBExpression(const SqlExpression &resolved, ExpressionUse use) {
	return Translation(use).Translate(resolved);
}

} // namespace merganser
