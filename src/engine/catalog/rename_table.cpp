#include "engine/catalog/rename_table.hpp"

#include "base/uri.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/catalog_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/catalog/lake_layout.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/session/table_rename.hpp"

namespace merganser {

static void CheckIsFree(duckdb::ClientContext &context, LakeSchema &schema, const LakeTable &table,
                        const std::string &new_name) {
	auto &layout = schema.Lake().Layout();
	StoredViews views(layout.Root().store, layout.SchemaFolder(schema.name));
	if (AtBorder([&] { return views.FindName(new_name); })) {
		throw duckdb::CatalogException(
		    "ALTER TABLE \"%s\" RENAME TO \"%s\": there is a view of that name; drop it first", table.Location().name,
		    new_name);
	}
	auto taken = AtBorder([&] { return schema.Locate(new_name); });
	// Another case of its own name is free.
	if (taken.root != table.Location().root && LakeTransaction::Get(context, schema.catalog).View(context, taken)) {
		throw duckdb::CatalogException("ALTER TABLE \"%s\" RENAME TO \"%s\": there is a table of that name",
		                               table.Location().name, new_name);
	}
}

void RenameTable(duckdb::ClientContext &context, LakeSchema &schema, const LakeTable &table,
                 const std::string &new_name) {
	auto &layout = schema.Lake().Layout();
	AtBorder([&] { LakeLayout::CheckName("table", new_name); });
	if (layout.Kind() == LakeLayoutKind::TABLE) {
		throw duckdb::BinderException(
		    "ALTER TABLE \"%s\" RENAME TO: the folder is attached as one table. Attach its parent folder instead",
		    table.name);
	}
	if (!context.transaction.IsAutoCommit()) {
		throw duckdb::NotImplementedException(
		    "ALTER TABLE \"%s\" RENAME TO inside of BEGIN … COMMIT: the folder gets its name at once, and no ROLLBACK "
		    "would take it back. Run it outside",
		    table.Location().name);
	}
	CheckIsFree(context, schema, table, new_name);
	auto target = layout.TableAt(schema.name, new_name);
	if (target.root == table.Location().root) {
		return;
	}
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	AtBorder([&] {
		RenameTableFolder(*table.GetSnapshot(), target,
		                  {LogContext {instance.Parquet(), cancel}, instance.GetClock(), instance.GetRandom()});
	});
	instance.Snapshots().Forget(table.Location());
	instance.Snapshots().Forget(target);
}

} // namespace merganser
