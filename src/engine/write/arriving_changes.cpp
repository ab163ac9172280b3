#include "engine/write/arriving_changes.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Fewer are not worth opening their files for.
constexpr uint64_t BATCH_ROWS_MIN = 32768;
//! More are not held, though the row group goes on.
constexpr uint64_t BATCH_ROWS_MAX = 262144;

std::vector<size_t> Chosen(const std::vector<uint8_t> &flags, uint8_t wanted) {
	std::vector<size_t> chosen;
	for (size_t i = 0; i < flags.size(); i++) {
		if (flags[i] == wanted) {
			chosen.push_back(i);
		}
	}
	return chosen;
}

//! Takes these of the rows.
void Choose(const std::vector<size_t> &chosen, std::vector<RowPlace> &rows, duckdb::DataChunk &values) {
	duckdb::SelectionVector selection(STANDARD_VECTOR_SIZE);
	for (size_t i = 0; i < chosen.size(); i++) {
		rows[i] = rows[chosen[i]];
		selection.set_index(i, chosen[i]);
	}
	rows.resize(chosen.size());
	values.Slice(selection, chosen.size());
}

} // namespace

ArrivingChanges::ArrivingChanges(duckdb::ClientContext &context, ChangedRows &changes_p, UpdateCompare &compare_p,
                                 const FileLayouts *layouts_p, FileSink::Local &written)
    : changes(changes_p), compare(compare_p), layouts(layouts_p), rows(changes), results {rows, written},
      values(context) {
}

uint64_t ArrivingChanges::Update(const std::vector<size_t> &fields, duckdb::DataChunk &row_ids,
                                 duckdb::DataChunk &new_values) {
	duckdb::SelectionVector first(STANDARD_VECTOR_SIZE);
	std::vector<RowPlace> met;
	rows.Meet(row_ids, first, met);
	const auto count = met.size();
	if (count == 0) {
		return 0;
	}
	if (count < new_values.size()) {
		new_values.Slice(first, count);
	}
	std::vector<uint8_t> is_compared(count);
	for (size_t i = 0; i < count; i++) {
		const bool is_same = i > 0 && met[i].file_index == met[i - 1].file_index;
		is_compared[i] = is_same ? is_compared[i - 1] : compare.IsWanted(met[i].file_index);
	}
	const auto compared_count = size_t(std::count(is_compared.begin(), is_compared.end(), 1));
	if (compared_count == count) {
		Append(fields, met, new_values);
	} else if (compared_count == 0) {
		rows.Update(fields, met, new_values);
	} else {
		auto kept_rows = met;
		duckdb::DataChunk kept_values;
		kept_values.InitializeEmpty(new_values.GetTypes());
		kept_values.Reference(new_values);
		Choose(Chosen(is_compared, 0), kept_rows, kept_values);
		rows.Update(fields, kept_rows, kept_values);
		Choose(Chosen(is_compared, 1), met, new_values);
		Append(fields, met, new_values);
	}
	return count;
}

void ArrivingChanges::Append(const std::vector<size_t> &fields, const std::vector<RowPlace> &met,
                             duckdb::DataChunk &new_values) {
	CompareBefore(met.front());
	auto updated = values.Append(fields, new_values);
	for (const auto &row : met) {
		updated.position = uint32_t(row.position);
		batch.files[row.file_index].push_back(updated);
		updated.row++;
	}
	batch.row_count += met.size();
}

void ArrivingChanges::CompareBefore(const RowPlace &next) {
	if (!layouts) {
		return;
	}
	const Group group {next.file_index, layouts->RowGroupOf(next.file_index, next.position)};
	const bool is_begun = group != order.last;
	order.is_kept = order.is_kept && (!is_begun || order.groups.insert(group).second);
	order.last = group;
	const bool is_enough = batch.row_count >= (is_begun ? BATCH_ROWS_MIN : BATCH_ROWS_MAX);
	if (!is_enough || !order.is_kept) {
		return;
	}
	auto complete = TakeRest();
	for (auto &entry : complete.files) {
		SortByPosition(entry.second);
	}
	compare.Compare(complete, results);
}

void ArrivingChanges::Combine() {
	compare.AddRest(TakeRest());
	changes.Combine(rows);
}

UpdateBatch ArrivingChanges::TakeRest() {
	auto taken = std::exchange(batch, {});
	taken.values = values.Take();
	return taken;
}

} // namespace merganser
