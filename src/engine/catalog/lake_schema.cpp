#include "engine/catalog/lake_schema.hpp"

#include "base/error.hpp"
#include "duckdb/catalog/catalog_entry/view_catalog_entry.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/statement/create_statement.hpp"
#include "duckdb/planner/tableref/bound_at_clause.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/catalog/listing_needs.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"

namespace merganser {

LakeSchema::LakeSchema(LakeCatalog &catalog, duckdb::CreateSchemaInfo &info)
    : SchemaCatalogEntry(catalog, info), lake(catalog) {
}

TableLocation LakeSchema::Locate(const std::string &table_name) {
	auto &layout = lake.Layout();
	{
		std::lock_guard<std::mutex> guard(known_lock);
		auto known = known_folders.find(table_name);
		if (known != known_folders.end()) {
			return layout.TableAt(name, known->second);
		}
	}
	auto exact = layout.TableAt(name, table_name);
	if (layout.Kind() != LakeLayoutKind::TABLE && exact.store->FolderExists(exact.root)) {
		return exact;
	}
	std::optional<std::string> found;
	for (auto &folder : layout.FolderNames(name)) {
		if (!duckdb::StringUtil::CIEquals(folder, table_name)) {
			continue;
		}
		if (found) {
			throw duckdb::BinderException(
			    "\"%s\" is ambiguous: the folders \"%s\" and \"%s\" differ only in case. Write the name as the "
			    "folder is written",
			    table_name, *found, folder);
		}
		found = folder;
	}
	return found ? layout.TableAt(name, *found) : exact;
}

//! A table's entry of one version; kept by the transaction, so that a second lookup gives the same entry.
static duckdb::CatalogEntry &TableEntryFor(duckdb::ClientContext &context, LakeSchema &schema,
                                           LakeTransaction &transaction, const SnapshotPtr &snapshot,
                                           bool time_travel) {
	(void)context;
	auto &location = snapshot->location;
	auto key = location.root + (time_travel ? "@" : "#") + std::to_string(reinterpret_cast<uintptr_t>(snapshot.get()));
	auto existing = transaction.FindEntry(key);
	if (existing) {
		return *existing;
	}
	auto slash = location.root.rfind('/');
	auto info = TableInfoOf(schema, location.root.substr(slash + 1), *snapshot);
	return transaction.KeepEntry(key,
	                             duckdb::make_uniq<LakeTable>(schema.catalog, schema, *info, snapshot, time_travel));
}

static int64_t VersionOf(const duckdb::Value &value) {
	duckdb::Value version;
	std::string error;
	if (!value.DefaultTryCastAs(duckdb::LogicalType::BIGINT, version, &error) || version.IsNull() ||
	    version.GetValue<int64_t>() < 0) {
		throw duckdb::BinderException("AT (VERSION => %s): a version is a whole number from 0", value.ToString());
	}
	return version.GetValue<int64_t>();
}

static int64_t TimestampMsOf(duckdb::ClientContext &context, const duckdb::Value &value) {
	duckdb::Value timestamp;
	std::string error;
	if (!value.TryCastAs(context, duckdb::LogicalType::TIMESTAMP_TZ, timestamp, &error) || timestamp.IsNull()) {
		throw duckdb::BinderException(
		    "AT (TIMESTAMP => %s): not a timestamp. Write for example AT (TIMESTAMP => TIMESTAMPTZ "
		    "'2026-01-31 12:00:00+00')",
		    value.ToString());
	}
	return duckdb::Timestamp::GetEpochMs(duckdb::timestamp_t(timestamp.GetValue<duckdb::timestamp_tz_t>().value));
}

SnapshotPtr LakeSchema::ViewAt(duckdb::ClientContext &context, LakeTransaction &transaction,
                               const TableLocation &location, const duckdb::EntryLookupInfo &lookup_info) {
	auto &at = *lookup_info.GetAtClause();
	int64_t version = 0;
	if (at.Unit() == "VERSION") {
		version = VersionOf(at.GetValue());
	} else if (at.Unit() == "TIMESTAMP") {
		auto timestamp_ms = TimestampMsOf(context, at.GetValue());
		auto &instance = LakeInstance::Get(context);
		ClientCancelToken cancel(context);
		version = AtBorder([&] {
			return VersionAtTimestamp(location, LogContext {instance.Parquet(), cancel}, timestamp_ms);
		});
	} else {
		throw duckdb::BinderException("AT (%s => …) is not supported: use VERSION or TIMESTAMP", at.Unit());
	}
	return transaction.ViewAtVersion(context, location, version);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::LookupTable(duckdb::ClientContext &context,
                                                                   const duckdb::EntryLookupInfo &lookup_info) {
	auto &table_name = lookup_info.GetEntryName();
	if (table_name.empty() || table_name[0] == '_' || table_name[0] == '.' ||
	    table_name.find('/') != std::string::npos) {
		return nullptr;
	}
	auto location = AtBorder([&] { return Locate(table_name); });
	auto &transaction = LakeTransaction::Get(context, catalog);
	if (lookup_info.GetAtClause()) {
		auto current = transaction.View(context, location);
		if (!current) {
			return nullptr;
		}
		auto snapshot = ViewAt(context, transaction, location, lookup_info);
		return &TableEntryFor(context, *this, transaction, snapshot, true);
	}
	auto snapshot = transaction.View(context, location);
	RememberFolder(table_name, location, snapshot != nullptr);
	if (!snapshot) {
		return nullptr;
	}
	return &TableEntryFor(context, *this, transaction, snapshot, false);
}

//! A name that was found once is not looked for again: a warm statement asks the store for the table's version only.
void LakeSchema::RememberFolder(const std::string &table_name, const TableLocation &location, bool found) {
	std::lock_guard<std::mutex> guard(known_lock);
	if (found) {
		known_folders[table_name] = location.root.substr(location.root.rfind('/') + 1);
	} else {
		known_folders.erase(table_name);
	}
}

static duckdb::CatalogEntry &ViewEntryFor(LakeSchema &schema, LakeTransaction &transaction, const StoredView &view) {
	auto key = "view:" + schema.name + ":" + view.name + ":" + view.sql + ":" + view.comment.value_or("");
	auto existing = transaction.FindEntry(key);
	if (existing) {
		return *existing;
	}
	duckdb::Parser parser;
	parser.ParseQuery(view.sql);
	auto info = std::move(parser.statements[0]->Cast<duckdb::CreateStatement>().info);
	auto &view_info = info->Cast<duckdb::CreateViewInfo>();
	view_info.catalog = schema.catalog.GetName();
	view_info.schema = schema.name;
	view_info.view_name = view.name;
	view_info.sql = view.sql;
	if (view.comment) {
		view_info.comment = duckdb::Value(*view.comment);
	}
	return transaction.KeepEntry(key, duckdb::make_uniq<duckdb::ViewCatalogEntry>(schema.catalog, schema, view_info));
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::LookupEntry(duckdb::CatalogTransaction transaction,
                                                                   const duckdb::EntryLookupInfo &lookup_info) {
	auto type = lookup_info.GetCatalogType();
	if (type != duckdb::CatalogType::TABLE_ENTRY && type != duckdb::CatalogType::VIEW_ENTRY) {
		return nullptr;
	}
	auto &context = transaction.GetContext();
	auto table = LookupTable(context, lookup_info);
	if (table) {
		return table;
	}
	auto view = AtBorder([&] {
		return StoredViews(lake.Layout().Root().store, lake.Layout().SchemaFolder(name))
		    .Find(lookup_info.GetEntryName());
	});
	if (!view) {
		return nullptr;
	}
	return &ViewEntryFor(*this, LakeTransaction::Get(context, catalog), *view);
}

//! For listings that show names only: no table is opened. `problem`: why a table cannot be read, shown as its comment.
static duckdb::CatalogEntry &NameOnlyEntry(LakeSchema &schema, LakeTransaction &transaction, const std::string &table,
                                           const std::string &problem = std::string()) {
	auto key = "name:" + schema.name + "/" + table + "/" + problem;
	auto existing = transaction.FindEntry(key);
	if (existing) {
		return *existing;
	}
	auto snapshot = std::make_shared<Snapshot>();
	snapshot->location = schema.Lake().Layout().TableAt(schema.name, table);
	duckdb::CreateTableInfo info(schema, table);
	info.columns.AddColumn(duckdb::ColumnDefinition("__", duckdb::LogicalType::SQLNULL));
	if (!problem.empty()) {
		info.comment = duckdb::Value("cannot be read: " + problem);
	}
	return transaction.KeepEntry(key, duckdb::make_uniq<LakeTable>(schema.catalog, schema, info, snapshot, true));
}

//! One table that cannot be read must not hide the others.
duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::ListTable(duckdb::ClientContext &context,
                                                                 const std::string &folder, bool names_only) {
	auto &transaction = LakeTransaction::Get(context, catalog);
	auto location = lake.Layout().TableAt(name, folder);
	try {
		if (names_only && !transaction.HasLocalChange(location)) {
			bool is_table = AtBorder([&] { return IsLiveTableFolder(location); });
			return is_table ? &NameOnlyEntry(*this, transaction, folder) : nullptr;
		}
		auto snapshot = transaction.View(context, location);
		return snapshot ? &TableEntryFor(context, *this, transaction, snapshot, false) : nullptr;
	} catch (const duckdb::InterruptException &) {
		throw;
	} catch (const std::exception &problem) {
		return &NameOnlyEntry(*this, transaction, folder, duckdb::ErrorData(problem).RawMessage());
	}
}

void LakeSchema::Scan(duckdb::ClientContext &context, duckdb::CatalogType type,
                      const std::function<void(duckdb::CatalogEntry &)> &callback) {
	if (type != duckdb::CatalogType::TABLE_ENTRY && type != duckdb::CatalogType::VIEW_ENTRY) {
		return;
	}
	auto &transaction = LakeTransaction::Get(context, catalog);
	auto &layout = lake.Layout();
	if (type == duckdb::CatalogType::TABLE_ENTRY) {
		bool names_only = !ListingNeeds::NeedsColumns(context);
		for (auto &folder : AtBorder([&] { return layout.FolderNames(name); })) {
			auto entry = ListTable(context, folder, names_only);
			if (entry) {
				callback(*entry);
			}
		}
	}
	StoredViews views(layout.Root().store, layout.SchemaFolder(name));
	for (auto &view_name : AtBorder([&] { return views.Names(); })) {
		auto view = AtBorder([&] { return views.Find(view_name); });
		if (view) {
			callback(ViewEntryFor(*this, transaction, *view));
		}
	}
}

duckdb::SimilarCatalogEntry LakeSchema::GetSimilarEntry(duckdb::CatalogTransaction transaction,
                                                        const duckdb::EntryLookupInfo &lookup_info) {
	(void)transaction;
	duckdb::SimilarCatalogEntry result;
	auto type = lookup_info.GetCatalogType();
	if (type != duckdb::CatalogType::TABLE_ENTRY && type != duckdb::CatalogType::VIEW_ENTRY) {
		return result;
	}
	auto &layout = lake.Layout();
	auto names = AtBorder([&] { return layout.FolderNames(name); });
	for (auto &view : AtBorder([&] { return StoredViews(layout.Root().store, layout.SchemaFolder(name)).Names(); })) {
		names.push_back(view);
	}
	for (auto &candidate : names) {
		auto score = duckdb::StringUtil::SimilarityRating(candidate, lookup_info.GetEntryName());
		if (score > result.score) {
			result.score = score;
			result.name = candidate;
		}
	}
	return result;
}

void LakeSchema::Scan(duckdb::CatalogType type, const std::function<void(duckdb::CatalogEntry &)> &callback) {
	// Only asked for with a context; without one there is no transaction that could own the entries.
	(void)type;
	(void)callback;
}

} // namespace merganser
