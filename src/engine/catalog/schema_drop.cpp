#include "engine/catalog/schema_drop.hpp"

#include "base/uri.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/catalog/stored_views.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_instance.hpp"
#include "upkeep/clone_watch.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace merganser {

//! One table, one commit. The drop is retried by the commit loop against concurrent appends only as far as a
//! whole-table read allows.
static std::optional<int64_t> DropOneTable(LakeInstance &instance, const TableLocation &location,
                                           CommitEnvironment environment) {
	auto snapshot = ReadLatestOrNone(instance.Snapshots(), location, environment.log, 0, environment.clock.NowMs());
	if (!snapshot) {
		return std::nullopt;
	}
	snapshot->configuration->CheckWritable();
	CommitRequest request;
	request.location = location;
	request.base = snapshot;
	request.change = PlanDropTable(*snapshot, environment.clock.NowMs());
	request.read_set.whole_table = true;
	request.engine_info = EngineInfo();
	auto result = CommitToTable(request, environment);
	if (result.outcome != CommitOutcome::COMMITTED) {
		throw Error(ErrorKind::CONFLICT, result.message);
	}
	instance.Snapshots().Forget(location);
	return result.version;
}

//! Commits first: a shallow clone among the tables needs the others' files until it is dropped too. What is made of a
//! dropped clone later looks for its files itself.
static void DropTables(duckdb::ClientContext &context, LakeSchema &schema, const std::vector<std::string> &tables) {
	auto &layout = schema.Lake().Layout();
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	const CommitEnvironment environment {LogContext {instance.Parquet(), cancel}, instance.GetClock(),
	                                     instance.GetRandom()};
	for (auto &table : tables) {
		CheckNoCloneNeeds(layout.TableAt(schema.name, table), environment.log, environment.clock.NowMs(),
		                  "DROP SCHEMA \"" + schema.name + "\"", layout.SchemaFolder(schema.name));
	}
	std::vector<std::pair<TableLocation, int64_t>> dropped;
	for (auto &table : tables) {
		const auto location = layout.TableAt(schema.name, table);
		if (const auto version = DropOneTable(instance, location, environment)) {
			dropped.emplace_back(location, *version);
		}
	}
	for (auto &[location, version] : dropped) {
		DeleteDroppedTable(location, version, environment);
	}
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
		DropTables(context, schema, tables);
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
