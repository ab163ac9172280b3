#include "engine/functions/replace_where_statement.hpp"

#include "base/error.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/catalog/catalog_entry/table_catalog_entry.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/parser_exception.hpp"
#include "duckdb/common/string_util.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/delete_statement.hpp"
#include "duckdb/parser/statement/insert_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_conjunction_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/operator/logical_delete.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/operator/logical_insert.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "duckdb/planner/operator/logical_set_operation.hpp"
#include "engine/functions/statement_reader.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/write/replace_where.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace merganser {

namespace {

using duckdb::Expression;
using duckdb::LogicalOperator;
using duckdb::LogicalType;

using Expressions = duckdb::vector<duckdb::unique_ptr<Expression>>;
using OperatorPtr = duckdb::unique_ptr<LogicalOperator>;

constexpr const char *SPELLING = "INSERT INTO table [BY NAME | (column, …)] REPLACE WHERE condition query";

//! One way to tell the condition from the query behind it.
struct Reading {
	std::string condition;
	//! The statement without REPLACE WHERE.
	std::string insert;
};

struct ParsedReading {
	duckdb::unique_ptr<duckdb::InsertStatement> insert;
	duckdb::unique_ptr<duckdb::ParsedExpression> condition;
	//! As the user wrote it.
	std::string condition_text;
};

class ReplaceWhereReader : public StatementReader {
public:
	using StatementReader::StatementReader;

	//! Empty for another statement.
	std::vector<Reading> Read() {
		spelling = SPELLING;
		if (!IsWord(0, "INSERT") && !IsWord(0, "WITH")) {
			return {};
		}
		bool has_insert = false;
		while (!(has_insert && IsOutside() && IsWord(0, "REPLACE") && IsWord(1, "WHERE"))) {
			if (Next().kind == Token::Kind::END) {
				return {};
			}
			has_insert = has_insert || (IsOutside() && IsWord(0, "INSERT"));
			Pass(head);
		}
		Take();
		Take();
		std::vector<Reading> readings;
		while (Next().kind != Token::Kind::END) {
			if (IsOutside() && BeginsQuery() && !condition.empty()) {
				readings.push_back({condition, head + RestOfText()});
			}
			Pass(condition);
		}
		if (readings.empty()) {
			Fail();
		}
		return readings;
	}

private:
	bool BeginsQuery() const {
		for (const auto *word : {"SELECT", "FROM", "VALUES", "WITH", "TABLE"}) {
			if (IsWord(0, word)) {
				return true;
			}
		}
		return false;
	}
	std::string RestOfText() const {
		ReplaceWhereReader rest(*this);
		std::string result;
		while (rest.Next().kind != Token::Kind::END) {
			rest.Pass(result);
		}
		return result;
	}

	std::string head;
	std::string condition;
};

//! The insert in the plan: below what its CTEs have put above it.
OperatorPtr &InsertIn(OperatorPtr &plan) {
	auto *place = &plan;
	while ((*place)->type != duckdb::LogicalOperatorType::LOGICAL_INSERT) {
		place = &(*place)->children.back();
	}
	return *place;
}

//! Conditions above the scan as one expression over rows of the whole table.
class TableCondition {
public:
	TableCondition(const Expressions &conjuncts, const duckdb::LogicalGet &get_p) : get(get_p) {
		for (const auto &conjunct : conjuncts) {
			auto copy = conjunct->Copy();
			Check(*copy);
			Rewrite(copy);
			expression = expression
			                 ? duckdb::make_uniq_base<Expression, duckdb::BoundConjunctionExpression>(
			                       duckdb::ExpressionType::CONJUNCTION_AND, std::move(expression), std::move(copy))
			                 : std::move(copy);
		}
	}

	ReplacedRows Take(std::string text) {
		return {std::move(text), std::move(expression), {fields.begin(), fields.end()}, std::nullopt};
	}

private:
	static void Check(const Expression &condition) {
		if (condition.IsVolatile()) {
			throw duckdb::BinderException(
			    "REPLACE WHERE: \"%s\" may be another value each time; the rows that go and the "
			    "rows that come have to fulfil the same condition",
			    condition.ToString());
		}
	}

