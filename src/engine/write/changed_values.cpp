#include "engine/write/changed_values.hpp"

#include "base/error.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/constraint_check.hpp"
#include "engine/write/row_check.hpp"
#include "engine/write/row_patch.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace merganser {

namespace {

std::vector<size_t> UnionOf(const std::vector<std::vector<size_t>> &lists) {
	std::set<size_t> fields;
	for (const auto &list : lists) {
		fields.insert(list.begin(), list.end());
	}
	return {fields.begin(), fields.end()};
}

class ComparePass {
public:
	ComparePass(duckdb::ClientContext &context_p, const RowChangePlan &plan, ChangedRows &changes_p,
	            std::shared_ptr<const ChosenRows> chosen)
	    : context(context_p), changes(changes_p),
	      fields(FieldsToCheck(*plan.snapshot->configuration, UnionOf(SetColumnsOf(plan)))),
	      places(PlacesAmong(fields, SetColumnsOf(plan))),
	      row_check(plan.snapshot->location.name, *plan.snapshot->configuration, fields),
	      constraint_check(context, plan.snapshot->location.name, *plan.snapshot->configuration, fields),
	      read(context, plan.snapshot, std::move(chosen), fields) {
	}

	std::map<uint64_t, ChangedValues> Run() {
		RunOnAllThreads(context, [&] { Work(); });
		return std::move(changed);
	}

private:
	void Work() {
		RowRead::Reader reader(read);
		RowPatch patch(changes, places);
		ConstraintCheck::Local constraints(constraint_check);
		std::map<uint64_t, ChangedValues> own;
		duckdb::DataChunk rows;
		rows.Initialize(context, read.Types());
		while (reader.Next(rows)) {
			const auto file = read.FileIndexOf(rows);
			const auto updated =
			    FindUpdated(changes.Files().at(file).updated, rows.data[read.PositionColumn()], rows.size());
			Verify(updated.count == rows.size(), "every row that is read is updated");
			auto &patched = patch.Apply(rows, updated);
			const auto count = patch.KeepChanged(patched);
			if (count == 0) {
				continue;
			}
			row_check.Check(patched);
			constraint_check.Check(constraints, patched);
			Note(own[file], updated, patch);
		}
		std::lock_guard<std::mutex> guard(lock);
		for (auto &[file, values] : own) {
			auto &target = changed[file];
			target.rows.UnionWith(values.rows);
			for (auto &[field, positions] : values.by_field) {
				target.by_field[field].UnionWith(positions);
			}
		}
	}

	void Note(ChangedValues &values, const UpdatedPlaces &updated, const RowPatch &patch) const {
		AddPositions(values.rows, updated, patch.ChangedRowFlags());
		for (size_t i = 0; i < fields.size(); i++) {
			const auto &flags = patch.ChangedValueFlags(i);
			if (!flags.empty()) {
				AddPositions(values.by_field[fields[i]], updated, flags);
			}
		}
	}

	static void AddPositions(DeletionVector &positions, const UpdatedPlaces &updated,
	                         const std::vector<uint8_t> &flags) {
		for (idx_t i = 0; i < updated.count; i++) {
			if (flags[updated.rows.get_index(i)]) {
				positions.Add(updated.updated[i].position);
			}
		}
	}

	duckdb::ClientContext &context;
	ChangedRows &changes;
	const std::vector<size_t> fields;
	const std::vector<std::vector<size_t>> places;
	const RowCheck row_check;
	const ConstraintCheck constraint_check;
	RowRead read;
	std::mutex lock;
	std::map<uint64_t, ChangedValues> changed;
};

} // namespace

size_t PlaceAmong(const std::vector<size_t> &fields, size_t field) {
	const auto found = std::find(fields.begin(), fields.end(), field);
	return found == fields.end() ? RowPatch::NOT_READ : size_t(found - fields.begin());
}

std::vector<std::vector<size_t>> PlacesAmong(const std::vector<size_t> &fields,
                                             const std::vector<std::vector<size_t>> &lists) {
	std::vector<std::vector<size_t>> places;
	for (const auto &list : lists) {
		auto &target = places.emplace_back();
		for (const auto field : list) {
			target.push_back(PlaceAmong(fields, field));
		}
	}
	return places;
}

std::map<uint64_t, ChangedValues> FindChangedValues(duckdb::ClientContext &context, const RowChangePlan &plan,
                                                    ChangedRows &changes, const std::vector<uint64_t> &files,
                                                    size_t rows_max) {
	if (files.empty()) {
		return {};
	}
	return ComparePass(context, plan, changes, changes.ChooseUpdated(files, rows_max)).Run();
}

} // namespace merganser
