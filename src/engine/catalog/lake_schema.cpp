#include "engine/catalog/lake_schema.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/planner/tableref/bound_at_clause.hpp"
#include "engine/catalog/evolved_table.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/catalog/listing_needs.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/catalog/view_entry.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/version_value.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"

#include <algorithm>

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
	return transaction.KeepEntry(
	    key, duckdb::make_uniq<LakeTable>(schema.catalog, schema, *info, TableVersion {snapshot, time_travel}));
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
		version = VersionOfValue(at.GetValue(), "AT (VERSION => …)");
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

//! Whether there is such a table now. Its newest version may be damaged, or need what we do not know: past ones are
//! read all the same.
static bool IsThere(duckdb::ClientContext &context, LakeTransaction &transaction, const TableLocation &location) {
	try {
		return transaction.View(context, location) != nullptr;
	} catch (const duckdb::IOException &) {
		return AtBorder([&] { return IsLiveTableFolder(location); });
	} catch (const duckdb::NotImplementedException &) {
		return true;
	}
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::LookupTable(duckdb::ClientContext &context,
                                                                   const duckdb::EntryLookupInfo &lookup_info) {
	auto &table_name = lookup_info.GetEntryName();
	if (table_name.find('/') != std::string::npos) {
		return FindEvolvedTable(context, catalog, table_name);
	}
	if (table_name.empty() || table_name[0] == '_' || table_name[0] == '.') {
		return nullptr;
	}
	auto location = AtBorder([&] { return Locate(table_name); });
	auto &transaction = LakeTransaction::Get(context, catalog);
	if (lookup_info.GetAtClause()) {
		if (!IsThere(context, transaction, location)) {
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
	// DROP VIEW looks for a view: it has to find a damaged one.
	bool may_be_damaged = type == duckdb::CatalogType::VIEW_ENTRY;
	return ViewEntry(context, *this, lookup_info.GetEntryName(),
	                 may_be_damaged ? DamagedViewRule::SHOW : DamagedViewRule::REFUSE);
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
	return transaction.KeepEntry(
	    key, duckdb::make_uniq<LakeTable>(schema.catalog, schema, info, TableVersion {snapshot, true}));
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

//! The schema's folders, and the one of a table that this transaction creates: it may not be there before COMMIT.
std::vector<std::string> LakeSchema::FoldersToList(duckdb::ClientContext &context) {
	auto folders = AtBorder([&] { return lake.Layout().FolderNames(name); });
	auto written = LakeTransaction::Get(context, catalog).WrittenTable();
	if (written && lake.Layout().Kind() != LakeLayoutKind::TABLE) {
		auto folder = std::string(FileNameOf(written->root));
		bool is_here = written->root == lake.Layout().TableAt(name, folder).root;
		if (is_here && std::find(folders.begin(), folders.end(), folder) == folders.end()) {
			folders.push_back(std::move(folder));
		}
	}
	return folders;
}

void LakeSchema::Scan(duckdb::ClientContext &context, duckdb::CatalogType type,
                      const std::function<void(duckdb::CatalogEntry &)> &callback) {
	if (type != duckdb::CatalogType::TABLE_ENTRY && type != duckdb::CatalogType::VIEW_ENTRY) {
		return;
	}
	auto &layout = lake.Layout();
	if (type == duckdb::CatalogType::TABLE_ENTRY) {
		bool names_only = !ListingNeeds::NeedsColumns(context);
		for (auto &folder : FoldersToList(context)) {
			auto entry = ListTable(context, folder, names_only);
			if (entry) {
				callback(*entry);
			}
		}
	}
	StoredViews views(layout.Root().store, layout.SchemaFolder(name));
	for (auto &view_name : AtBorder([&] { return views.Names(); })) {
		auto view = ViewEntry(context, *this, view_name, DamagedViewRule::SHOW);
		if (view) {
			callback(*view);
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
