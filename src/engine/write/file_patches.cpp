#include "engine/write/file_patches.hpp"

#include "base/error.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/column_rows.hpp"
#include "engine/write/patch_choice.hpp"
#include "engine/write/row_patch.hpp"
#include "engine/write/shared_work.hpp"
#include "txn/overwrite.hpp"

#include <set>

namespace merganser {

namespace {

//! Half a megabyte each where there are many row groups and columns. Footers of more files are read twice.
constexpr size_t KEPT_FOOTERS_MAX = 64;

//! By FileIndexOf.
using Patches = std::map<uint64_t, FilePatch *>;
using OwnedPatches = std::map<uint64_t, std::unique_ptr<FilePatch>>;

//! The rows of one row group on their way through one thread, column by column.
class GroupRows {
public:
	GroupRows(const PatchTarget &target_p, const std::vector<size_t> &read_fields_p)
	    : target(target_p), read_fields(read_fields_p), columns(target.context) {
	}

	bool IsOf(const FilePatch &other, size_t other_group) const {
		return file == &other && row_group == other_group;
	}

	void Start(FilePatch &next_file, size_t next_group) {
		Verify(row_count == 0, "one thread reads a row group whole");
		file = &next_file;
		row_group = next_group;
		for (const auto field : file->Fields()) {
			columns.AddColumn(target.columns.at(field).column.types.front(), PlaceAmong(read_fields, field));
		}
	}

	void Append(duckdb::DataChunk &rows) {
		columns.Append(rows);
		row_count += rows.size();
		if (row_count == file->KeptRows(row_group)) {
			row_count = 0;
			file->Put(row_group, columns.Take());
			file = nullptr;
		}
	}

	bool IsEmpty() const {
		return row_count == 0;
	}

private:
	const PatchTarget &target;
	const std::vector<size_t> &read_fields;
	FilePatch *file = nullptr;
	size_t row_group = 0;
	uint64_t row_count = 0;
	//! The file's fields.
	ColumnRows columns;
};

//! Reads files and patches them.
class PatchPass {
public:
	//! Requires: either all patches take rows out, or none does.
	PatchPass(const PatchTarget &target_p, ChangedRows &changes_p, const Patches &patches_p)
	    : target(target_p), changes(changes_p), patches(patches_p), fields(FieldsOf(patches)),
	      read(target.context, target.plan.snapshot, RowsToRead(patches), fields, target.plan.seen.deletion_vectors) {
	}

	void Run() {
		RunOnAllThreads(target.context, [&] { AtBorder([&] { Work(); }); });
	}

private:
	static std::vector<size_t> FieldsOf(const Patches &patches) {
		std::set<size_t> fields;
		for (const auto &[file_index, patch] : patches) {
			fields.insert(patch->Fields().begin(), patch->Fields().end());
		}
		return {fields.begin(), fields.end()};
	}

	static std::shared_ptr<const ChosenRows> RowsToRead(const Patches &patches) {
		auto chosen = std::make_shared<ChosenRows>();
		chosen->mode = patches.begin()->second->TakesRowsOut() ? ChosenRows::Mode::EXCEPT : ChosenRows::Mode::ALL;
		for (const auto &[file_index, patch] : patches) {
			chosen->rows.emplace(file_index, std::make_shared<const DeletionVector>(patch->Change().deleted));
		}
		return chosen;
	}

	void Work() {
		RowRead::Reader reader(read);
		RowPatch row_patch(changes.Values(), fields);
		GroupRows group(target, fields);
		duckdb::DataChunk rows;
		rows.Initialize(target.context, read.Types());
		while (reader.Next(rows)) {
			auto &patch = *patches.at(read.FileIndexOf(rows));
			auto &positions = rows.data[read.PositionColumn()];
			const auto updated = FindUpdated(patch.Change().updated, positions, rows.size());
			const auto first = duckdb::FlatVector::GetData<int64_t>(positions)[0];
			const auto row_group = patch.RowGroupOf(uint64_t(first));
			if (!group.IsOf(patch, row_group)) {
				group.Start(patch, row_group);
			}
			group.Append(updated.count > 0 ? row_patch.Apply(rows, updated) : rows);
		}
		Verify(group.IsEmpty(), "one thread reads a row group whole");
	}

