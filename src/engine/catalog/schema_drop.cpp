#include "engine/catalog/schema_drop.hpp"

#include "base/uri.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_instance.hpp"

namespace merganser {

//! One table, one commit. The drop is retried by the commit loop against concurrent appends only as far as a
//! whole-table read allows.
static void DropOneTable(duckdb::ClientContext &context, const TableLocation &location) {
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	LogContext log {instance.Parquet(), cancel};
	auto snapshot = ReadLatestOrNone(instance.Snapshots(), location, log, 0, instance.GetClock().NowMs());
	if (!snapshot) {
		return;
	}
	snapshot->configuration->CheckWritable();
	CommitRequest request;
	request.location = location;
	request.base = snapshot;
	request.change = PlanDropTable(*snapshot, instance.GetClock().NowMs());
	request.read_set.whole_table = true;
	request.engine_info = EngineInfo();
	auto result = CommitToTable(request, CommitEnvironment {log, instance.GetClock(), instance.GetRandom()});
	if (result.outcome != CommitOutcome::COMMITTED) {
		throw Error(ErrorKind::CONFLICT, result.message);
	}
	instance.Snapshots().Forget(location);
	DeleteDroppedTable(location, result.version);
}

void DropLakeSchema(duckdb::ClientContext &context, LakeSchema &schema, bool cascade) {
	auto &layout = schema.Lake().Layout();
	AtBorder([&] {
		auto tables = layout.TableNames(schema.name);
		StoredViews views(layout.Root().store, layout.SchemaFolder(schema.name));
		auto view_names = views.Names();
		if (!cascade && (!tables.empty() || !view_names.empty())) {
			throw duckdb::CatalogException(
			    "cannot drop schema \"%s\": it holds %d tables and %d views (first: \"%s\"). Use DROP SCHEMA … "
			    "CASCADE to drop them too",
			    schema.name, tables.size(), view_names.size(), tables.empty() ? view_names.front() : tables.front());
		}
		if (!context.transaction.IsAutoCommit() && !tables.empty()) {
			throw duckdb::TransactionException(
			    "DROP SCHEMA \"%s\" CASCADE drops each table in a commit of its own: run it outside of BEGIN … COMMIT",
			    schema.name);
		}
		for (auto &table : tables) {
			DropOneTable(context, layout.TableAt(schema.name, table));
		}
		for (auto &view : view_names) {
			views.Delete(view);
		}
		auto &store = *layout.Root().store;
		auto folder = layout.SchemaFolder(schema.name);
		store.DeleteEmptyFolder(JoinPath(folder, "_merganser/views"));
		store.DeleteEmptyFolder(JoinPath(folder, "_merganser"));
		store.DeleteEmptyFolder(folder);
	});
}

} // namespace merganser
