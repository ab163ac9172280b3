#include "engine/catalog/query_walk.hpp"

#include "duckdb/parser/common_table_expression_info.hpp"
#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/tableref/list.hpp"

namespace merganser {

void QueryWalk::VisitExpression(duckdb::unique_ptr<duckdb::ParsedExpression> &expression, const CteNames &ctes) {
	if (!expression) {
		return;
	}
	if (expression->GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
		VisitNode(*expression->Cast<duckdb::SubqueryExpression>().subquery->node, ctes);
	} else if (expression->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF && on_column) {
		on_column(expression->Cast<duckdb::ColumnRefExpression>());
	}
	duckdb::ParsedExpressionIterator::EnumerateChildren(
	    *expression, [&](duckdb::unique_ptr<duckdb::ParsedExpression> &child) { VisitExpression(child, ctes); });
}

void QueryWalk::VisitExpressions(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> &expressions,
                                 const CteNames &ctes) {
	for (auto &expression : expressions) {
		VisitExpression(expression, ctes);
	}
}

void QueryWalk::VisitTable(duckdb::TableRef &table, const CteNames &ctes) {
	if (on_alias && !table.alias.empty()) {
		on_alias(table.alias);
	}
	switch (table.type) {
	case duckdb::TableReferenceType::BASE_TABLE:
		if (on_table) {
			on_table(table.Cast<duckdb::BaseTableRef>(), ctes);
		}
		break;
	case duckdb::TableReferenceType::SUBQUERY:
		VisitNode(*table.Cast<duckdb::SubqueryRef>().subquery->node, ctes);
		break;
	case duckdb::TableReferenceType::JOIN: {
		auto &join = table.Cast<duckdb::JoinRef>();
		VisitTable(*join.left, ctes);
		VisitTable(*join.right, ctes);
		VisitExpression(join.condition, ctes);
		break;
	}
	case duckdb::TableReferenceType::TABLE_FUNCTION:
		VisitExpression(table.Cast<duckdb::TableFunctionRef>().function, ctes);
		break;
	case duckdb::TableReferenceType::EXPRESSION_LIST:
		for (auto &row : table.Cast<duckdb::ExpressionListRef>().values) {
			VisitExpressions(row, ctes);
		}
		break;
	case duckdb::TableReferenceType::PIVOT: {
		auto &pivot = table.Cast<duckdb::PivotRef>();
		VisitTable(*pivot.source, ctes);
		VisitExpressions(pivot.aggregates, ctes);
		for (auto &column : pivot.pivots) {
			VisitExpressions(column.pivot_expressions, ctes);
			if (column.subquery) {
				VisitNode(*column.subquery, ctes);
			}
		}
		break;
	}
	default:
		// Names no table.
		break;
	}
}

void QueryWalk::VisitNode(duckdb::QueryNode &node, CteNames ctes) {
	for (auto &cte : node.cte_map.map) {
		// A recursive one names itself; any other does not see its own name.
		auto &query = *cte.second->query->node;
		auto inner = ctes;
		if (query.type == duckdb::QueryNodeType::RECURSIVE_CTE_NODE) {
			inner.insert(cte.first);
		}
		VisitNode(query, inner);
		ctes.insert(cte.first);
	}
	auto visit = [&](duckdb::unique_ptr<duckdb::ParsedExpression> &child) {
		VisitExpression(child, ctes);
	};
	switch (node.type) {
	case duckdb::QueryNodeType::SELECT_NODE: {
		auto &select = node.Cast<duckdb::SelectNode>();
		VisitExpressions(select.select_list, ctes);
		VisitExpressions(select.groups.group_expressions, ctes);
		VisitExpression(select.where_clause, ctes);
		VisitExpression(select.having, ctes);
		VisitExpression(select.qualify, ctes);
		VisitTable(*select.from_table, ctes);
		break;
	}
	case duckdb::QueryNodeType::SET_OPERATION_NODE:
		for (auto &child : node.Cast<duckdb::SetOperationNode>().children) {
			VisitNode(*child, ctes);
		}
		break;
	case duckdb::QueryNodeType::RECURSIVE_CTE_NODE: {
		auto &recursive = node.Cast<duckdb::RecursiveCTENode>();
		VisitNode(*recursive.left, ctes);
		VisitNode(*recursive.right, ctes);
		break;
	}
	default:
		break;
	}
	duckdb::ParsedExpressionIterator::EnumerateQueryNodeModifiers(node, visit);
}

} // namespace merganser