	const PatchTarget &target;
	ChangedRows &changes;
	const Patches &patches;
	const std::vector<size_t> fields;
	RowRead read;
};

//! Patches files that need no rows for it, row group by row group.
void PatchWithoutRows(const PatchTarget &target, const std::vector<FilePatch *> &patches) {
	std::vector<std::pair<FilePatch *, size_t>> groups;
	for (auto *patch : patches) {
		for (size_t group = 0; group < patch->RowGroupCount(); group++) {
			if (patch->KeptRows(group) > 0) {
				groups.emplace_back(patch, group);
			}
		}
	}
	ForEachOnAllThreads(target.context, groups.size(),
	                    [&](size_t i) { AtBorder([&] { groups[i].first->Put(groups[i].second, {}); }); });
}

//! Requires: either all patches take rows out, or none does.
void RunPatches(const PatchTarget &target, ChangedRows &changes, const Patches &patches) {
	Patches with_rows;
	std::vector<FilePatch *> without_rows;
	for (const auto &[file_index, patch] : patches) {
		if (patch->Fields().empty()) {
			without_rows.push_back(patch);
		} else {
			with_rows.emplace(file_index, patch);
		}
	}
	PatchWithoutRows(target, without_rows);
	if (!with_rows.empty()) {
		PatchPass(target, changes, with_rows).Run();
	}
}

using PatchList = std::vector<std::unique_ptr<FilePatch>>;

//! Reads the footers; keeps the files that are worth it.
PatchList Prepare(const PatchTarget &target, const std::vector<uint64_t> &candidates, ChangedRows &changes) {
	PatchList all;
	for (const auto file : candidates) {
		all.push_back(std::make_unique<FilePatch>(target, file, changes.Files().at(file), uint64_t(all.size())));
	}
	std::vector<uint8_t> is_ready(all.size());
	ForEachOnAllThreads(target.context, all.size(), [&](size_t i) {
		is_ready[i] = AtBorder([&] { return all[i]->Prepare(all.size() <= KEPT_FOOTERS_MAX); });
	});
	PatchList ready;
	for (size_t i = 0; i < all.size(); i++) {
		if (is_ready[i]) {
			ready.push_back(std::move(all[i]));
		}
	}
	return ready;
}

OwnedPatches ChooseWays(PatchList prepared) {
	OwnedPatches patches;
	for (auto &patch : prepared) {
		if (AtBorder([&] { return patch->ChooseWays(); })) {
			patches.emplace(patch->FileIndex(), std::move(patch));
		}
	}
	return patches;
}

} // namespace

PatchedFiles PatchFiles(duckdb::ClientContext &context, LakeTransaction &transaction, const RowChangePlan &plan,
                        ChangedRows &changes, TableChange &change) {
	PatchedFiles patched;
	const auto candidates = ChooseForPatch(context, plan, changes);
	if (candidates.empty()) {
		return patched;
	}
	const PatchTarget target(context, transaction, plan);
	const auto ready = ChooseWays(Prepare(target, candidates, changes));
	// Apart, because they are read in different ways.
	Patches updates;
	Patches deletes;
	for (const auto &[file_index, patch] : ready) {
		(patch->TakesRowsOut() ? deletes : updates).emplace(file_index, patch.get());
	}
	const auto now_ms = LakeInstance::Get(context).GetClock().NowMs();
	for (const auto *patches : {&updates, &deletes}) {
		if (patches->empty()) {
			continue;
		}
		RunPatches(target, changes, *patches);
		for (const auto &[file_index, patch] : *patches) {
			const auto file = FileOfIndex(file_index);
			const auto &batch = plan.snapshot->files.BatchOf(file);
			change.removed_files.push_back(RemovalOf(batch.ToAddFile(file.row), now_ms));
			if (patch->DeletedRows().Cardinality() > 0) {
				patched.with_deleted_rows.push_back({patch->TakeAdded(), patch->DeletedRows()});
			} else {
				change.added_files.push_back(patch->TakeAdded());
			}
			patched.updated_rows += patch->Values().rows.Cardinality();
			patched.copied_rows += patch->CopiedRows();
			patched.files++;
			changes.Files().erase(file_index);
		}
	}
	return patched;
}

} // namespace merganser
