#include "engine/write/changed_rows.hpp"

#include "base/error.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace merganser {

namespace {

constexpr uint32_t NO_ROW = UINT32_MAX;
//! Fewer are sorted, many are put at their places at once: no more places than this for each.
constexpr size_t PLACES_PER_ROW_MAX = 8;

bool IsBefore(const UpdatedRow &left, const UpdatedRow &right) {
	return left.position < right.position;
}

//! Requires: no two rows have one position.
void SortByPosition(std::vector<UpdatedRow> &rows) {
	if (std::is_sorted(rows.begin(), rows.end(), IsBefore)) {
		return;
	}
	const size_t place_count = std::max_element(rows.begin(), rows.end(), IsBefore)->position + size_t(1);
	if (place_count / PLACES_PER_ROW_MAX > rows.size()) {
		std::sort(rows.begin(), rows.end(), IsBefore);
		return;
	}
	std::vector<UpdatedRow> places(place_count, UpdatedRow {0, NO_ROW, 0});
	for (const auto &row : rows) {
		places[row.position] = row;
	}
	std::copy_if(places.begin(), places.end(), rows.begin(), [](const UpdatedRow &row) { return row.row != NO_ROW; });
}

} // namespace

ChangedRows::ChangedRows(duckdb::ClientContext &context_p, std::vector<duckdb::vector<duckdb::LogicalType>> types)
    : context(context_p), update_types(std::move(types)) {
}

ChangedRows::Local::Local(ChangedRows &rows) : owner(rows), values(rows.update_types.size()) {
}

FileChange &ChangedRows::Local::Of(uint64_t file_index) {
	if (!last_file || last_index != file_index) {
		last_index = file_index;
		last_file = &files[file_index];
	}
	return *last_file;
}

void ChangedRows::Local::Split(duckdb::DataChunk &row_ids, duckdb::SelectionVector &first,
                               std::vector<RowPlace> &places) {
	duckdb::UnifiedVectorFormat files_format;
	duckdb::UnifiedVectorFormat positions_format;
	row_ids.data[0].ToUnifiedFormat(row_ids.size(), files_format);
	row_ids.data[1].ToUnifiedFormat(row_ids.size(), positions_format);
	const auto *file_indexes = duckdb::UnifiedVectorFormat::GetData<uint64_t>(files_format);
	const auto *positions = duckdb::UnifiedVectorFormat::GetData<int64_t>(positions_format);
	for (idx_t i = 0; i < row_ids.size(); i++) {
		RowPlace place;
		place.file_index = file_indexes[files_format.sel->get_index(i)];
		place.position = uint64_t(positions[positions_format.sel->get_index(i)]);
		if (place.position > std::numeric_limits<uint32_t>::max()) {
			throw Error(ErrorKind::UNSUPPORTED, "rows of a data file with more than 4,294,967,296 rows cannot be "
			                                    "changed. Rewrite the table in smaller files first");
		}
		if (!Of(place.file_index).touched.AddNew(place.position)) {
			twice = place;
			continue;
		}
		first.set_index(places.size(), i);
		places.push_back(place);
	}
}

void ChangedRows::Local::Delete(duckdb::DataChunk &row_ids) {
	duckdb::SelectionVector first(STANDARD_VECTOR_SIZE);
	std::vector<RowPlace> places;
	places.reserve(row_ids.size());
	Split(row_ids, first, places);
	for (const auto &place : places) {
		Of(place.file_index).deleted.Add(place.position);
	}
}

