#include "engine/port/expression_from_duckdb.hpp"

#include "base/error.hpp"
#include "duckdb/parser/expression/between_expression.hpp"
#include "duckdb/parser/expression/case_expression.hpp"
#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/comparison_expression.hpp"
#include "duckdb/parser/expression/conjunction_expression.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/operator_expression.hpp"
#include "engine/port/type_map.hpp"
#include "protocol/number_text.hpp"
#include "protocol/schema_names.hpp"

#include <utility>

namespace merganser {

namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;

//! Of DuckDB, and what Spark calls it.
constexpr std::pair<std::string_view, const char *> DUCKDB_FUNCTIONS[] = {
    {"+", "+"},
    {"-", "-"},
    {"*", "*"},
    {"/", "/"},
    {"%", "%"},
    {"mod", "%"},
    {"//", "div"},
    {"||", "concat"},
    {"length", "length"},
    {"char_length", "length"},
    {"character_length", "length"},
    {"lower", "lower"},
    {"lcase", "lower"},
    {"upper", "upper"},
    {"ucase", "upper"},
    {"trim", "trim"},
    {"ltrim", "ltrim"},
    {"rtrim", "rtrim"},
    {"abs", "abs"},
    {"year", "year"},
    {"quarter", "quarter"},
    {"month", "month"},
    {"day", "day"},
    {"dayofmonth", "day"},
    {"dayofyear", "dayofyear"},
    {"hour", "hour"},
    {"minute", "minute"},
    {"second", "second"},
    {"starts_with", "startswith"},
    {"prefix", "startswith"},
    {"ends_with", "endswith"},
    {"suffix", "endswith"},
    {"contains", "contains"},
    {"substring", "substring"},
    {"substr", "substring"},
    {"date_trunc", "date_trunc"},
    {"datetrunc", "date_trunc"},
    {"ifnull", "coalesce"},
    {"nullif", "nullif"},
    {"now", "current_timestamp"},
    {"get_current_timestamp", "current_timestamp"},
    {"today", "current_date"},
    {"current_date", "current_date"},
};

[[noreturn]] void Refuse(const std::string &what) {
	throw Error(ErrorKind::UNSUPPORTED, what);
}

class Reading {
public:
	explicit Reading(const Schema &schema_p) : schema(schema_p) {
	}

	SqlExpression Read(const duckdb::ParsedExpression &node) const {
		switch (node.GetExpressionClass()) {
		case ExpressionClass::CONSTANT:
			return Constant(node.Cast<duckdb::ConstantExpression>().value);
		case ExpressionClass::COLUMN_REF:
			return Column(node.Cast<duckdb::ColumnRefExpression>());
		case ExpressionClass::CAST:
			return Cast(node.Cast<duckdb::CastExpression>());
		case ExpressionClass::CASE:
			return Case(node.Cast<duckdb::CaseExpression>());
		case ExpressionClass::COMPARISON:
			return Comparison(node.Cast<duckdb::ComparisonExpression>());
		case ExpressionClass::CONJUNCTION:
			return Conjunction(node.Cast<duckdb::ConjunctionExpression>());
		case ExpressionClass::BETWEEN: {
			const auto &between = node.Cast<duckdb::BetweenExpression>();
			auto low = SqlExpression::Call(">=", {Read(*between.input), Read(*between.lower)});
			auto high = SqlExpression::Call("<=", {Read(*between.input), Read(*between.upper)});
			return SqlExpression::Call("and", {std::move(low), std::move(high)});
		}
		case ExpressionClass::OPERATOR:
			return Operator(node.Cast<duckdb::OperatorExpression>());
		case ExpressionClass::FUNCTION:
			return Function(node.Cast<duckdb::FunctionExpression>());
		default:
			Refuse("\"" + node.ToString() + "\"");
		}
	}

private:
	static SqlExpression Constant(const duckdb::Value &value) {
		if (value.IsNull()) {
			return SqlExpression::Null();
		}
		auto text = value.ToString();
		switch (value.type().id()) {
		case LogicalTypeId::BOOLEAN:
		case LogicalTypeId::TINYINT:
		case LogicalTypeId::SMALLINT:
		case LogicalTypeId::INTEGER:
		case LogicalTypeId::BIGINT:
		case LogicalTypeId::DECIMAL:
		case LogicalTypeId::VARCHAR:
			return SqlExpression::Literal(ToDeltaType(value.type(), "", NaiveTimestamps::NTZ), std::move(text));
		case LogicalTypeId::HUGEINT:
			return SqlExpression::Literal(DataType::Decimal(DECIMAL_PRECISION_MAX, 0), std::move(text));
		case LogicalTypeId::DOUBLE: {
			std::string digits;
			AppendDouble(digits, value.GetValue<double>(), false);
			if (digits.find_first_of("Nny") != std::string::npos) {
				break;
			}
			return SqlExpression::Literal(DataType::Primitive(TypeKind::DOUBLE), std::move(digits));
		}
		default:
			break;
		}
		Refuse("the constant " + value.ToSQLString());
	}

