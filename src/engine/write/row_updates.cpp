#include "engine/write/row_updates.hpp"

#include "base/error.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/read_tasks.hpp"
#include "engine/write/row_patch.hpp"

#include <algorithm>
#include <mutex>

namespace merganser {

namespace {

uint64_t FileIndex(const RowRead &read, duckdb::DataChunk &rows) {
	return rows.data[read.FileIndexColumn()].GetValue(0).GetValue<uint64_t>();
}

//! Writes the updated rows of all files.
class UpdatePass {
public:
	UpdatePass(duckdb::ClientContext &context_p, const RowUpdates &updates_p, ChangedRows &changes_p)
	    : context(context_p), updates(updates_p), changes(changes_p),
	      read(context, updates.snapshot, RowsToRead(changes), AllFields(*updates.snapshot)) {
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
	static std::shared_ptr<const ChosenRows> RowsToRead(ChangedRows &changes) {
		auto chosen = std::make_shared<ChosenRows>();
		chosen->mode = ChosenRows::Mode::ONLY;
		for (auto &[file_index, change] : changes.Files()) {
			if (change.updated.empty()) {
				continue;
			}
			auto positions = std::make_shared<DeletionVector>();
			for (auto &row : change.updated) {
				positions->Add(row.position);
			}
			chosen->rows.emplace(file_index, std::move(positions));
		}
		return chosen;
	}

	//! The update of the chunk's first row; those of the others follow, as both are in the order of positions.
	const UpdatedRow *UpdatesOf(duckdb::DataChunk &rows) {
		auto &updated = changes.Files().at(FileIndex(read, rows)).updated;
		auto &positions = rows.data[read.PositionColumn()];
		positions.Flatten(rows.size());
		const auto *position = duckdb::FlatVector::GetData<int64_t>(positions);
		auto first =
		    std::lower_bound(updated.begin(), updated.end(), position[0],
		                     [](const UpdatedRow &row, int64_t wanted) { return int64_t(row.position) < wanted; });
		Verify(uint64_t(updated.end() - first) >= rows.size(), "every row that is read is updated");
		for (idx_t i = 0; i < rows.size(); i++) {
			Verify(int64_t(first[int64_t(i)].position) == position[i], "every row that is read is updated");
		}
		return &*first;
	}

	//! Returns the number of changed rows; `patched` is sliced to them.
	idx_t KeepChanged(duckdb::DataChunk &patched, const std::vector<uint8_t> &is_changed) {
		duckdb::SelectionVector kept(STANDARD_VECTOR_SIZE);
		idx_t count = 0;
		for (idx_t i = 0; i < patched.size(); i++) {
			if (is_changed[i]) {
				kept.set_index(count++, i);
			}
		}
		if (count > 0 && count < patched.size()) {
			patched.Slice(kept, count);
		}
		return count;
	}

	void Work() {
		RowRead::Reader reader(read);
		RowPatch patch(changes, updates.set_columns);
		FileSink::Local local;
		std::map<uint64_t, DeletionVector> own_changed;
		std::vector<uint8_t> is_changed;
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		duckdb::DataChunk values;
		values.InitializeEmpty({read.Types().begin(), read.Types().end() - 2});
		while (reader.Next(rows)) {
			const auto *updated = UpdatesOf(rows);
			auto &patched = patch.Apply(rows, updated, is_changed);
			if (updates.returned) {
				updates.returned->Append(patched, ReturnedAction::UPDATE);
			}
			auto &positions = own_changed[FileIndex(read, rows)];
			for (idx_t i = 0; i < rows.size(); i++) {
				if (is_changed[i]) {
					positions.Add(updated[i].position);
				}
			}
			const auto count = KeepChanged(patched, is_changed);
			if (count == 0) {
				continue;
			}
			for (idx_t i = 0; i < values.ColumnCount(); i++) {
				values.data[i].Reference(patched.data[i]);
			}
			values.SetCardinality(count);
			AtBorder([&] { updates.sink.Sink(local, values); });
		}
		AtBorder([&] { updates.sink.Combine(local); });
		std::lock_guard<std::mutex> guard(lock);
		for (auto &[file_index, positions] : own_changed) {
			changed[file_index].UnionWith(positions);
		}
	}

	duckdb::ClientContext &context;
	const RowUpdates &updates;
	ChangedRows &changes;
	RowRead read;
	std::mutex lock;
	std::map<uint64_t, DeletionVector> changed;
};

} // namespace

RowsByFile WriteUpdatedRows(duckdb::ClientContext &context, const RowUpdates &updates, ChangedRows &changes) {
	return UpdatePass(context, updates, changes).Run();
}

void ReturnDeletedRows(duckdb::ClientContext &context, const SnapshotPtr &snapshot, ChangedRows &changes,
                       ReturnedRows &returned) {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::ONLY;
	for (auto &[file_index, change] : changes.Files()) {
		if (change.deleted.Cardinality() > 0) {
			chosen->rows.emplace(file_index, std::make_shared<const DeletionVector>(change.deleted));
		}
	}
	RowRead read(context, snapshot, std::move(chosen), AllFields(*snapshot));
	RunOnAllThreads(context, [&] {
		RowRead::Reader reader(read);
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		while (reader.Next(rows)) {
			returned.Append(rows, ReturnedAction::DELETE);
		}
	});
}

} // namespace merganser