	void Rewrite(duckdb::unique_ptr<Expression> &node) {
		if (node->GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) {
			duckdb::ExpressionIterator::EnumerateChildren(
			    *node, [&](duckdb::unique_ptr<Expression> &child) { Rewrite(child); });
			return;
		}
		const auto &reference = node->Cast<duckdb::BoundColumnRefExpression>();
		const auto &column = get.GetColumnIds()[reference.binding.column_index];
		if (column.IsVirtualColumn()) {
			throw duckdb::BinderException("REPLACE WHERE takes columns of the table: new rows have no \"%s\"",
			                              reference.GetName());
		}
		fields.insert(column.GetPrimaryIndex());
		node = duckdb::make_uniq<duckdb::BoundReferenceExpression>(reference.GetAlias(), reference.return_type,
		                                                           column.GetPrimaryIndex());
	}

	const duckdb::LogicalGet &get;
	duckdb::unique_ptr<Expression> expression;
	std::set<size_t> fields;
};

class ReplaceWhere : public LateStatement {
public:
	explicit ReplaceWhere(std::vector<Reading> readings_p) : readings(std::move(readings_p)) {
	}

	duckdb::BoundStatement Bind(duckdb::ClientContext &context, duckdb::Binder &binder) const override {
		auto parsed = Parse(context);
		CheckClauses(parsed);
		auto bound = binder.Bind(static_cast<duckdb::SQLStatement &>(*parsed.insert));
		auto &place = InsertIn(bound.plan);
		auto &insert = place->Cast<duckdb::LogicalInsert>();
		if (insert.table.ParentCatalog().GetCatalogType() != LAKE_TYPE) {
			throw duckdb::BinderException("REPLACE WHERE is for Delta tables, and \"%s\" is none: DELETE its rows and "
			                              "INSERT others within BEGIN … COMMIT",
			                              insert.table.name);
		}
		duckdb::DeleteStatement removal;
		removal.condition = std::move(parsed.condition);
		removal.table = Target(insert.table);
		auto delete_binder = duckdb::Binder::CreateBinder(context, binder);
		auto removed = delete_binder->Bind(static_cast<duckdb::SQLStatement &>(removal));
		place = Merge(binder, insert, removed.plan->Cast<duckdb::LogicalDelete>(), std::move(parsed.condition_text));
		return bound;
	}

private:
	//! The shortest condition that parses and leaves a query that does: FROM may be a word of the condition too.
	ParsedReading Parse(duckdb::ClientContext &context) const {
		std::optional<duckdb::ParserException> problem;
		for (const auto &reading : readings) {
			try {
				ParsedReading parsed;
				auto conditions = duckdb::Parser::ParseExpressionList(reading.condition, context.GetParserOptions());
				duckdb::Parser parser(context.GetParserOptions());
				parser.ParseQuery(reading.insert);
				const bool is_insert = conditions.size() == 1 && parser.statements.size() == 1 &&
				                       parser.statements[0]->type == duckdb::StatementType::INSERT_STATEMENT;
				if (is_insert) {
					parsed.condition = std::move(conditions[0]);
					parsed.condition_text = reading.condition;
					duckdb::StringUtil::Trim(parsed.condition_text);
					parsed.insert = duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::InsertStatement>(
					    std::move(parser.statements[0]));
					return parsed;
				}
			} catch (const duckdb::ParserException &error) {
				problem = problem ? problem : error;
			}
		}
		throw problem ? *problem : duckdb::ParserException("%s", SPELLING);
	}

	static void CheckClauses(const ParsedReading &parsed) {
		if (!parsed.insert->returning_list.empty() || parsed.insert->on_conflict_info) {
			throw duckdb::BinderException("REPLACE WHERE cannot be combined with %s",
			                              parsed.insert->on_conflict_info ? "ON CONFLICT" : "RETURNING");
		}
		if (parsed.condition->HasSubquery() || parsed.condition->HasParameter()) {
			throw duckdb::BinderException(
			    "REPLACE WHERE takes a condition on the table's columns without %s; SET VARIABLE and getvariable(…) "
			    "bring in other values",
			    parsed.condition->HasSubquery() ? "sub-queries" : "parameters");
		}
	}

