#include "engine/write/row_deleter.hpp"

#include "base/uri.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/row_patch.hpp"
#include "engine/write/shared_work.hpp"
#include "log/held_statistics.hpp"
#include "txn/overwrite.hpp"

#include <algorithm>

namespace merganser {

RowDeleter::RowDeleter(duckdb::ClientContext &context_p, LakeTransaction &transaction_p, const RowChangePlan &plan_p,
                       FileSink &sink_p)
    : context(context_p), transaction(transaction_p), plan(plan_p), sink(sink_p),
      now_ms(LakeInstance::Get(context).GetClock().NowMs()),
      uses_vectors(DeletionVectorsEnabled(*plan.snapshot->configuration)),
      // Delta-spark reads inline vectors, and its VACUUM fails on any table that has one.
      inlines_vectors(plan.snapshot->configuration->PropertyBool("merganser.inlineDeletionVectors", false)),
      has_change_feed(plan.snapshot->configuration->ChangeDataFeedEnabled()),
      vector_file(LakeInstance::Get(context).GetRandom().Uuid()) {
}

std::optional<uint64_t> RowDeleter::PhysicalRows(FileRef file) const {
	const auto rows = plan.snapshot->files.BatchOf(file).Statistics({})->num_records[file.row];
	return rows < 0 ? std::nullopt : std::optional<uint64_t>(rows);
}

bool RowDeleter::IsEmptied(FileRef file, const DeletionVector &all) const {
	const auto physical = PhysicalRows(file);
	return physical && all.Cardinality() >= *physical;
}

//! With a vector, bounds stay right but are not tight any more.
AddFile RowDeleter::WithLooseBounds(FileRef file) const {
	auto added = plan.snapshot->files.BatchOf(file).ToAddFile(file.row);
	auto statistics = HeldStatistics(*plan.snapshot, file);
	statistics.tight_bounds = false;
	added.stats = WriteStatistics(statistics, plan.snapshot->configuration->DataLeaves());
	added.data_change = true;
	added.modification_time = now_ms;
	return added;
}

void RowDeleter::AddWithVector(AddFile file, const DeletionVector &all, TableChange &change) {
	(file.deletion_vector ? counts.replaced_vectors : counts.added_vectors)++;
	file.deletion_vector = inlines_vectors ? vector_file.AddOrInline(all) : vector_file.Add(all);
	change.added_files.push_back(std::move(file));
}

void RowDeleter::AddPatched(std::vector<FileWithDeletedRows> files, TableChange &change) {
	for (auto &[file, deleted] : files) {
		counts.kept_rows = true;
		AddWithVector(std::move(file), deleted, change);
	}
}

void RowDeleter::WriteVectors() {
	if (vector_file.IsEmpty()) {
		return;
	}
	const auto &location = plan.snapshot->location;
	const auto path = JoinPath(location.root, vector_file.File());
	// Known to the transaction before it can exist: whatever happens, a rollback finds it.
	transaction.RegisterWrittenFile(location, path);
	if (location.store->PutIfAbsent(path, vector_file.Bytes()) != PutOutcome::WRITTEN) {
		throw Error(ErrorKind::IO, "table '" + plan.snapshot->TableName() +
		                               "': the store did not confirm that it wrote '" + path +
		                               "'. Nothing was committed; run the statement again");
	}
}

//! Copies what is left of files into the sink, and applies updates on the way.
class RowDeleter::CopyPass {
public:
	CopyPass(RowDeleter &deleter_p, RowsByFile rows, ChangedRows &changes_p)
	    : deleter(deleter_p), changes(changes_p), snapshot(WithRowTracking(deleter.plan.snapshot)),
	      fields(AllFields(*snapshot->configuration)),
	      read(deleter.context, snapshot,
	           std::make_shared<const ChosenRows>(ChosenRows {ChosenRows::Mode::EXCEPT, std::move(rows)}), fields,
	           deleter.plan.seen.deletion_vectors) {
	}

