#include "engine/functions/table_argument.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/parser/qualified_name.hpp"
#include "duckdb/planner/binder.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"

namespace merganser {

static SnapshotPtr FindInCatalogs(duckdb::ClientContext &context, const std::string &text) {
	duckdb::QualifiedName name;
	try {
		name = duckdb::QualifiedName::Parse(text);
	} catch (const duckdb::ParserException &) {
		return nullptr;
	}
	// `lake.t` names a catalog and a table where there is a catalog of that name, as in a query.
	duckdb::Binder::BindSchemaOrCatalog(context, name.catalog, name.schema);
	duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, name.name);
	auto entry =
	    duckdb::Catalog::GetEntry(context, name.catalog, name.schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
	if (!entry) {
		return nullptr;
	}
	auto table = dynamic_cast<LakeTable *>(entry.get());
	if (!table) {
		throw duckdb::BinderException("\"%s\" is not a Merganser table", text);
	}
	return table->GetSnapshot();
}

SnapshotPtr ResolveTable(duckdb::ClientContext &context, const std::string &function_name,
                         const duckdb::Value &argument) {
	if (argument.IsNull()) {
		throw duckdb::BinderException("%s: the table is NULL; name it as 'lake.schema.table' or by its folder",
		                              function_name);
	}
	auto text = argument.ToString();
	auto snapshot = FindInCatalogs(context, text);
	if (snapshot) {
		return snapshot;
	}
	return AtBorder([&] {
		auto &instance = LakeInstance::Get(context);
		auto location = instance.Locate(text);
		if (!location.store->FolderExists(location.LogFolder())) {
			throw Error(ErrorKind::NOT_FOUND, function_name + ": there is no table \"" + text +
			                                      "\"; name it as 'lake.schema.table' or by its folder");
		}
		ClientCancelToken cancel(context);
		return instance.Snapshots().Latest(location, LogContext {instance.Parquet(), cancel}, 0,
		                                   instance.GetClock().NowMs());
	});
}

} // namespace merganser