	static duckdb::unique_ptr<duckdb::TableRef> Target(duckdb::TableCatalogEntry &table) {
		auto target = duckdb::make_uniq<duckdb::BaseTableRef>();
		target->catalog_name = table.ParentCatalog().GetName();
		target->schema_name = table.ParentSchema().name;
		target->table_name = table.name;
		return target;
	}

	//! Below the two: the new rows with a NULL as row id, and row ids with NULLs as values.
	static OperatorPtr Merge(duckdb::Binder &binder, duckdb::LogicalInsert &insert, duckdb::LogicalDelete &removal,
	                         std::string condition_text) {
		auto &filter = *removal.children[0];
		TableCondition condition(filter.expressions, filter.children[0]->Cast<duckdb::LogicalGet>());
		auto merge = duckdb::make_uniq<LogicalReplaceWhere>(insert.table, condition.Take(std::move(condition_text)));
		auto &source = *insert.children[0];
		source.ResolveOperatorTypes();
		const auto bindings = source.GetColumnBindings();
		const auto rows = binder.GenerateTableIndex();
		auto put = duckdb::make_uniq<duckdb::BoundMergeIntoAction>();
		put->action_type = duckdb::MergeActionType::MERGE_INSERT;
		put->column_index_map = std::move(insert.column_index_map);
		Expressions added;
		Expressions gone;
		for (idx_t i = 0; i < bindings.size(); i++) {
			added.push_back(Column(source.types[i], bindings[i]));
			gone.push_back(Null(source.types[i]));
			put->expressions.push_back(Column(source.types[i], duckdb::ColumnBinding(rows, i)));
		}
		for (auto &row_id : removal.expressions) {
			added.push_back(Null(row_id->return_type));
			gone.push_back(std::move(row_id));
		}
		auto take = duckdb::make_uniq<duckdb::BoundMergeIntoAction>();
		take->action_type = duckdb::MergeActionType::MERGE_DELETE;
		merge->actions[duckdb::MergeActionCondition::WHEN_NOT_MATCHED_BY_TARGET].push_back(std::move(put));
		merge->actions[duckdb::MergeActionCondition::WHEN_MATCHED].push_back(std::move(take));
		merge->row_id_start = bindings.size();
		merge->table_index = binder.GenerateTableIndex();
		merge->bound_defaults = std::move(insert.bound_defaults);
		merge->bound_constraints = std::move(insert.bound_constraints);
		const auto width = added.size();
		auto new_rows = Project(binder, std::move(added), std::move(insert.children[0]));
		auto old_rows = Project(binder, std::move(gone), std::move(removal.children[0]));
		merge->AddChild(duckdb::make_uniq<duckdb::LogicalSetOperation>(
		    rows, width, std::move(new_rows), std::move(old_rows), duckdb::LogicalOperatorType::LOGICAL_UNION, true));
		return merge;
	}

	static duckdb::unique_ptr<Expression> Column(const LogicalType &type, duckdb::ColumnBinding binding) {
		return duckdb::make_uniq<duckdb::BoundColumnRefExpression>(type, binding);
	}
	static duckdb::unique_ptr<Expression> Null(const LogicalType &type) {
		return duckdb::make_uniq<duckdb::BoundConstantExpression>(duckdb::Value(type));
	}
	static OperatorPtr Project(duckdb::Binder &binder, Expressions expressions, OperatorPtr child) {
		auto projection =
		    duckdb::make_uniq<duckdb::LogicalProjection>(binder.GenerateTableIndex(), std::move(expressions));
		projection->AddChild(std::move(child));
		return projection;
	}

	const std::vector<Reading> readings;
};

} // namespace

duckdb::shared_ptr<LateStatement> ParseReplaceWhere(const std::string &text) {
	auto tokens = SplitStatement(text);
	auto readings = tokens ? ReplaceWhereReader(text, std::move(*tokens)).Read() : std::vector<Reading>();
	return readings.empty() ? nullptr : duckdb::make_shared_ptr<ReplaceWhere>(std::move(readings));
}

} // namespace merganser
