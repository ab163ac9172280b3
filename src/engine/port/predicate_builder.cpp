#include "engine/port/predicate_builder.hpp"

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/function/scalar/struct_utils.hpp"
#include "duckdb/planner/expression/bound_between_expression.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_comparison_expression.hpp"
#include "duckdb/planner/expression/bound_conjunction_expression.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression/bound_operator_expression.hpp"
#include "engine/port/predicate_column.hpp"
#include "engine/port/type_map.hpp"

namespace merganser {

namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;

//! Deeper conditions (generated SQL) are not worth the stack.
constexpr int DEPTH_MAX = 200;

class ExpressionReader {
public:
	ExpressionReader(duckdb::ClientContext &context, const ColumnResolver &resolve)
	    : context(context), resolve(resolve) {
	}

	PredicatePtr Read(const Expression &expression, int depth) const {
		if (depth > DEPTH_MAX) {
			return Predicate::Unknown();
		}
		switch (expression.GetExpressionClass()) {
		case ExpressionClass::BOUND_COMPARISON:
			return ReadComparison(expression.Cast<duckdb::BoundComparisonExpression>());
		case ExpressionClass::BOUND_CONJUNCTION:
			return ReadConjunction(expression.Cast<duckdb::BoundConjunctionExpression>(), depth);
		case ExpressionClass::BOUND_BETWEEN:
			return ReadBetween(expression.Cast<duckdb::BoundBetweenExpression>());
		case ExpressionClass::BOUND_OPERATOR:
			return ReadOperator(expression.Cast<duckdb::BoundOperatorExpression>(), depth);
		case ExpressionClass::BOUND_FUNCTION:
			return ReadFunction(expression.Cast<duckdb::BoundFunctionExpression>());
		default:
			return ReadFlag(expression);
		}
	}

private:
	//! The column below an order-keeping cast to `expression`'s type; nullopt for everything else.
	std::optional<PredicateColumn> ReadColumn(const Expression &expression) const {
		if (expression.GetExpressionClass() == ExpressionClass::BOUND_CAST) {
			auto &cast = expression.Cast<duckdb::BoundCastExpression>();
			auto column = ReadPlainColumn(*cast.child);
			if (column && !cast.try_cast && CastKeepsOrder(*column->type, cast.return_type)) {
				return column;
			}
			return std::nullopt;
		}
		return ReadPlainColumn(expression);
	}

	std::optional<PredicateColumn> ReadPlainColumn(const Expression &expression) const {
		switch (expression.GetExpressionClass()) {
		case ExpressionClass::BOUND_COLUMN_REF:
		case ExpressionClass::BOUND_REF: {
			auto field = resolve(expression);
			if (!field || ToDuckDBType(*field->type) != expression.return_type) {
				return std::nullopt;
			}
			return PredicateColumn::Of(*field);
		}
		case ExpressionClass::BOUND_FUNCTION: {
			auto &function = expression.Cast<duckdb::BoundFunctionExpression>();
			auto &name = function.function.name;
			if ((name != "struct_extract" && name != "struct_extract_at") || !function.bind_info) {
				return std::nullopt;
			}
			auto parent = ReadPlainColumn(*function.children[0]);
			return parent ? parent->Child(function.bind_info->Cast<duckdb::StructExtractBindData>().index)
			              : std::nullopt;
		}
		default:
			return std::nullopt;
		}
	}

	std::optional<duckdb::Value> ReadConstant(const Expression &expression) const {
		duckdb::Value value;
		if (!expression.IsFoldable() || expression.IsVolatile() ||
		    !duckdb::ExpressionExecutor::TryEvaluateScalar(context, expression, value)) {
			return std::nullopt;
		}
		return value;
	}

	PredicatePtr Compare(const Expression &left, ExpressionType op, const Expression &right) const {
		auto column = ReadColumn(left);
		auto constant = ReadConstant(right);
		if (column && constant) {
			return CompareColumn(*column, op, *constant);
		}
		return Predicate::Unknown();
	}

	PredicatePtr ReadComparison(const duckdb::BoundComparisonExpression &comparison) const {
		auto type = comparison.GetExpressionType();
		if (comparison.left->IsFoldable()) {
			return Compare(*comparison.right, duckdb::FlipComparisonExpression(type), *comparison.left);
		}
		return Compare(*comparison.left, type, *comparison.right);
	}