	SqlExpression Column(const duckdb::ColumnRefExpression &column) const {
		const auto name = LowerName(column.GetColumnName());
		if (!column.IsQualified() && !schema.Find(name) && (name == "current_timestamp" || name == "current_date")) {
			return SqlExpression::Call(name, {});
		}
		return SqlExpression::Column({column.column_names.begin(), column.column_names.end()});
	}

	SqlExpression Cast(const duckdb::CastExpression &cast) const {
		if (cast.try_cast) {
			Refuse("TRY_CAST");
		}
		auto type = cast.cast_type;
		if (type.IsUnbound()) {
			type = duckdb::UnboundType::TryDefaultBind(type);
		}
		if (type.id() == LogicalTypeId::INVALID || type.IsNested()) {
			Refuse("a cast to " + cast.cast_type.ToString());
		}
		auto child = Read(*cast.child);
		// The words true and false.
		const bool is_boolean = type.id() == LogicalTypeId::BOOLEAN && child.kind == SqlExpression::Kind::LITERAL &&
		                        (child.value == "t" || child.value == "f");
		if (is_boolean) {
			return SqlExpression::Literal(DataType::Primitive(TypeKind::BOOLEAN),
			                              child.value == "t" ? "true" : "false");
		}
		auto read = SqlExpression::Cast(std::move(child), ToDeltaType(type, "", NaiveTimestamps::NTZ));
		read.rounds = true;
		return read;
	}

	SqlExpression Case(const duckdb::CaseExpression &node) const {
		std::vector<SqlExpression> children;
		for (const auto &check : node.case_checks) {
			children.push_back(Read(*check.when_expr));
			children.push_back(Read(*check.then_expr));
		}
		if (node.else_expr) {
			children.push_back(Read(*node.else_expr));
		}
		return SqlExpression::Call("case", std::move(children));
	}

	SqlExpression Comparison(const duckdb::ComparisonExpression &node) const {
		const auto name = [&]() -> const char * {
			switch (node.GetExpressionType()) {
			case ExpressionType::COMPARE_EQUAL:
				return "=";
			case ExpressionType::COMPARE_NOTEQUAL:
				return "!=";
			case ExpressionType::COMPARE_LESSTHAN:
				return "<";
			case ExpressionType::COMPARE_LESSTHANOREQUALTO:
				return "<=";
			case ExpressionType::COMPARE_GREATERTHAN:
				return ">";
			case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
				return ">=";
			default:
				return "<=>";
			}
		}();
		auto read = SqlExpression::Call(name, {Read(*node.left), Read(*node.right)});
		const bool is_not = node.GetExpressionType() == ExpressionType::COMPARE_DISTINCT_FROM;
		return is_not ? SqlExpression::Call("not", {std::move(read)}) : read;
	}

	SqlExpression Conjunction(const duckdb::ConjunctionExpression &node) const {
		const char *name = node.GetExpressionType() == ExpressionType::CONJUNCTION_AND ? "and" : "or";
		auto read = Read(*node.children[0]);
		for (size_t i = 1; i < node.children.size(); i++) {
			read = SqlExpression::Call(name, {std::move(read), Read(*node.children[i])});
		}
		return read;
	}

	std::vector<SqlExpression> ReadAll(const duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> &list) const {
		std::vector<SqlExpression> read;
		for (const auto &child : list) {
			read.push_back(Read(*child));
		}
		return read;
	}