	void Run() {
		RunOnAllThreads(deleter.context, [&] { Work(); });
	}

private:
	void Work() {
		RowRead::Reader reader(read);
		RowPatch patch(changes.Values(), fields);
		FileSink::Local local;
		duckdb::DataChunk chunk;
		chunk.Initialize(deleter.context, read.Types());
		duckdb::DataChunk values;
		values.InitializeEmpty({read.Types().begin(), read.Types().begin() + int64_t(fields.size())});
		while (reader.Next(chunk)) {
			auto &rows = Updated(chunk, patch);
			for (size_t i = 0; i < fields.size(); i++) {
				values.data[i].Reference(rows.data[i]);
			}
			values.SetCardinality(rows.size());
			AtBorder([&] {
				if (&rows != &chunk) {
					CheckChanged(local, values, patch);
					ForgetVersions(values, patch);
				}
				deleter.sink.Write(local, values);
			});
		}
		AtBorder([&] { deleter.sink.Combine(local); });
	}

	//! Rows that the patch made others are of this commit's version.
	void ForgetVersions(duckdb::DataChunk &values, const RowPatch &patch) {
		if (snapshot == deleter.plan.snapshot) {
			return;
		}
		auto &versions = values.data.back();
		versions.Flatten(values.size());
		for (idx_t i = 0; i < values.size(); i++) {
			if (patch.ChangedRowFlags()[i]) {
				duckdb::FlatVector::SetNull(versions, i, true);
			}
		}
	}

	//! Those of the rows that the patch made others.
	void CheckChanged(FileSink::Local &local, duckdb::DataChunk &values, const RowPatch &patch) {
		duckdb::DataChunk changed;
		changed.InitializeEmpty(values.GetTypes());
		changed.Reference(values);
		if (patch.KeepChanged(changed) > 0) {
			deleter.sink.Check(local, changed);
		}
	}

	duckdb::DataChunk &Updated(duckdb::DataChunk &rows, RowPatch &patch) {
		const auto file = changes.Files().find(read.FileIndexOf(rows));
		if (file == changes.Files().end() || !deleter.AppliesUpdates(file->second)) {
			deleter.copied_rows += rows.size();
			return rows;
		}
		const auto updated = FindUpdated(file->second.updated, rows.data[read.PositionColumn()], rows.size());
		if (updated.count == 0) {
			deleter.copied_rows += rows.size();
			return rows;
		}
		auto &patched = patch.Apply(rows, updated);
		const auto &flags = patch.ChangedRowFlags();
		const auto changed = uint64_t(std::count(flags.begin(), flags.end(), 1));
		deleter.updated_rows += changed;
		deleter.copied_rows += rows.size() - changed;
		return patched;
	}

	RowDeleter &deleter;
	ChangedRows &changes;
	//! With the columns of row tracking, where rows have ids.
	const SnapshotPtr snapshot;
	const std::vector<size_t> fields;
	RowRead read;
};

void RowDeleter::Delete(const RowsByFile &rows, ChangedRows &changes, TableChange &change) {
	RowsByFile copied;
	for (auto &[file_index, deleted] : rows) {
		if (deleted->Cardinality() == 0) {
			continue;
		}
		const auto file = FileOfIndex(file_index);
		const auto earlier = plan.seen.deletion_vectors->Load(*plan.snapshot, file);
		DeletionVector all(*deleted);
		if (earlier) {
			all.UnionWith(*earlier);
			Verify(all.Cardinality() == earlier->Cardinality() + deleted->Cardinality(), "only live rows are deleted");
		}
		const bool keeps_rows = !IsEmptied(file, all);
		counts.kept_rows = counts.kept_rows || keeps_rows;
		change.removed_files.push_back(RemovalOf(plan.snapshot->files.BatchOf(file).ToAddFile(file.row), now_ms));
		if (!keeps_rows) {
			counts.removed_files++;
		} else if (uses_vectors && PhysicalRows(file)) {
			AddWithVector(WithLooseBounds(file), all, change);
		} else {
			counts.removed_files++;
			copied.emplace(file_index, deleted);
		}
	}
	WriteVectors();
	if (!copied.empty()) {
		CopyPass(*this, std::move(copied), changes).Run();
	}
}

} // namespace merganser
