#include "engine/write/row_change.hpp"

#include "base/error.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/row_updates.hpp"
#include "txn/overwrite.hpp"

namespace merganser {

namespace {

using duckdb::MergeActionType;

std::vector<duckdb::vector<duckdb::LogicalType>> UpdateTypes(const RowChangePlan &plan) {
	std::vector<duckdb::vector<duckdb::LogicalType>> types;
	for (const auto &action : plan.actions) {
		if (action.type != MergeActionType::MERGE_UPDATE) {
			continue;
		}
		auto &set = types.emplace_back();
		for (const auto column : action.columns) {
			set.push_back(plan.spec.types[column]);
		}
	}
	return types;
}

} // namespace

RowChange::RowChange(duckdb::ClientContext &context_p, const RowChangePlan &plan_p, LakeTransaction &transaction_p)
    : context(context_p), plan(plan_p), transaction(transaction_p), changes(context, UpdateTypes(plan)),
      sink(context, plan.spec, transaction) {
	for (const auto &action : plan.actions) {
		update_numbers.push_back(set_columns.size());
		if (action.type == MergeActionType::MERGE_UPDATE) {
			set_columns.push_back(action.columns);
		}
	}
}

void RowChange::ThrowChangedTwice(RowPlace place) {
	auto positions = std::make_shared<DeletionVector>();
	positions->Add(place.position);
	auto chosen = std::make_shared<ChosenRows>();
	chosen->rows.emplace(place.file_index, std::move(positions));
	const auto &fields = plan.naming_columns;
	RowRead read(context, plan.snapshot, std::move(chosen), fields);
	RowRead::Reader reader(read);
	duckdb::DataChunk row;
	row.Initialize(context, read.Types());
	std::string named;
	if (reader.Next(row)) {
		for (size_t i = 0; i < fields.size(); i++) {
			named += (named.empty() ? "" : ", ") + plan.spec.names[fields[i]] + " = " +
			         row.data[i].GetValue(0).ToSQLString();
		}
	}
	throw duckdb::InvalidInputException(
	    "MERGE INTO \"%s\": more than one row of the source changes the row (%s) of the table. Nothing was written; "
	    "keep one source row for each key, e.g. with SELECT DISTINCT ON or QUALIFY row_number() OVER (…) = 1",
	    plan.spec.location.name, named);
}

void RowChange::DeleteAll(TableChange &change) {
	deleted_rows = *plan.all_rows;
	RemoveAllFiles(*plan.snapshot, LakeInstance::Get(context).GetClock().NowMs(), change);
	change.operation_metrics["numDeletedRows"] = std::to_string(deleted_rows);
	change.operation_metrics["numRemovedFiles"] = std::to_string(change.removed_files.size());
}

void RowChange::ChangeRows(TableChange &change) {
	changes.Finish();
	if (plan.statement == RowStatement::MERGE && changes.Twice()) {
		ThrowChangedTwice(*changes.Twice());
	}
	deleted_rows = changes.DeletedCount();
	updated_rows = changes.UpdatedCount();
	affected_rows = updated_rows;
	if (returned && deleted_rows > 0) {
		ReturnDeletedRows(context, plan.snapshot, changes, *returned);
	}
	RowsByFile removed;
	if (updated_rows > 0) {
		removed = WriteUpdatedRows(context, RowUpdates {plan.snapshot, set_columns, sink, returned}, changes);
		updated_rows = 0;
		for (const auto &entry : removed) {
			updated_rows += entry.second->Cardinality();
		}
	}
	for (auto &[file_index, file] : changes.Files()) {
		if (file.deleted.Cardinality() == 0) {
			continue;
		}
		auto rows = std::make_shared<DeletionVector>(file.deleted);
		auto &target = removed[file_index];
		if (target) {
			rows->UnionWith(*target);
		}
		target = std::move(rows);
	}
	RowDeleter deleter(context, transaction, plan, sink);
	deleter.Delete(removed, change);
	AddMetrics(deleter, change);
}

void RowChange::AddMetrics(const RowDeleter &deleter, TableChange &change) const {
	auto &metrics = change.operation_metrics;
	const bool is_merge = plan.statement == RowStatement::MERGE;
	auto set = [&](const char *name, uint64_t value) {
		metrics[name] = std::to_string(value);
	};
	if (is_merge) {
		set("numTargetRowsInserted", inserted_rows);
		set("numTargetRowsUpdated", updated_rows);
		set("numTargetRowsDeleted", deleted_rows);
		set("numTargetRowsCopied", deleter.CopiedRows());
		set("numTargetFilesRemoved", deleter.RemovedFiles());
		set("numTargetDeletionVectorsAdded", deleter.AddedVectors());
		set("numTargetDeletionVectorsUpdated", deleter.ReplacedVectors());
		set("numOutputRows", inserted_rows + updated_rows + deleter.CopiedRows());
		return;
	}
	if (plan.statement == RowStatement::UPDATE) {
		set("numUpdatedRows", updated_rows);
	} else {
		set("numDeletedRows", deleted_rows);
	}
	set("numCopiedRows", deleter.CopiedRows());
	set("numRemovedFiles", deleter.RemovedFiles());
	set("numDeletionVectorsAdded", deleter.AddedVectors());
	set("numDeletionVectorsUpdated", deleter.ReplacedVectors());
}

void RowChange::Finish() {
	auto change = plan.change;
	if (plan.all_rows) {
		DeleteAll(change);
	} else {
		ChangeRows(change);
	}
	affected_rows += deleted_rows + inserted_rows;
	auto written = sink.Finish();
	const char *added_name = plan.statement == RowStatement::MERGE ? "numTargetFilesAdded" : "numAddedFiles";
	change.operation_metrics[added_name] = std::to_string(written.size());
	for (auto &file : written) {
		change.added_files.push_back(std::move(file));
	}
	transaction.Stage(context, plan.spec.location, std::move(change));
}

} // namespace merganser
