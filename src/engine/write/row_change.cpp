#include "engine/write/row_change.hpp"

#include "base/error.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/row_updates.hpp"
#include "txn/overwrite.hpp"

namespace merganser {

RowChange::RowChange(duckdb::ClientContext &context_p, const RowChangePlan &plan_p, LakeTransaction &transaction_p)
    : context(context_p), plan(plan_p), transaction(transaction_p), changes(context),
      sink(context, WithRowTracking(plan.spec), transaction),
      compare(context, plan, sink), inserted {
                                        IdentityValues(NumberedTable(context, transaction, plan.spec, plan.change))} {
	if (plan.replaced) {
		RowRule rule;
		rule.name = "REPLACE WHERE";
		rule.text = plan.replaced->predicate;
		rule.fields = plan.replaced->fields;
		inserted.rule =
		    std::make_unique<const ConstraintCheck>(context, plan.spec.location.name, *plan.spec.configuration,
		                                            std::move(rule), plan.replaced->condition->Copy());
	}
	if (plan.spec.configuration->ChangeDataFeedEnabled()) {
		feed.files = std::make_unique<ChangeFiles>(context, plan.spec, transaction);
		feed.records_inserts = transaction.HasChangeFiles(plan.spec.location);
		for (const auto &action : plan.actions) {
			feed.records_inserts = feed.records_inserts || action.type == duckdb::MergeActionType::MERGE_UPDATE ||
			                       action.type == duckdb::MergeActionType::MERGE_DELETE;
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

void RowChange::Insert(FileSink::Local &local, duckdb::DataChunk &rows) {
	if (rows.ColumnCount() == sink.Types().size()) {
		return sink.Sink(local, rows);
	}
	duckdb::DataChunk untracked;
	untracked.InitializeEmpty(sink.Types());
	for (idx_t i = 0; i < untracked.ColumnCount(); i++) {
		if (i < rows.ColumnCount()) {
			untracked.data[i].Reference(rows.data[i]);
		} else {
			untracked.data[i].Reference(duckdb::Value(untracked.data[i].GetType()));
		}
	}
	untracked.SetCardinality(rows.size());
	sink.Sink(local, untracked);
}

void RowChange::DeleteAll(TableChange &change) {
	counts.deleted = *plan.all_rows;
	RemoveAllFiles(*plan.snapshot, LakeInstance::Get(context).GetClock().NowMs(), change);
	change.operation_metrics["numDeletedRows"] = std::to_string(counts.deleted);
	change.operation_metrics["numRemovedFiles"] = std::to_string(change.removed_files.size());
}

void RowChange::ChangeRows(TableChange &change) {
	if (plan.statement == RowStatement::MERGE && changes.Twice()) {
		ThrowChangedTwice(*changes.Twice());
	}
	compare.CompareRest(changes);
	changes.Finish();
	counts.deleted = changes.DeletedCount();
	counts.affected = met.updated;
	if (returned && counts.deleted > 0) {
		ReturnDeletedRows(context, plan.snapshot, changes, *returned);
	}
	// RETURNING needs whole rows: they are read once, by whoever writes them.
	if (!returned || met.updated == 0) {
		patched = PatchFiles(context, transaction, plan, changes, change);
	}
	RowDeleter deleter(context, transaction, plan, sink);
	std::vector<uint64_t> updated_apart;
	for (const auto &[file_index, file] : changes.Files()) {
		if (!file.updated.empty() && !deleter.AppliesUpdates(file)) {
			updated_apart.push_back(file_index);
		}
	}
	RowsByFile removed;
	if (!updated_apart.empty()) {
		const RowUpdates apart {plan.snapshot, sink, updated_apart, returned, feed.files.get()};
		removed = WriteUpdatedRows(context, apart, changes);
	}
	counts.updated = changes.MovedCount() + patched.updated_rows;
	for (const auto &entry : removed) {
		counts.updated += entry.second->Cardinality();
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
	deleter.AddPatched(std::move(patched.with_deleted_rows), change);
	deleter.Delete(removed, changes, change);
	RemoveWholeFiles(change);
	counts.updated += deleter.UpdatedRows();
	if (feed.files) {
		RecordChanges(deleter, change);
	}
	AddMetrics(deleter, change);
}

void RowChange::RemoveWholeFiles(TableChange &change) {
	if (!plan.replaced || !plan.replaced->whole_files) {
		return;
	}
	const auto now_ms = LakeInstance::Get(context).GetClock().NowMs();
	for (const auto file : plan.replaced->whole_files->files) {
		change.removed_files.push_back(RemovalOf(plan.snapshot->files.BatchOf(file).ToAddFile(file.row), now_ms));
	}
	counts.deleted += plan.replaced->whole_files->live_rows;
}

void RowChange::RecordChanges(const RowDeleter &deleter, TableChange &change) {
	// What only removes whole files needs no change files: readers take the rows from these.
	const bool only_removes = !deleter.KeptRows() && counts.updated == 0 && met.inserted == 0;
	const bool is_recorded = !only_removes || transaction.HasChangeFiles(plan.spec.location);
	if (is_recorded && counts.deleted > 0) {
		RecordDeletedRows(context, plan.snapshot, changes, *feed.files);
	}
	change.cdc_files = feed.files->Finish();
	change.operation_metrics["numAddedChangeFiles"] = std::to_string(change.cdc_files.size());
}

void RowChange::AddMetrics(const RowDeleter &deleter, TableChange &change) const {
	auto &metrics = change.operation_metrics;
	const bool is_merge = plan.statement == RowStatement::MERGE;
	const auto copied_rows = deleter.CopiedRows() + patched.copied_rows;
	const bool has_whole_files = plan.replaced && plan.replaced->whole_files;
	const auto whole_files = has_whole_files ? plan.replaced->whole_files->files.size() : 0;
	const auto removed_files = deleter.RemovedFiles() + patched.files + whole_files;
	auto set = [&](const char *name, uint64_t value) {
		metrics[name] = std::to_string(value);
	};
	if (is_merge) {
		set("numTargetRowsInserted", met.inserted);
		set("numTargetRowsUpdated", counts.updated);
		set("numTargetRowsDeleted", counts.deleted);
		set("numTargetRowsCopied", copied_rows);
		set("numTargetFilesRemoved", removed_files);
		set("numTargetDeletionVectorsAdded", deleter.AddedVectors());
		set("numTargetDeletionVectorsUpdated", deleter.ReplacedVectors());
		set("numOutputRows", met.inserted + counts.updated + copied_rows);
		return;
	}
	if (plan.statement == RowStatement::UPDATE) {
		set("numUpdatedRows", counts.updated);
	} else {
		set("numDeletedRows", counts.deleted);
	}
	if (plan.statement == RowStatement::REPLACE) {
		set("numOutputRows", met.inserted + copied_rows);
	}
	set("numCopiedRows", copied_rows);
	set("numRemovedFiles", removed_files);
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
	// An INSERT counts what it inserts.
	counts.affected += met.inserted + (plan.statement == RowStatement::REPLACE ? 0 : counts.deleted);
	AddWritten(change);
	if (auto numbered = inserted.identities.NumberedMetadata()) {
		change.metadata = std::move(numbered);
	}
	transaction.Stage(context, plan.spec.location, std::move(change));
}

void RowChange::AddWritten(TableChange &change) {
	auto written = sink.Finish();
	auto &metrics = change.operation_metrics;
	const auto count = std::to_string(written.size() + patched.files);
	switch (plan.statement) {
	case RowStatement::UPDATE:
	case RowStatement::DELETE:
		metrics["numAddedFiles"] = count;
		break;
	case RowStatement::MERGE:
		metrics["numTargetFilesAdded"] = count;
		break;
	case RowStatement::REPLACE:
		metrics["numFiles"] = count;
		metrics["numOutputBytes"] = std::to_string(sink.ByteCount());
		break;
	}
	for (auto &file : written) {
		change.added_files.push_back(std::move(file));
	}
}

} // namespace merganser
