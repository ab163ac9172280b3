#include "engine/functions/table_argument.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/catalog/standard_entry.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/qualified_name.hpp"
#include "duckdb/planner/binder.hpp"
#include "engine/catalog/lake_schema.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"

#include <algorithm>

namespace merganser {

//! `a."b.c""d"`: its parts, with quotes taken off; none where it is not such a name. Words of the grammar need no
//! quotes here.
static std::vector<std::string> SplitName(const std::string &text) {
	std::vector<std::string> parts(1);
	bool is_quoted = false;
	for (size_t i = 0; i < text.size(); i++) {
		bool is_quote = text[i] == '"';
		if (is_quote && is_quoted && i + 1 < text.size() && text[i + 1] == '"') {
			parts.back() += text[i++];
		} else if (is_quote) {
			is_quoted = !is_quoted;
		} else if (text[i] == '.' && !is_quoted) {
			parts.emplace_back();
		} else {
			parts.back() += text[i];
		}
	}
	bool has_empty = std::find(parts.begin(), parts.end(), "") != parts.end();
	return is_quoted || has_empty || parts.size() > 3 ? std::vector<std::string>() : parts;
}

static std::string QuotedName(const duckdb::CatalogEntry &table) {
	auto quote = [](const std::string &part) {
		return duckdb::KeywordHelper::WriteOptionallyQuoted(part);
	};
	return quote(table.ParentCatalog().GetName()) + "." + quote(table.ParentSchema().name) + "." + quote(table.name);
}

static std::optional<NamedTable> FindInCatalogs(duckdb::ClientContext &context, const std::string &text) {
	auto parts = SplitName(text);
	if (parts.empty()) {
		return std::nullopt;
	}
	duckdb::QualifiedName name;
	name.name = parts.back();
	name.schema = parts.size() > 1 ? parts[parts.size() - 2] : INVALID_SCHEMA;
	name.catalog = parts.size() > 2 ? parts[0] : INVALID_CATALOG;
	// `lake.t` names a catalog and a table where there is a catalog of that name, as in a query.
	duckdb::Binder::BindSchemaOrCatalog(context, name.catalog, name.schema);
	duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, name.name);
	auto entry =
	    duckdb::Catalog::GetEntry(context, name.catalog, name.schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
	if (!entry) {
		return std::nullopt;
	}
	auto table = dynamic_cast<LakeTable *>(entry.get());
	if (!table) {
		throw duckdb::BinderException("\"%s\" is not a Merganser table", text);
	}
	return NamedTable {table->GetSnapshot(), QuotedName(*table), table->ParentCatalog()};
}

NamedTable ResolveTable(duckdb::ClientContext &context, const std::string &function_name,
                        const duckdb::Value &argument) {
	if (argument.IsNull()) {
		throw duckdb::BinderException("%s: the table is NULL; name it as 'lake.schema.table' or by its folder",
		                              function_name);
	}
	auto text = argument.ToString();
	auto table = FindInCatalogs(context, text);
	if (table) {
		return *table;
	}
	return AtBorder([&] {
		auto &instance = LakeInstance::Get(context);
		auto location = instance.Locate(text);
		if (!location.store->FolderExists(location.LogFolder())) {
			throw Error(ErrorKind::NOT_FOUND, function_name + ": there is no table \"" + text +
			                                      "\"; name it as 'lake.schema.table' or by its folder");
		}
		ClientCancelToken cancel(context);
		auto snapshot = instance.Snapshots().Latest(location, LogContext {instance.Parquet(), cancel}, 0,
		                                            instance.GetClock().NowMs());
		return NamedTable {snapshot, text, nullptr};
	});
}

NewTable ResolveNewTable(duckdb::ClientContext &context, const std::string &function_name,
                         duckdb::TableFunctionBindInput &input, const duckdb::Value &argument) {
	const auto text = argument.IsNull() ? std::string() : argument.ToString();
	// A folder may have dots in its path.
	const bool is_folder = !text.empty() && (text.find_first_of("/.~") == 0 || text.find("://") != std::string::npos);
	const auto parts = is_folder ? std::vector<std::string>() : SplitName(text);
	if (parts.empty()) {
		throw duckdb::BinderException("%s makes a table: name it as 'lake.schema.table', where lake is an attached "
		                              "folder; \"%s\" is no such name",
		                              function_name, text);
	}
	duckdb::CreateTableInfo info;
	info.table = parts.back();
	info.schema = parts.size() > 1 ? parts[parts.size() - 2] : INVALID_SCHEMA;
	info.catalog = parts.size() > 2 ? parts[0] : INVALID_CATALOG;
	input.binder->SearchSchema(info);
	auto schema = dynamic_cast<LakeSchema *>(&duckdb::Catalog::GetSchema(context, info.catalog, info.schema));
	if (!schema) {
		throw duckdb::BinderException(
		    "%s: \"%s\" would not be a Merganser table: name it as 'lake.schema.table', where "
		    "lake is an attached folder",
		    function_name, text);
	}
	NewTable table {schema->LocateNew(info.table), schema->catalog};
	input.binder->GetStatementProperties().RegisterDBModify(schema->catalog, context,
	                                                        duckdb::DatabaseModificationType());
	return table;
}

NamedTable ResolveChangedTable(duckdb::ClientContext &context, const std::string &function_name,
                               duckdb::TableFunctionBindInput &input) {
	auto table = ResolveTable(context, function_name, input.inputs[0]);
	if (!table.catalog) {
		throw duckdb::BinderException(
		    "%s changes a table: ATTACH the folder above \"%s\" (TYPE merganser) and name the "
		    "table as 'lake.schema.table'",
		    function_name, table.name);
	}
	input.binder->GetStatementProperties().RegisterDBModify(*table.catalog, context,
	                                                        duckdb::DatabaseModificationType());
	return table;
}

} // namespace merganser