	PredicatePtr ReadConjunction(const duckdb::BoundConjunctionExpression &conjunction, int depth) const {
		std::vector<PredicatePtr> children;
		for (auto &child : conjunction.children) {
			children.push_back(Read(*child, depth + 1));
		}
		return conjunction.GetExpressionType() == ExpressionType::CONJUNCTION_AND ? Predicate::And(std::move(children))
		                                                                          : Predicate::Or(std::move(children));
	}

	PredicatePtr ReadBetween(const duckdb::BoundBetweenExpression &between) const {
		return Predicate::And({Compare(*between.input, between.LowerComparisonType(), *between.lower),
		                       Compare(*between.input, between.UpperComparisonType(), *between.upper)});
	}

	PredicatePtr ReadIn(const duckdb::BoundOperatorExpression &in) const {
		auto column = ReadColumn(*in.children[0]);
		if (!column) {
			return Predicate::Unknown();
		}
		duckdb::vector<duckdb::Value> constants;
		for (size_t i = 1; i < in.children.size(); i++) {
			auto constant = ReadConstant(*in.children[i]);
			if (!constant) {
				return Predicate::Unknown();
			}
			constants.push_back(std::move(*constant));
		}
		return ColumnIn(*column, constants);
	}

	PredicatePtr ReadOperator(const duckdb::BoundOperatorExpression &expression, int depth) const {
		switch (expression.GetExpressionType()) {
		case ExpressionType::COMPARE_IN:
			return ReadIn(expression);
		case ExpressionType::COMPARE_NOT_IN:
			return Predicate::Not(ReadIn(expression));
		case ExpressionType::OPERATOR_NOT:
			return Predicate::Not(Read(*expression.children[0], depth + 1));
		case ExpressionType::OPERATOR_IS_NULL:
		case ExpressionType::OPERATOR_IS_NOT_NULL: {
			auto column = ReadColumn(*expression.children[0]);
			if (!column) {
				return Predicate::Unknown();
			}
			return expression.GetExpressionType() == ExpressionType::OPERATOR_IS_NULL
			           ? Predicate::IsNull(column->path)
			           : Predicate::IsNotNull(column->path);
		}
		default:
			return Predicate::Unknown();
		}
	}

	PredicatePtr ReadFunction(const duckdb::BoundFunctionExpression &function) const {
		auto &name = function.function.name;
		bool is_prefix = name == "prefix" || name == "starts_with" || name == "^@";
		bool is_like = name == "~~";
		if ((!is_prefix && !is_like) || function.children.size() != 2) {
			return ReadFlag(function);
		}
		auto column = ReadColumn(*function.children[0]);
		auto constant = ReadConstant(*function.children[1]);
		if (!column || !constant || constant->IsNull() || column->type->kind != TypeKind::STRING ||
		    constant->type().id() != duckdb::LogicalTypeId::VARCHAR) {
			return Predicate::Unknown();
		}
		auto text = duckdb::StringValue::Get(*constant);
		return is_prefix ? Predicate::StartsWith(column->path, text) : ReadLike(*column, text);
	}

	static PredicatePtr ReadLike(const PredicateColumn &column, const std::string &pattern) {
		auto wildcard = pattern.find_first_of("%_");
		if (wildcard == std::string::npos) {
			return Predicate::Compare(column.path, CompareOp::EQUAL, pattern);
		}
		if (wildcard == 0) {
			return Predicate::Unknown();
		}
		auto prefix = Predicate::StartsWith(column.path, pattern.substr(0, wildcard));
		if (pattern.substr(wildcard) == "%") {
			return prefix;
		}
		return Predicate::And({prefix, Predicate::Unknown()});
	}

	//! A boolean column on its own.
	PredicatePtr ReadFlag(const Expression &expression) const {
		auto column = ReadPlainColumn(expression);
		if (column && column->type->kind == TypeKind::BOOLEAN) {
			return Predicate::Compare(column->path, CompareOp::EQUAL, true);
		}
		return Predicate::Unknown();
	}

	duckdb::ClientContext &context;
	const ColumnResolver &resolve;
};

} // namespace

PredicatePtr BuildPredicate(duckdb::ClientContext &context, const Expression &expression,
                            const ColumnResolver &resolve) {
	if (expression.IsVolatile()) {
		return Predicate::Unknown();
	}
	return ExpressionReader(context, resolve).Read(expression, 0);
}

} // namespace merganser
