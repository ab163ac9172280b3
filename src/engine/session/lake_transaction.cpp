#include "engine/session/lake_transaction.hpp"

#include "duckdb/catalog/catalog_entry.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/isolation_level.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/reexecution.hpp"
#include "engine/session/unchanged_commit.hpp"
#include "protocol/deletion_vector.hpp"
#include "scan/file_pruning.hpp"
#include "store/empty_folders.hpp"
#include "upkeep/clone_watch.hpp"

#include <set>

namespace merganser {

struct LakeTransaction::TableState {
	TableLocation location;
	bool pinned = false;
	//! The pinned version; nullptr where there is no table.
	SnapshotPtr base;
	//! Base and own changes; nullptr where there is no table (any more).
	SnapshotPtr view;
	std::optional<TableChange> change;
	bool drop = false;
	bool whole_table_read = false;
	std::vector<std::shared_ptr<ScanRecord>> scans;
	//! How many of them are kept for sure.
	size_t settled_scans = 0;
	std::vector<std::string> written_files;
};

LakeTransaction::LakeTransaction(duckdb::TransactionManager &transactions, duckdb::ClientContext &context,
                                 int64_t max_staleness_ms)
    : Transaction(transactions, context), began_ms(LakeInstance::Get(context).GetClock().NowMs()),
      max_staleness_ms(max_staleness_ms) {
}

LakeTransaction::~LakeTransaction() = default;

LakeTransaction &LakeTransaction::Get(duckdb::ClientContext &context, duckdb::Catalog &catalog) {
	return Transaction::Get(context, catalog).Cast<LakeTransaction>();
}

LakeTransaction::TableState &LakeTransaction::StateOf(const TableLocation &location) {
	auto key = location.store->Name() + ":" + location.root;
	auto &state = tables[key];
	if (!state) {
		state = std::make_unique<TableState>();
		state->location = location;
	}
	return *state;
}

LakeTransaction::TableState &LakeTransaction::PinnedState(duckdb::ClientContext &context,
                                                          const TableLocation &location) {
	auto &state = StateOf(location);
	if (state.pinned) {
		return state;
	}
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	state.base = AtBorder([&] {
		return ReadLatestOrNone(instance.Snapshots(), location, LogContext {instance.Parquet(), cancel},
		                        max_staleness_ms, instance.GetClock().NowMs());
	});
	state.view = state.base;
	state.pinned = true;
	return state;
}

SnapshotPtr LakeTransaction::View(duckdb::ClientContext &context, const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	return PinnedState(context, location).view;
}

SnapshotPtr LakeTransaction::ViewAtVersion(duckdb::ClientContext &context, const TableLocation &location,
                                           int64_t version) {
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	return AtBorder([&] {
		return instance.Snapshots().AtVersion(location, LogContext {instance.Parquet(), cancel}, version);
	});
}

bool LakeTransaction::HasLocalChange(const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	return StateOf(location).change.has_value();
}

bool LakeTransaction::HasChangeFiles(const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	auto &state = StateOf(location);
	return state.change && !state.change->cdc_files.empty();
}

std::optional<TableLocation> LakeTransaction::WrittenTable() {
	std::lock_guard<std::mutex> guard(lock);
	return written_state ? std::optional<TableLocation>(written_state->location) : std::nullopt;
}

void LakeTransaction::CheckSingleTable(const TableState &state) {
	if (written_state && written_state != &state) {
		throw duckdb::TransactionException("cannot write to table \"%s\": this transaction has already written to "
		                                   "\"%s\", and a Delta commit covers one table. "
		                                   "COMMIT first, then write to the other table in a transaction of its own",
		                                   state.location.name, written_state->location.name);
	}
}

void LakeTransaction::CheckMayWrite(duckdb::ClientContext &context, const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	auto &state = PinnedState(context, location);
	CheckSingleTable(state);
	if (state.view) {
		AtBorder([&] { state.view->configuration->CheckWritable(); });
	}
}

//! What the transaction sees: the pinned version with its own change on top, as if it were committed.
static SnapshotPtr ViewOf(const TableLocation &location, const SnapshotPtr &base, const TableChange &change) {
	SnapshotPtr older = base;
	if (!older) {
		auto empty = std::make_shared<Snapshot>();
		empty->location = location;
		older = empty;
	}
	LogFile uncommitted;
	uncommitted.version = older->version + 1;
	uncommitted.path = location.CommitPath(uncommitted.version);
	return AdvanceSnapshot(older, ActionsOf(change), uncommitted);
}

void LakeTransaction::Stage(duckdb::ClientContext &context, const TableLocation &location, TableChange change) {
	std::lock_guard<std::mutex> guard(lock);
	auto &state = PinnedState(context, location);
	CheckSingleTable(state);
	if (change.IsEmpty() && !CommitsUnchanged(context)) {
		return;
	}
	if (state.drop && state.base->configuration->IsAppendOnly()) {
		throw duckdb::NotImplementedException(
		    "cannot create table \"%s\" in the transaction that drops it: the table is append-only "
		    "(delta.appendOnly), and no commit may replace its rows. COMMIT the DROP first",
		    location.name);
	}
	AtBorder([&] {
		auto total = state.change ? *state.change : TableChange();
		if (state.drop) {
			// Dropped and created anew: one commit that replaces the table.
			total.operation.clear();
			BuildOn(*state.base, change);
		}
		if (state.change) {
			CheckChangeFeedKept(location.name, total, change);
			total.Merge(std::move(change));
		} else {
			total = std::move(change);
		}
		state.view = ViewOf(state.location, state.base, total);
		state.change = std::move(total);
		state.drop = false;
	});
	written_state = &state;
}

void LakeTransaction::StageDrop(duckdb::ClientContext &context, const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	auto &state = PinnedState(context, location);
	CheckSingleTable(state);
	if (!state.base) {
		// Created in this very transaction: nothing to commit, only our files to delete.
		DeleteWrittenFiles(state);
		state.change.reset();
		state.view = nullptr;
		written_state = nullptr;
		return;
	}
	if (state.change) {
		throw duckdb::NotImplementedException(
		    "cannot drop table \"%s\" in a transaction that has changed it before: COMMIT or ROLLBACK first",
		    location.name);
	}
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	AtBorder([&] {
		const auto now_ms = instance.GetClock().NowMs();
		CheckNoCloneNeeds(location, {instance.Parquet(), cancel}, now_ms, "DROP TABLE \"" + location.name + "\"");
		state.change = PlanDropTable(*state.base, now_ms);
	});
	state.drop = true;
	state.whole_table_read = true;
	state.view = nullptr;
	written_state = &state;
}

void LakeTransaction::RegisterWrittenFile(const TableLocation &location, const std::string &store_path) {
	std::lock_guard<std::mutex> guard(lock);
	StateOf(location).written_files.push_back(store_path);
}

void LakeTransaction::RegisterScan(const TableLocation &location, std::shared_ptr<ScanRecord> record) {
	std::lock_guard<std::mutex> guard(lock);
	StateOf(location).scans.push_back(std::move(record));
}

void LakeTransaction::SettleScans(ScanFate fate) {
	std::lock_guard<std::mutex> guard(lock);
	for (auto &entry : tables) {
		auto &state = *entry.second;
		if (fate == ScanFate::FORGOTTEN) {
			state.scans.resize(state.settled_scans);
		}
		state.settled_scans = state.scans.size();
	}
}

void LakeTransaction::MarkWholeTableRead(const TableLocation &location) {
	std::lock_guard<std::mutex> guard(lock);
	StateOf(location).whole_table_read = true;
}

void LakeTransaction::SetApplication(SetTransaction application_p) {
	std::lock_guard<std::mutex> guard(lock);
	if (application && application->app_id != application_p.app_id) {
		throw duckdb::TransactionException("this transaction is load %d of the application \"%s\" and cannot be one of "
		                                   "\"%s\" too: COMMIT first",
		                                   application->version, application->app_id, application_p.app_id);
	}
	application = std::move(application_p);
}

bool LakeTransaction::IsLoadedAlready(const TableState &state) const {
	if (!application || !state.base || state.drop) {
		return false;
	}
	const auto recorded = state.base->transactions.find(application->app_id);
	return recorded != state.base->transactions.end() && recorded->second.version >= application->version;
}

//! The files that a scan with this predicate opens.
static void AddReadFiles(const Snapshot &base, const Predicate &predicate, ReadSet &read_set) {
	for (auto file : PruneFiles(base.files, *base.configuration, predicate).files) {
		read_set.files.emplace_back(base.files.BatchOf(file).Path(file.row));
	}
}

CommitResult LakeTransaction::CommitTable(duckdb::ClientContext &context, TableState &state) {
	auto &instance = LakeInstance::Get(context);
	CommitRequest request;
	request.location = state.location;
	request.base = state.base;
	request.change = std::move(*state.change);
	if (application && !state.drop) {
		application->last_updated = instance.GetClock().NowMs();
		request.change.transactions.push_back(*application);
	}
	request.engine_info = EngineInfo();
	request.isolation = SessionIsolation(context);
	request.read_set.whole_table = state.whole_table_read;
	for (auto &scan : state.scans) {
		auto predicate = scan->GetPredicate();
		if (predicate && state.base) {
			AddReadFiles(*state.base, *predicate, request.read_set);
			request.read_set.predicates.push_back(std::move(predicate));
		} else {
			request.read_set.whole_table = true;
		}
	}
	CommitEnvironment environment {LogContext {instance.Parquet()}, instance.GetClock(), instance.GetRandom()};
	const auto turns = ReexecutionState::Of(context).has_turn ? CommitTurns::OWN : CommitTurns::WAIT;
	auto result = state.base ? CommitToTable(request, environment, turns) : CommitNewTable(request, environment);
	if (result.outcome == CommitOutcome::COMMITTED && result.snapshot && !state.drop) {
		committed = CommittedChange {result.snapshot, std::move(request.change.added_files),
		                             instance.GetClock().NowMs() - began_ms};
	}
	return result;
}

//! Can never fail the statement: the version is durable.
void LakeTransaction::AfterCommit(duckdb::ClientContext &context, TableState &state, const CommitResult &result) {
	auto &instance = LakeInstance::Get(context);
	try {
		if (state.drop) {
			instance.Snapshots().Forget(state.location);
			DeleteDroppedTable(state.location, result.version,
			                   {LogContext {instance.Parquet()}, instance.GetClock(), instance.GetRandom()});
			return;
		}
		if (!result.snapshot) {
			return;
		}
		instance.Snapshots().Advance(result.snapshot);
	} catch (const std::exception &) {
		// The next commit, or the next CREATE or DROP, does it again.
		return;
	}
}

void LakeTransaction::DeleteWrittenFiles(TableState &state) {
	for (auto &path : state.written_files) {
		try {
			state.location.store->Delete(path);
			// The partition folders and the table's folder, where nothing else is in them.
			DeleteEmptyFoldersAbove(*state.location.store, path, state.location.root);
		} catch (const Error &) {
			// Not referenced by any version: VACUUM finds it.
			continue;
		}
	}
	state.written_files.clear();
}

//! After a conflict: where commits of others may stay unseen for a while (max_staleness), the next execution would
//! begin from the same version and lose again.
void LakeTransaction::SeeNewest(duckdb::ClientContext &context, const TableLocation &location) {
	if (max_staleness_ms == 0) {
		return;
	}
	auto &instance = LakeInstance::Get(context);
	try {
		instance.Snapshots().Latest(location, LogContext {instance.Parquet()}, 0, instance.GetClock().NowMs());
	} catch (const std::exception &) {
		// Whoever reads the table next is told.
		return;
	}
}

//! Keeps in `written_files` what no action refers to: files whose rows a later statement of the same transaction
//! replaced.
static void ForgetReferenced(const TableLocation &location, const TableChange &change,
                             std::vector<std::string> &written_files) {
	std::set<std::string> referenced;
	for (const auto &file : change.added_files) {
		referenced.insert(location.ResolveFile(file.path));
		if (file.deletion_vector && file.deletion_vector->storage_type != 'i') {
			referenced.insert(location.ResolveFile(DeletionVectorFile(*file.deletion_vector)));
		}
	}
	for (const auto &file : change.cdc_files) {
		referenced.insert(location.ResolveFile(file.path));
	}
	std::erase_if(written_files, [&](const std::string &path) { return referenced.count(path) > 0; });
}

duckdb::ErrorData LakeTransaction::Commit(duckdb::ClientContext &context) {
	std::lock_guard<std::mutex> guard(lock);
	if (finished) {
		return duckdb::ErrorData();
	}
	finished = true;
	const bool is_written = written_state && written_state->change;
	const bool has_change = is_written && (!written_state->change->IsEmpty() || CommitsUnchanged(context));
	if (!has_change || IsLoadedAlready(*written_state)) {
		for (auto &entry : tables) {
			DeleteWrittenFiles(*entry.second);
		}
		return duckdb::ErrorData();
	}
	auto &state = *written_state;
	auto superseded = state.written_files;
	ForgetReferenced(state.location, *state.change, superseded);
	CommitResult result;
	try {
		result = CommitTable(context, state);
	} catch (const Error &error) {
		// Thrown only before the first put: nothing refers to our files.
		DeleteWrittenFiles(state);
		return duckdb::ErrorData(duckdb::ExceptionType::TRANSACTION, error.what());
	}
	switch (result.outcome) {
	case CommitOutcome::COMMITTED:
		state.written_files = std::move(superseded);
		DeleteWrittenFiles(state);
		AfterCommit(context, state, result);
		return duckdb::ErrorData();
	case CommitOutcome::CONFLICT:
		loss = CommitLoss {result.conflict->kind, state.location};
		DeleteWrittenFiles(state);
		SeeNewest(context, state.location);
		return duckdb::ErrorData(duckdb::ExceptionType::TRANSACTION, result.message);
	case CommitOutcome::REJECTED:
		DeleteWrittenFiles(state);
		return duckdb::ErrorData(duckdb::ExceptionType::TRANSACTION, result.message);
	case CommitOutcome::UNKNOWN:
		return duckdb::ErrorData(duckdb::ExceptionType::TRANSACTION, result.message);
	}
	return duckdb::ErrorData();
}

std::optional<CommitLoss> LakeTransaction::Loss() {
	std::lock_guard<std::mutex> guard(lock);
	return loss;
}

duckdb::optional_ptr<duckdb::CatalogEntry> LakeTransaction::FindEntry(const std::string &key) {
	std::lock_guard<std::mutex> guard(lock);
	auto entry = entries.find(key);
	return entry == entries.end() ? nullptr : entry->second.get();
}

duckdb::CatalogEntry &LakeTransaction::KeepEntry(const std::string &key,
                                                 duckdb::unique_ptr<duckdb::CatalogEntry> entry) {
	std::lock_guard<std::mutex> guard(lock);
	auto kept = entries.emplace(key, std::move(entry));
	return *kept.first->second;
}

void LakeTransaction::Rollback() {
	std::lock_guard<std::mutex> guard(lock);
	if (finished) {
		return;
	}
	finished = true;
	for (auto &entry : tables) {
		DeleteWrittenFiles(*entry.second);
	}
}

} // namespace merganser
