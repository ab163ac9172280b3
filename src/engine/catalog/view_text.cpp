#include "engine/catalog/view_text.hpp"

#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"

namespace merganser {

//! Walks tables and sub-queries of a query.
struct CatalogNameRemover {
	const std::string &catalog_name;
	//! True when the catalog has a schema of the same name: then `lake.t` may mean that schema, and stays.
	bool schema_has_that_name;

	void VisitTable(duckdb::TableRef &table) {
		if (table.type == duckdb::TableReferenceType::BASE_TABLE) {
			auto &base = table.Cast<duckdb::BaseTableRef>();
			if (duckdb::StringUtil::CIEquals(base.catalog_name, catalog_name)) {
				base.catalog_name.clear();
			} else if (base.catalog_name.empty() && !schema_has_that_name &&
			           duckdb::StringUtil::CIEquals(base.schema_name, catalog_name)) {
				base.schema_name.clear();
			}
		}
	}

	void VisitExpression(duckdb::unique_ptr<duckdb::ParsedExpression> &expression) {
		if (expression->GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
			VisitNode(*expression->Cast<duckdb::SubqueryExpression>().subquery->node);
		}
		duckdb::ParsedExpressionIterator::EnumerateChildren(
		    *expression, [&](duckdb::unique_ptr<duckdb::ParsedExpression> &child) { VisitExpression(child); });
	}

	void VisitNode(duckdb::QueryNode &node) {
		for (auto &cte : node.cte_map.map) {
			VisitNode(*cte.second->query->node);
		}
		duckdb::ParsedExpressionIterator::EnumerateQueryNodeChildren(
		    node, [&](duckdb::unique_ptr<duckdb::ParsedExpression> &child) { VisitExpression(child); },
		    [&](duckdb::TableRef &table) { VisitTable(table); });
	}
};

std::string ViewText(const duckdb::CreateViewInfo &info, const std::string &catalog_name, bool schema_has_that_name,
                     const std::string &view_name) {
	auto copy = info.Copy();
	auto &view = copy->Cast<duckdb::CreateViewInfo>();
	view.catalog.clear();
	view.schema.clear();
	view.view_name = view_name;
	view.on_conflict = duckdb::OnCreateConflict::ERROR_ON_CONFLICT;
	CatalogNameRemover remover {catalog_name, schema_has_that_name};
	remover.VisitNode(*view.query->node);
	return view.ToString();
}

} // namespace merganser