void ChangedRows::Local::Update(size_t action, duckdb::DataChunk &row_ids, duckdb::DataChunk &new_values) {
	duckdb::SelectionVector first(STANDARD_VECTOR_SIZE);
	std::vector<RowPlace> places;
	places.reserve(row_ids.size());
	Split(row_ids, first, places);
	if (places.empty()) {
		return;
	}
	auto &target = values[action];
	if (!target.rows) {
		target.rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(owner.context, owner.update_types[action]);
		target.rows->InitializeAppend(target.append);
	}
	const auto begin = target.rows->Count();
	Verify(begin + places.size() <= std::numeric_limits<uint32_t>::max(),
	       "a thread updates fewer than four billion rows");
	for (size_t i = 0; i < places.size(); i++) {
		UpdatedRow updated;
		updated.position = uint32_t(places[i].position);
		updated.row = uint32_t(begin + i);
		updated.collection = uint32_t(action);
		Of(places[i].file_index).updated.push_back(updated);
	}
	if (places.size() < new_values.size()) {
		new_values.Slice(first, places.size());
	}
	target.rows->Append(target.append, new_values);
}

void ChangedRows::CombineFile(FileChange &target, FileChange &source, uint64_t file_index) {
	const auto total = target.touched.Cardinality() + source.touched.Cardinality();
	auto touched = target.touched;
	touched.UnionWith(source.touched);
	if (touched.Cardinality() != total) {
		// Two threads met the same row; the first one has it.
		std::erase_if(source.updated, [&](const UpdatedRow &row) { return target.touched.Contains(row.position); });
		for (uint64_t start = 0; !twice; start += STANDARD_VECTOR_SIZE) {
			uint32_t members[STANDARD_VECTOR_SIZE];
			const auto count = source.touched.SelectMembers(start, STANDARD_VECTOR_SIZE, members);
			for (uint32_t i = 0; i < count && !twice; i++) {
				if (target.touched.Contains(start + members[i])) {
					twice = RowPlace {file_index, start + members[i]};
				}
			}
		}
	}
	target.touched = std::move(touched);
	target.deleted.UnionWith(source.deleted);
	target.updated.insert(target.updated.end(), source.updated.begin(), source.updated.end());
}

void ChangedRows::Combine(Local &local) {
	std::lock_guard<std::mutex> guard(lock);
	std::vector<uint32_t> numbers(local.values.size(), 0);
	for (size_t action = 0; action < local.values.size(); action++) {
		auto &gathered = local.values[action];
		if (!gathered.rows) {
			continue;
		}
		gathered.append.current_chunk_state.handles.clear();
		numbers[action] = uint32_t(collections.size());
		collections.push_back(std::move(gathered.rows));
		actions.push_back(action);
	}
	if (local.twice && !twice) {
		twice = local.twice;
	}
	for (auto &[file_index, change] : local.files) {
		for (auto &row : change.updated) {
			row.collection = numbers[row.collection];
		}
		CombineFile(files[file_index], change, file_index);
	}
	local.files.clear();
	local.last_file = nullptr;
}

void ChangedRows::Finish() {
	std::vector<std::vector<UpdatedRow> *> lists;
	for (auto &[file_index, change] : files) {
		lists.push_back(&change.updated);
	}
	ForEachOnAllThreads(context, lists.size(), [&](size_t i) { SortByPosition(*lists[i]); });
}

std::shared_ptr<const ChosenRows> ChangedRows::ChooseUpdated(const std::vector<uint64_t> &chosen_files,
                                                             size_t rows_max) const {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::ONLY;
	for (const auto file : chosen_files) {
		auto positions = std::make_shared<DeletionVector>();
		const auto &updated = files.at(file).updated;
		for (size_t i = 0; i < std::min(updated.size(), rows_max); i++) {
			positions->Add(updated[i].position);
		}
		chosen->rows.emplace(file, std::move(positions));
	}
	return chosen;
}

uint64_t ChangedRows::DeletedCount() const {
	uint64_t count = 0;
	for (auto &entry : files) {
		count += entry.second.deleted.Cardinality();
	}
	return count;
}

uint64_t ChangedRows::UpdatedCount() const {
	uint64_t count = 0;
	for (auto &entry : files) {
		count += entry.second.updated.size();
	}
	return count;
}

} // namespace merganser
