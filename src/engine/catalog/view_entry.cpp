#include "engine/catalog/view_entry.hpp"

#include "base/error.hpp"
#include "duckdb/catalog/catalog_entry/view_catalog_entry.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/create_statement.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_transaction.hpp"

namespace merganser {

static duckdb::CatalogEntry &KeepViewEntry(LakeSchema &schema, LakeTransaction &transaction, const std::string &key,
                                           duckdb::CreateViewInfo &info) {
	info.catalog = schema.catalog.GetName();
	info.schema = schema.name;
	return transaction.KeepEntry(key, duckdb::make_uniq<duckdb::ViewCatalogEntry>(schema.catalog, schema, info));
}

//! The one CREATE VIEW statement of a view's text.
static duckdb::unique_ptr<duckdb::CreateViewInfo> ParseStoredView(const StoredView &view) {
	duckdb::Parser parser;
	try {
		parser.ParseQuery(view.sql);
	} catch (const std::exception &problem) {
		throw DamagedView(view.name, view.path,
		                  "holds SQL with an error (" + duckdb::ErrorData(problem).RawMessage() + ")");
	}
	auto &statements = parser.statements;
	if (statements.size() != 1 || statements[0]->type != duckdb::StatementType::CREATE_STATEMENT ||
	    statements[0]->Cast<duckdb::CreateStatement>().info->type != duckdb::CatalogType::VIEW_ENTRY) {
		throw DamagedView(view.name, view.path, "does not hold one CREATE VIEW statement");
	}
	return duckdb::unique_ptr_cast<duckdb::CreateInfo, duckdb::CreateViewInfo>(
	    std::move(statements[0]->Cast<duckdb::CreateStatement>().info));
}

static duckdb::CatalogEntry &GoodEntry(LakeSchema &schema, LakeTransaction &transaction, const StoredView &view) {
	auto key = "view:" + schema.name + ":" + view.name + ":" + view.sql + ":" + view.comment.value_or("");
	auto existing = transaction.FindEntry(key);
	if (existing) {
		return *existing;
	}
	auto info = ParseStoredView(view);
	info->view_name = view.name;
	info->sql = view.sql;
	if (view.comment) {
		info->comment = duckdb::Value(*view.comment);
	}
	return KeepViewEntry(schema, transaction, key, *info);
}

static duckdb::CatalogEntry &ProblemEntry(LakeSchema &schema, LakeTransaction &transaction, const std::string &name,
                                          const std::string &problem) {
	auto key = "damaged view:" + schema.name + ":" + name + ":" + problem;
	auto existing = transaction.FindEntry(key);
	if (existing) {
		return *existing;
	}
	duckdb::CreateViewInfo info;
	info.view_name = name;
	info.comment = duckdb::Value(problem);
	info.query = duckdb::CreateViewInfo::ParseSelect("SELECT error(" + duckdb::Value(problem).ToSQLString() + ")");
	// Known columns: a listing does not bind the query.
	info.names = {"__"};
	info.types = {duckdb::LogicalType::SQLNULL};
	return KeepViewEntry(schema, transaction, key, info);
}

duckdb::optional_ptr<duckdb::CatalogEntry> ViewEntry(duckdb::ClientContext &context, LakeSchema &schema,
                                                     const std::string &name, DamagedViewRule rule) {
	auto &transaction = LakeTransaction::Get(context, schema.catalog);
	auto &layout = schema.Lake().Layout();
	StoredViews views(layout.Root().store, layout.SchemaFolder(schema.name));
	return AtBorder([&]() -> duckdb::optional_ptr<duckdb::CatalogEntry> {
		try {
			auto view = views.Find(name);
			return view ? &GoodEntry(schema, transaction, *view) : nullptr;
		} catch (const Error &error) {
			auto stored_name = rule == DamagedViewRule::SHOW ? views.FindName(name) : std::nullopt;
			if (!stored_name) {
				throw;
			}
			return &ProblemEntry(schema, transaction, *stored_name, error.what());
		}
	});
}

} // namespace merganser