	SqlExpression Operator(const duckdb::OperatorExpression &node) const {
		switch (node.GetExpressionType()) {
		case ExpressionType::OPERATOR_NOT:
			return SqlExpression::Call("not", ReadAll(node.children));
		case ExpressionType::OPERATOR_IS_NULL:
			return SqlExpression::Call("isnull", ReadAll(node.children));
		case ExpressionType::OPERATOR_IS_NOT_NULL:
			return SqlExpression::Call("isnotnull", ReadAll(node.children));
		case ExpressionType::OPERATOR_COALESCE:
			return SqlExpression::Call("coalesce", ReadAll(node.children));
		case ExpressionType::OPERATOR_NULLIF:
			return SqlExpression::Call("nullif", ReadAll(node.children));
		case ExpressionType::COMPARE_IN:
			return SqlExpression::Call("in", ReadAll(node.children));
		case ExpressionType::COMPARE_NOT_IN:
			return SqlExpression::Call("not", {SqlExpression::Call("in", ReadAll(node.children))});
		case ExpressionType::STRUCT_EXTRACT:
		case ExpressionType::ARRAY_EXTRACT:
			return Field(*node.children[0], *node.children[1]);
		default:
			Refuse("\"" + node.ToString() + "\"");
		}
	}

	SqlExpression Field(const duckdb::ParsedExpression &parent, const duckdb::ParsedExpression &name) const {
		auto read = Read(parent);
		const auto name_read = Read(name);
		const bool is_field = read.kind == SqlExpression::Kind::COLUMN &&
		                      name_read.kind == SqlExpression::Kind::LITERAL &&
		                      name_read.type->kind == TypeKind::STRING;
		if (!is_field) {
			Refuse("\"" + parent.ToString() + "[" + name.ToString() + "]\"");
		}
		read.path.push_back(name_read.value);
		return read;
	}

	SqlExpression Function(const duckdb::FunctionExpression &node) const {
		const auto name = LowerName(node.function_name);
		if (node.distinct || node.filter || (node.order_bys && !node.order_bys->orders.empty())) {
			Refuse("the aggregate " + node.ToString());
		}
		if (name == "struct_extract" && node.children.size() == 2) {
			return Field(*node.children[0], *node.children[1]);
		}
		if (name == "~~" || name == "!~~") {
			auto like = Like(node);
			return name == "~~" ? like : SqlExpression::Call("not", {std::move(like)});
		}
		if (name == "strftime" && node.children.size() == 2) {
			return DateFormat(node);
		}
		if ((name == "-" || name == "+") && node.children.size() == 1) {
			return Signed(name, Read(*node.children[0]));
		}
		for (const auto &[duckdb_name, spark_name] : DUCKDB_FUNCTIONS) {
			if (name == duckdb_name) {
				return SqlExpression::Call(spark_name, ReadAll(node.children));
			}
		}
		Refuse("the function " + node.function_name);
	}

	static SqlExpression Signed(const std::string &sign, SqlExpression child) {
		if (sign == "+") {
			return child;
		}
		const bool is_number = child.kind == SqlExpression::Kind::LITERAL && !child.IsNull() &&
		                       child.type->kind != TypeKind::STRING && child.value.front() != '-';
		if (!is_number) {
			return SqlExpression::Call("negate", {std::move(child)});
		}
		child.value = "-" + child.value;
		return child;
	}

	SqlExpression Like(const duckdb::FunctionExpression &node) const {
		auto value = Read(*node.children[0]);
		auto pattern = Read(*node.children[1]);
		const bool is_plain =
		    pattern.kind == SqlExpression::Kind::LITERAL && pattern.value.find('\\') == std::string::npos;
		if (!is_plain) {
			Refuse("LIKE with another pattern than a text without backslashes");
		}
		return SqlExpression::Call("like", {std::move(value), std::move(pattern)});
	}

	SqlExpression DateFormat(const duckdb::FunctionExpression &node) const {
		static constexpr std::pair<std::string_view, std::string_view> PARTS[] = {
		    {"%Y", "yyyy"}, {"%m", "MM"}, {"%d", "dd"}, {"%H", "HH"}, {"%M", "mm"}, {"%S", "ss"}};
		auto format = Read(*node.children[1]);
		std::string pattern;
		for (size_t at = 0; at < format.value.size(); at++) {
			auto part = std::string(1, format.value[at]);
			for (const auto &[duckdb_part, spark_part] : PARTS) {
				if (format.value.compare(at, 2, duckdb_part) == 0) {
					part = spark_part;
					at++;
					break;
				}
			}
			pattern += part;
		}
		format.value = std::move(pattern);
		return SqlExpression::Call("date_format", {Read(*node.children[0]), std::move(format)});
	}

	const Schema &schema;
};

} // namespace

SqlExpression FromDuckDBExpression(const duckdb::ParsedExpression &expression, const Schema &schema) {
	auto read = Reading(schema).Read(expression);
	// Says what the columns' types do not allow, casts that round included.
	ResolveExpression(read, schema);
	return read;
}

} // namespace merganser
