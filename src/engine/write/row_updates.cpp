#include "engine/write/row_updates.hpp"

#include "base/error.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/shared_work.hpp"
#include "engine/write/row_patch.hpp"

#include <mutex>

namespace merganser {

namespace {

//! Writes the updated rows of all files.
class UpdatePass {
public:
	UpdatePass(duckdb::ClientContext &context_p, const RowUpdates &updates_p, ChangedRows &changes_p)
	    : context(context_p), updates(updates_p), changes(changes_p), snapshot(WithRowTracking(updates.snapshot)),
	      fields(AllFields(*snapshot->configuration)),
	      read(context, snapshot, changes.ChooseUpdated(updates.files), fields) {
	}

	RowsByFile Run() {
		RunOnAllThreads(context, [&] { Work(); });
		RowsByFile result;
		for (auto &[file_index, positions] : changed) {
			result.emplace(file_index, std::make_shared<const DeletionVector>(std::move(positions)));
		}
		return result;
	}

private:
	//! The updates of the chunk's rows: every one has its own.
	UpdatedPlaces UpdatesOf(duckdb::DataChunk &rows) {
		const auto &updated = changes.Files().at(read.FileIndexOf(rows)).updated;
		auto places = FindUpdated(updated, rows.data[read.PositionColumn()], rows.size());
		Verify(places.count == rows.size(), "every row that is read is updated");
		return places;
	}

	void Work() {
		RowRead::Reader reader(read);
		RowPatch patch(changes.Values(), fields);
		FileSink::Local local;
		ChangeFiles::Local changes_local;
		std::map<uint64_t, DeletionVector> own_changed;
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		duckdb::DataChunk values;
		values.InitializeEmpty({read.Types().begin(), read.Types().end() - 2});
		while (reader.Next(rows)) {
			const auto places = UpdatesOf(rows);
			auto &patched = patch.Apply(rows, places);
			const auto &is_changed = patch.ChangedRowFlags();
			if (updates.returned) {
				updates.returned->Append(patched, ReturnedAction::UPDATE);
			}
			auto &positions = own_changed[read.FileIndexOf(rows)];
			for (idx_t i = 0; i < rows.size(); i++) {
				if (is_changed[i]) {
					positions.Add(places.updated[i].position);
				}
			}
			const auto count = patch.KeepChanged(patched);
			if (count == 0) {
				continue;
			}
			for (idx_t i = 0; i < values.ColumnCount(); i++) {
				values.data[i].Reference(patched.data[i]);
			}
			if (snapshot != updates.snapshot) {
				// They are of this commit's version.
				values.data.back().Reference(duckdb::Value(duckdb::LogicalType::BIGINT));
			}
			values.SetCardinality(count);
			AtBorder([&] { updates.sink.Sink(local, values); });
			if (updates.change_files) {
				patch.KeepChanged(rows);
				updates.change_files->Write(changes_local, rows, ChangeType::UPDATE_PREIMAGE);
				updates.change_files->Write(changes_local, values, ChangeType::UPDATE_POSTIMAGE);
			}
		}
		AtBorder([&] { updates.sink.Combine(local); });
		if (updates.change_files) {
			updates.change_files->Combine(changes_local);
		}
		std::lock_guard<std::mutex> guard(lock);
		for (auto &[file_index, positions] : own_changed) {
			changed[file_index].UnionWith(positions);
		}
	}

	duckdb::ClientContext &context;
	const RowUpdates &updates;
	ChangedRows &changes;
	//! With the columns of row tracking, where rows have ids.
	const SnapshotPtr snapshot;
	const std::vector<size_t> fields;
	RowRead read;
	std::mutex lock;
	std::map<uint64_t, DeletionVector> changed;
};

} // namespace

RowsByFile WriteUpdatedRows(duckdb::ClientContext &context, const RowUpdates &updates, ChangedRows &changes) {
	return UpdatePass(context, updates, changes).Run();
}

static RowRead ReadDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes) {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::ONLY;
	for (auto &[file_index, change] : changes.Files()) {
		if (change.deleted.Cardinality() > 0) {
			chosen->rows.emplace(file_index, std::make_shared<const DeletionVector>(change.deleted));
		}
	}
	return RowRead(context, snapshot, std::move(chosen), AllFields(*snapshot->configuration));
}

void ReturnDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes,
                       ReturnedRows &returned) {
	auto read = ReadDeletedRows(context, snapshot, changes);
	RunOnAllThreads(context, [&] {
		RowRead::Reader reader(read);
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		while (reader.Next(rows)) {
			returned.Append(rows, ReturnedAction::DELETE);
		}
	});
}

void RecordDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes,
                       ChangeFiles &change_files) {
	auto read = ReadDeletedRows(context, snapshot, changes);
	RunOnAllThreads(context, [&] {
		RowRead::Reader reader(read);
		ChangeFiles::Local local;
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		while (reader.Next(rows)) {
			change_files.Write(local, rows, ChangeType::DELETE);
		}
		change_files.Combine(local);
	});
}

} // namespace merganser
