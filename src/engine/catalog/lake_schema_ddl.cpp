#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/parsed_data/alter_table_info.hpp"
#include "duckdb/parser/parsed_data/comment_on_column_info.hpp"
#include "duckdb/parser/parsed_data/create_collation_info.hpp"
#include "duckdb/parser/parsed_data/create_copy_function_info.hpp"
#include "duckdb/parser/parsed_data/create_index_info.hpp"
#include "duckdb/parser/parsed_data/create_pragma_function_info.hpp"
#include "duckdb/parser/parsed_data/create_sequence_info.hpp"
#include "duckdb/parser/parsed_data/create_table_function_info.hpp"
#include "duckdb/parser/parsed_data/create_type_info.hpp"
#include "duckdb/parser/parsed_data/create_view_info.hpp"
#include "duckdb/parser/parsed_data/drop_info.hpp"
#include "duckdb/planner/parsed_data/bound_create_table_info.hpp"
#include "engine/catalog/alter_table.hpp"
#include "engine/catalog/create_table.hpp"
#include "engine/catalog/lake_schema.hpp"
#include "engine/catalog/lake_table.hpp"
#include "engine/catalog/rename_table.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/catalog/view_text.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "txn/overwrite.hpp"

namespace merganser {

static StoredViews ViewsOf(const LakeSchema &schema) {
	auto &layout = schema.Lake().Layout();
	return StoredViews(layout.Root().store, layout.SchemaFolder(schema.name));
}

TableLocation LakeSchema::LocateNew(const std::string &table_name) {
	AtBorder([&] { LakeLayout::CheckName("table", table_name); });
	if (lake.Layout().Kind() == LakeLayoutKind::TABLE) {
		throw duckdb::BinderException(
		    "CREATE TABLE \"%s\": \"%s\" is attached as one table. Attach its parent folder instead", table_name,
		    lake.Layout().Root().name);
	}
	if (AtBorder([&] { return ViewsOf(*this).FindName(table_name); })) {
		throw duckdb::CatalogException("CREATE TABLE \"%s\": there is a view of that name; drop it first", table_name);
	}
	return AtBorder([&] { return Locate(table_name); });
}

SnapshotPtr LakeSchema::PrepareCreate(duckdb::ClientContext &context, duckdb::BoundCreateTableInfo &info) {
	auto &base = info.Base();
	const auto location = LocateNew(base.table);
	auto &transaction = LakeTransaction::Get(context, catalog);
	auto existing = transaction.View(context, location);
	if (!existing) {
		return nullptr;
	}
	if (base.on_conflict != duckdb::OnCreateConflict::REPLACE_ON_CONFLICT) {
		throw duckdb::CatalogException("Table with name \"%s\" already exists!", base.table);
	}
	if (transaction.HasLocalChange(location)) {
		throw duckdb::NotImplementedException(
		    "CREATE OR REPLACE TABLE \"%s\" in a transaction that has changed the table before: COMMIT first",
		    base.table);
	}
	return existing;
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateTable(duckdb::CatalogTransaction transaction,
                                                                   duckdb::BoundCreateTableInfo &info) {
	auto &context = transaction.GetContext();
	auto &base = info.Base();
	auto &lake_transaction = LakeTransaction::Get(context, catalog);
	if (base.on_conflict == duckdb::OnCreateConflict::IGNORE_ON_CONFLICT) {
		auto existing = LookupEntry(transaction, duckdb::EntryLookupInfo(duckdb::CatalogType::TABLE_ENTRY, base.table));
		if (existing) {
			return existing;
		}
	}
	auto replaced = PrepareCreate(context, info);
	auto location = AtBorder([&] { return Locate(base.table); });
	lake_transaction.CheckMayWrite(context, location);
	auto change = PlanCreateTable(context, lake, info, replaced, false);
	if (replaced) {
		AtBorder([&] { RemoveAllFiles(*replaced, LakeInstance::Get(context).GetClock().NowMs(), change); });
		lake_transaction.MarkWholeTableRead(location);
	}
	lake_transaction.Stage(context, location, std::move(change));
	return LookupEntry(transaction, duckdb::EntryLookupInfo(duckdb::CatalogType::TABLE_ENTRY, base.table));
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateView(duckdb::CatalogTransaction transaction,
                                                                  duckdb::CreateViewInfo &info) {
	auto &context = transaction.GetContext();
	AtBorder([&] { LakeLayout::CheckName("view", info.view_name); });
	if (lake.Layout().Kind() == LakeLayoutKind::TABLE) {
		throw duckdb::BinderException(
		    "CREATE VIEW \"%s\": \"%s\" is attached as one table. Attach its parent folder instead", info.view_name,
		    lake.Layout().Root().name);
	}
	duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, info.view_name);
	if (LookupTable(context, lookup)) {
		throw duckdb::CatalogException("CREATE VIEW \"%s\": there is a table of that name; drop it first",
		                               info.view_name);
	}
	auto views = ViewsOf(*this);
	auto existing = AtBorder([&] { return views.FindName(info.view_name); });
	if (existing && info.on_conflict == duckdb::OnCreateConflict::IGNORE_ON_CONFLICT) {
		return LookupEntry(transaction, lookup);
	}
	StoredView view;
	view.name = existing.value_or(info.view_name);
	view.sql = ViewText(context, info, *this, view.name);
	bool replace = info.on_conflict == duckdb::OnCreateConflict::REPLACE_ON_CONFLICT;
	if ((existing && !replace) || !AtBorder([&] { return views.Save(view, replace); })) {
		throw duckdb::CatalogException("View with name \"%s\" already exists!", view.name);
	}
	return LookupEntry(transaction, lookup);
}

void LakeSchema::DropEntry(duckdb::ClientContext &context, duckdb::DropInfo &info) {
	duckdb::EntryLookupInfo lookup(info.type, info.name);
	auto entry = LookupEntry(GetCatalogTransaction(context), lookup);
	if (!entry) {
		if (info.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
			return;
		}
		throw duckdb::CatalogException("\"%s\" does not exist", info.name);
	}
	if (entry->type != info.type) {
		auto type = duckdb::StringUtil::Upper(duckdb::CatalogTypeToString(entry->type));
		throw duckdb::CatalogException("\"%s\" is a %s: use DROP %s", info.name, type, type);
	}
	if (entry->type == duckdb::CatalogType::VIEW_ENTRY) {
		AtBorder([&] { ViewsOf(*this).Delete(entry->name); });
		return;
	}
	auto &transaction = LakeTransaction::Get(context, catalog);
	auto &table = entry->Cast<LakeTable>();
	transaction.CheckMayWrite(context, table.Location());
	transaction.StageDrop(context, table.Location());
}

static TableChange PlanAlter(duckdb::ClientContext &context, const LakeTable &table, duckdb::AlterInfo &info) {
	switch (info.type) {
	case duckdb::AlterType::SET_COMMENT:
		return PlanTableComment(table, info.Cast<duckdb::SetCommentInfo>().comment_value);
	case duckdb::AlterType::SET_COLUMN_COMMENT: {
		auto &comment = info.Cast<duckdb::SetColumnCommentInfo>();
		return AtBorder([&] { return PlanColumnComment(table, comment.column_name, comment.comment_value); });
	}
	case duckdb::AlterType::ALTER_TABLE: {
		auto &alter = info.Cast<duckdb::AlterTableInfo>();
		auto change = PlanAlterTable(context, table, alter);
		if (!change.IsEmpty() && AddsValues(table, alter)) {
			throw duckdb::NotImplementedException("ALTER TABLE \"%s\" ADD COLUMN … DEFAULT: the table had no rows when "
			                                      "the statement was prepared, and has "
			                                      "some now that need the value. Prepare it again",
			                                      table.Location().name);
		}
		return change;
	}
	default:
		throw duckdb::NotImplementedException("ALTER on \"%s\": this is not supported in this version", info.name);
	}
}

static bool IsTableRename(const duckdb::AlterInfo &info) {
	return info.type == duckdb::AlterType::ALTER_TABLE &&
	       info.Cast<duckdb::AlterTableInfo>().alter_table_type == duckdb::AlterTableType::RENAME_TABLE;
}

void LakeSchema::Alter(duckdb::CatalogTransaction transaction, duckdb::AlterInfo &info) {
	auto &context = transaction.GetContext();
	duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, info.name);
	auto entry = LookupEntry(transaction, lookup);
	if (!entry) {
		if (info.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
			return;
		}
		throw duckdb::CatalogException("Table with name \"%s\" does not exist!", info.name);
	}
	if (info.type == duckdb::AlterType::SET_COMMENT && entry->type == duckdb::CatalogType::VIEW_ENTRY) {
		auto views = ViewsOf(*this);
		auto view = AtBorder([&] { return views.Find(entry->name); });
		auto &comment = info.Cast<duckdb::SetCommentInfo>().comment_value;
		view->comment = comment.IsNull() ? std::nullopt : std::optional<std::string>(comment.ToString());
		AtBorder([&] { views.Save(*view, true); });
		return;
	}
	if (entry->type != duckdb::CatalogType::TABLE_ENTRY) {
		throw duckdb::NotImplementedException(
		    "ALTER on the view \"%s\" is not supported: use CREATE OR REPLACE VIEW, or "
		    "DROP it and create it under another name",
		    info.name);
	}
	auto &table = entry->Cast<LakeTable>();
	if (IsTableRename(info)) {
		RenameTable(context, *this, table, info.Cast<duckdb::RenameTableInfo>().new_table_name);
		return;
	}
	auto &lake_transaction = LakeTransaction::Get(context, catalog);
	lake_transaction.CheckMayWrite(context, table.Location());
	auto change = PlanAlter(context, table, info);
	bool depends_on_rows =
	    info.type == duckdb::AlterType::ALTER_TABLE && DependsOnRows(info.Cast<duckdb::AlterTableInfo>());
	if (change.known_files.backfills_row_ids && lake_transaction.HasLocalChange(table.Location())) {
		throw duckdb::NotImplementedException(
		    "ALTER TABLE \"%s\": delta.enableRowTracking cannot be set in a transaction that has changed the table "
		    "before. COMMIT first",
		    table.Location().name);
	}
	if (depends_on_rows && !change.IsEmpty()) {
		lake_transaction.MarkWholeTableRead(table.Location());
	}
	lake_transaction.Stage(context, table.Location(), std::move(change));
}

[[noreturn]] static void RefuseObject(const std::string &what, const std::string &name) {
	throw duckdb::NotImplementedException(
	    "CREATE %s \"%s\": a folder of Delta tables holds tables and views only. Create it in the memory "
	    "database (CREATE %s memory.main.…)",
	    what, name, what);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateIndex(duckdb::CatalogTransaction transaction,
                                                                   duckdb::CreateIndexInfo &info,
                                                                   duckdb::TableCatalogEntry &table) {
	(void)transaction;
	(void)table;
	RefuseObject("INDEX", info.index_name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateFunction(duckdb::CatalogTransaction transaction,
                                                                      duckdb::CreateFunctionInfo &info) {
	(void)transaction;
	RefuseObject("FUNCTION", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateSequence(duckdb::CatalogTransaction transaction,
                                                                      duckdb::CreateSequenceInfo &info) {
	(void)transaction;
	RefuseObject("SEQUENCE", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateTableFunction(duckdb::CatalogTransaction transaction,
                                                                           duckdb::CreateTableFunctionInfo &info) {
	(void)transaction;
	RefuseObject("MACRO", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateCopyFunction(duckdb::CatalogTransaction transaction,
                                                                          duckdb::CreateCopyFunctionInfo &info) {
	(void)transaction;
	RefuseObject("COPY FUNCTION", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreatePragmaFunction(duckdb::CatalogTransaction transaction,
                                                                            duckdb::CreatePragmaFunctionInfo &info) {
	(void)transaction;
	RefuseObject("PRAGMA FUNCTION", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateCollation(duckdb::CatalogTransaction transaction,
                                                                       duckdb::CreateCollationInfo &info) {
	(void)transaction;
	RefuseObject("COLLATION", info.name);
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeSchema::CreateType(duckdb::CatalogTransaction transaction,
                                                                  duckdb::CreateTypeInfo &info) {
	(void)transaction;
	RefuseObject("TYPE", info.name);
}

} // namespace merganser
