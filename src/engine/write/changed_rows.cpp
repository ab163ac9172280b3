#include "engine/write/changed_rows.hpp"

#include "base/error.hpp"
#include "engine/write/shared_work.hpp"

#include <limits>
#include <utility>

namespace merganser {

namespace {

//! `first_collection`: what collection 0 of the rows is among the target's.
void AppendRows(std::vector<UpdatedRow> &target, std::vector<UpdatedRow> rows, uint32_t first_collection) {
	if (first_collection > 0) {
		for (auto &row : rows) {
			row.collection += first_collection;
		}
	}
	if (target.empty()) {
		target = std::move(rows);
	} else {
		target.insert(target.end(), rows.begin(), rows.end());
	}
}

void SortAll(duckdb::ClientContext &context, const std::vector<std::vector<UpdatedRow> *> &lists) {
	ForEachOnAllThreads(context, lists.size(), [&](size_t i) { SortByPosition(*lists[i]); });
}

} // namespace

void ChangedValues::UnionWith(const ChangedValues &others) {
	rows.UnionWith(others.rows);
	for (const auto &[field, positions] : others.by_field) {
		by_field[field].UnionWith(positions);
	}
}

void UpdateBatch::Add(UpdateBatch others) {
	const auto first_collection = values.TakeFrom(std::move(others.values));
	for (auto &[file_index, updated] : others.files) {
		AppendRows(files[file_index], std::move(updated), first_collection);
	}
	row_count += others.row_count;
}

void UpdateBatch::Sort(duckdb::ClientContext &context) {
	std::vector<std::vector<UpdatedRow> *> lists;
	for (auto &entry : files) {
		lists.push_back(&entry.second);
	}
	SortAll(context, lists);
}

ChangedRows::ChangedRows(duckdb::ClientContext &context_p) : context(context_p) {
}

ChangedRows::Local::Local(ChangedRows &rows) : owner(rows), values(rows.context) {
}

FileChange &ChangedRows::Local::Of(uint64_t file_index) {
	if (!last_file || last_index != file_index) {
		last_index = file_index;
		last_file = &files[file_index];
	}
	return *last_file;
}

void ChangedRows::Local::Meet(duckdb::DataChunk &row_ids, duckdb::SelectionVector &first, std::vector<RowPlace> &rows) {
	duckdb::UnifiedVectorFormat files_format;
	duckdb::UnifiedVectorFormat positions_format;
	row_ids.data[0].ToUnifiedFormat(row_ids.size(), files_format);
	row_ids.data[1].ToUnifiedFormat(row_ids.size(), positions_format);
	const auto *file_indexes = duckdb::UnifiedVectorFormat::GetData<uint64_t>(files_format);
	const auto *positions = duckdb::UnifiedVectorFormat::GetData<int64_t>(positions_format);
	std::vector<RowPlace> all(row_ids.size());
	for (idx_t i = 0; i < row_ids.size(); i++) {
		all[i].file_index = file_indexes[files_format.sel->get_index(i)];
		all[i].position = uint64_t(positions[positions_format.sel->get_index(i)]);
		if (all[i].position > std::numeric_limits<uint32_t>::max()) {
			throw Error(ErrorKind::UNSUPPORTED, "rows of a data file with more than 4,294,967,296 rows cannot be "
			                                    "changed. Rewrite the table in smaller files first");
		}
	}
	const auto is_new = owner.touched.AddNew(all);
	rows.reserve(all.size());
	for (idx_t i = 0; i < all.size(); i++) {
		if (is_new[i]) {
			first.set_index(rows.size(), i);
			rows.push_back(all[i]);
			continue;
		}
		std::lock_guard<std::mutex> guard(owner.lock);
		owner.twice = all[i];
	}
}

void ChangedRows::Local::Delete(duckdb::DataChunk &row_ids) {
	duckdb::SelectionVector first(STANDARD_VECTOR_SIZE);
	std::vector<RowPlace> rows;
	Meet(row_ids, first, rows);
	for (const auto &row : rows) {
		Of(row.file_index).deleted.Add(row.position);
	}
}

void ChangedRows::Local::Move(uint64_t file_index, uint64_t position) {
	Of(file_index).deleted.Add(position);
	moved_count++;
}

void ChangedRows::Local::Update(const std::vector<size_t> &fields, const std::vector<RowPlace> &rows,
                                duckdb::DataChunk &new_values) {
	auto updated = values.Append(fields, new_values);
	for (const auto &row : rows) {
		updated.position = uint32_t(row.position);
		Of(row.file_index).updated.push_back(updated);
		updated.row++;
	}
}

void ChangedRows::Combine(Local &local) {
	std::lock_guard<std::mutex> guard(lock);
	const auto first_collection = values.TakeFrom(local.values.Take());
	for (auto &[file_index, change] : local.files) {
		auto &target = files[file_index];
		target.deleted.UnionWith(change.deleted);
		AppendRows(target.updated, std::move(change.updated), first_collection);
		target.changed.UnionWith(change.changed);
	}
	moved_count += local.moved_count;
	local.moved_count = 0;
	local.files.clear();
	local.last_file = nullptr;
}

void ChangedRows::TakeChanged(UpdateBatch batch) {
	bool has_values = false;
	for (auto &[file_index, updated] : batch.files) {
		const auto file = files.find(file_index);
		const auto changed_count = file == files.end() ? 0 : file->second.changed.rows.Cardinality();
		if (changed_count == 0) {
			updated.clear();
			continue;
		}
		const auto &changed = file->second.changed.rows;
		if (changed_count < updated.size() + file->second.updated.size()) {
			std::erase_if(updated, [&](const UpdatedRow &row) { return !changed.Contains(row.position); });
		}
		has_values = has_values || !updated.empty();
	}
	if (!has_values) {
		return;
	}
	const auto first_collection = values.TakeFrom(std::move(batch.values));
	for (auto &[file_index, updated] : batch.files) {
		if (!updated.empty()) {
			AppendRows(files.at(file_index).updated, std::move(updated), first_collection);
		}
	}
}

void ChangedRows::Finish() {
	std::vector<std::vector<UpdatedRow> *> lists;
	for (auto &[file_index, change] : files) {
		lists.push_back(&change.updated);
	}
	SortAll(context, lists);
}

std::shared_ptr<const ChosenRows> ChangedRows::ChooseUpdated(const std::vector<uint64_t> &chosen_files) const {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::ONLY;
	for (const auto file : chosen_files) {
		chosen->rows.emplace(file, PositionsOf(files.at(file).updated));
	}
	return chosen;
}

uint64_t ChangedRows::DeletedCount() const {
	uint64_t count = 0;
	for (auto &entry : files) {
		count += entry.second.deleted.Cardinality();
	}
	return count - moved_count;
}

std::shared_ptr<const DeletionVector> PositionsOf(const std::vector<UpdatedRow> &updated) {
	std::vector<uint32_t> rows;
	rows.reserve(updated.size());
	for (const auto &row : updated) {
		rows.push_back(row.position);
	}
	auto positions = std::make_shared<DeletionVector>();
	positions->Add(rows);
	return positions;
}

} // namespace merganser
