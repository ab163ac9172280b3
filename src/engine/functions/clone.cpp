#include "engine/functions/clone.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/catalog_exception.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/functions/changing_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/functions/version_argument.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/dropped_table.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "txn/clone.hpp"
#include "upkeep/clone_claim.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *CLONE_NAME = "merganser_clone";

std::string NewUuid() {
	return Random::System().Uuid();
}

struct CloneCall : public ChangingCall {
	CloneCall(NamedTable source_p, NewTable target_p)
	    : source(std::move(source_p)), target_catalog(*target_p.catalog), target(std::move(target_p.location)) {
	}

	const NamedTable source;
	duckdb::Catalog &target_catalog;
	const TableLocation target;
	VersionArgument past;
	bool if_not_exists = false;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &) const override {
		if (!context.transaction.IsAutoCommit()) {
			throw duckdb::TransactionException("%s cannot run inside of BEGIN: the new table is there at once. COMMIT "
			                                   "or ROLLBACK first. Nothing was changed",
			                                   CLONE_NAME);
		}
		auto &transaction = LakeTransaction::Get(context, target_catalog);
		if (transaction.View(context, target)) {
			if (if_not_exists) {
				return {};
			}
			throw duckdb::CatalogException("Table with name \"%s\" already exists!", target.name);
		}
		auto cloned = source.snapshot;
		if (past.IsGiven()) {
			const auto &location = source.snapshot->location;
			cloned = transaction.ViewAtVersion(context, location, past.Resolve(context, location));
		}
		CloneCounts counts;
		AtBorder([&] { Commit(context, *cloned, PlanShallowClone(*cloned, NewUuid, counts)); });
		const auto zero = Value::BIGINT(0);
		return {{Value::BIGINT(int64_t(counts.source_bytes)), Value::BIGINT(int64_t(counts.source_files)), zero, zero,
		         zero, zero}};
	}

private:
	void Commit(duckdb::ClientContext &context, const Snapshot &cloned, TableChange change) const {
		auto &instance = LakeInstance::Get(context);
		auto &store = *target.store;
		ClientCancelToken cancel(context);
		const CommitEnvironment environment {LogContext {instance.Parquet(), cancel}, instance.GetClock(),
		                                     instance.GetRandom()};
		CommitRequest request;
		request.location = target;
		request.change = std::move(change);
		request.engine_info = EngineInfo();
		const auto markers = ClaimFiles({cloned, source.snapshot, request.change, target.root}, environment);
		CommitResult result;
		try {
			result = CommitNewTable(request, environment, MakeCloneOrigin(target, environment.random.Uuid(), markers));
		} catch (...) {
			// Thrown only before the first put.
			DeleteMarkers(store, markers);
			throw;
		}
		switch (result.outcome) {
		case CommitOutcome::COMMITTED:
			if (result.snapshot) {
				instance.Snapshots().Advance(result.snapshot);
			}
			return;
		case CommitOutcome::CONFLICT:
		case CommitOutcome::REJECTED:
			DeleteMarkers(store, markers);
			break;
		case CommitOutcome::UNKNOWN:
			break;
		}
		throw duckdb::TransactionException("%s: %s", CLONE_NAME, result.message);
	}
};

//! The marker in the source's log is a write too.
void CheckMayBeMarked(const NamedTable &source) {
	if (source.catalog && source.catalog->GetAttached().IsReadOnly()) {
		throw duckdb::BinderException(
		    "%s: \"%s\" is attached READ_ONLY, and a clone leaves a marker in its log folder, so that VACUUM keeps the "
		    "files that the clone needs. Attach it without READ_ONLY, or copy it: CREATE TABLE … AS FROM it",
		    CLONE_NAME, source.name);
	}
}

duckdb::unique_ptr<duckdb::FunctionData> BindClone(duckdb::ClientContext &context,
                                                   duckdb::TableFunctionBindInput &input,
                                                   duckdb::vector<LogicalType> &types,
                                                   duckdb::vector<std::string> &names) {
	auto source = ResolveTable(context, CLONE_NAME, input.inputs[0]);
	CheckMayBeMarked(source);
	auto target = ResolveNewTable(context, CLONE_NAME, input, input.inputs[1]);
	if (target.location.store != source.snapshot->location.store) {
		throw duckdb::BinderException(
		    "%s: \"%s\" and \"%s\" are in two stores, and a clone names its source's files by "
		    "their paths. Copy the table: CREATE TABLE … AS FROM it",
		    CLONE_NAME, source.name, target.location.name);
	}
	auto call = duckdb::make_uniq<CloneCall>(std::move(source), std::move(target));
	call->past = ReadVersionArgument(CLONE_NAME, input);
	call->if_not_exists = IsTrue(input, "if_not_exists");
	names = {"source_table_size", "source_num_of_files", "num_removed_files",
	         "num_copied_files",  "removed_files_size",  "copied_files_size"};
	types.assign(names.size(), LogicalType::BIGINT);
	return call;
}

} // namespace

duckdb::TableFunction MakeClone() {
	auto function = MakeChangingFunction(CLONE_NAME, {LogicalType::VARCHAR, LogicalType::VARCHAR}, BindClone);
	AddVersionParameters(function);
	function.named_parameters["if_not_exists"] = LogicalType::BOOLEAN;
	return function;
}

} // namespace merganser
