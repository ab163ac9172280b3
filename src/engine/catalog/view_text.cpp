#include "engine/catalog/view_text.hpp"

#include "duckdb/catalog/catalog_entry_retriever.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/catalog/standard_entry.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/planner/binder.hpp"
#include "engine/catalog/query_walk.hpp"

#include <set>

namespace merganser {

namespace {

//! Tables and columns of one query, renamed in place.
class NameFixer {
public:
	NameFixer(duckdb::ClientContext &context, LakeSchema &schema)
	    : context(context), schema(schema), retriever(context) {
		// As DuckDB binds a view: its own schema, its own catalog, then what the session looks through.
		auto catalog_name = schema.catalog.GetName();
		retriever.SetSearchPath({duckdb::CatalogSearchEntry(catalog_name, schema.name),
		                         duckdb::CatalogSearchEntry(catalog_name, INVALID_SCHEMA, true)});
	}

	void Fix(duckdb::QueryNode &node) {
		QueryWalk tables;
		tables.on_table = [&](duckdb::BaseTableRef &table, const CteNames &ctes) {
			FixTable(table, ctes);
		};
		tables.on_alias = [&](const std::string &alias) {
			catalog_is_alias |= IsOwnCatalog(alias);
		};
		tables.VisitNode(node, {});
		if (catalog_is_alias) {
			return;
		}
		QueryWalk columns;
		columns.on_column = [&](duckdb::ColumnRefExpression &column) {
			FixColumn(column);
		};
		columns.VisitNode(node, {});
	}

private:
	bool IsOwnCatalog(const std::string &name) const {
		return duckdb::StringUtil::CIEquals(name, schema.catalog.GetName());
	}

	duckdb::optional_ptr<duckdb::CatalogEntry> Find(const duckdb::BaseTableRef &table) {
		auto catalog_name = table.catalog_name;
		auto schema_name = table.schema_name;
		duckdb::Binder::BindSchemaOrCatalog(context, catalog_name, schema_name);
		duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, table.table_name);
		return retriever.GetEntry(catalog_name, schema_name, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
	}

	void FixTable(duckdb::BaseTableRef &table, const CteNames &ctes) {
		bool is_qualified = !table.catalog_name.empty() || !table.schema_name.empty();
		bool hides_cte = ctes.count(table.table_name) > 0;
		if (!is_qualified && hides_cte) {
			return;
		}
		auto entry = Find(table);
		// A file, or a view of DuckDB's own.
		if (!entry || entry->ParentCatalog().IsSystemCatalog()) {
			return;
		}
		// Another name where a catalog's name stands for the one table in it.
		table.table_name = entry->name;
		auto &found_schema = entry->ParentSchema();
		if (&found_schema == &schema && !hides_cte) {
			table.catalog_name.clear();
			table.schema_name.clear();
		} else {
			bool is_own = &entry->ParentCatalog() == &schema.catalog;
			table.catalog_name = is_own ? std::string() : entry->ParentCatalog().GetName();
			table.schema_name = found_schema.name;
		}
		if (&entry->ParentCatalog() == &schema.catalog) {
			own_tables.insert(duckdb::StringUtil::Lower(table.table_name));
		}
	}

	//! `lake.t.i` and `lake.main.t.i`: free of the catalog's name. Then `main.t.i` works, whichever way the table is
	//! named.
	void FixColumn(duckdb::ColumnRefExpression &column) {
		auto &names = column.column_names;
		auto is_table = [&](size_t index) {
			return index + 1 < names.size() && own_tables.count(duckdb::StringUtil::Lower(names[index])) > 0;
		};
		if (IsOwnCatalog(names[0]) && (is_table(1) || is_table(2))) {
			names.erase(names.begin());
		}
	}

	duckdb::ClientContext &context;
	LakeSchema &schema;
	duckdb::CatalogEntryRetriever retriever;
	//! Tables and views of the view's catalog, in lower case.
	std::set<std::string> own_tables;
	//! Then `lake.i` may be a column of what has that alias, and is left as it is.
	bool catalog_is_alias = false;
};

} // namespace

std::string ViewText(duckdb::ClientContext &context, const duckdb::CreateViewInfo &info, LakeSchema &schema,
                     const std::string &view_name) {
	auto copy = info.Copy();
	auto &view = copy->Cast<duckdb::CreateViewInfo>();
	view.catalog.clear();
	view.schema.clear();
	view.view_name = view_name;
	view.on_conflict = duckdb::OnCreateConflict::ERROR_ON_CONFLICT;
	NameFixer(context, schema).Fix(*view.query->node);
	return view.ToString();
}

} // namespace merganser
