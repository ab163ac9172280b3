#include "engine/write/update_compare.hpp"

#include "base/error.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/file_layouts.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/patch_choice.hpp"
#include "engine/write/row_patch.hpp"
#include "engine/write/shared_work.hpp"
#include "protocol/row_tracking.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace merganser {

namespace {

//! Rows from which on it pays to open files twice, in order to read fewer columns.
constexpr uint64_t STAGED_ROWS_MIN = 8192;
//! Columns that are set from which on it does.
constexpr size_t STAGED_FIELDS_MIN = 4;
//! The columns that are compared first have at most this share of the bytes.
constexpr uint64_t FIRST_BYTES_SHARE = 4;
//! A thread keeps the values of at most so many sets of fields apart.
constexpr size_t FIELD_SETS_MAX = 8;

using Positions = std::map<uint64_t, DeletionVector>;

void UnionWith(Positions &target, const Positions &others) {
	for (const auto &[file_index, positions] : others) {
		target[file_index].UnionWith(positions);
	}
}

uint64_t CountOf(const Positions &positions) {
	uint64_t count = 0;
	for (const auto &entry : positions) {
		count += entry.second.Cardinality();
	}
	return count;
}

std::shared_ptr<const ChosenRows> Only(Positions positions) {
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::ONLY;
	for (auto &[file_index, rows] : positions) {
		if (rows.Cardinality() > 0) {
			chosen->rows.emplace(file_index, std::make_shared<const DeletionVector>(std::move(rows)));
		}
	}
	return chosen;
}

std::vector<size_t> SetFieldsOf(const RowChangePlan &plan) {
	std::set<size_t> fields;
	for (const auto &columns : SetColumnsOf(plan)) {
		fields.insert(columns.begin(), columns.end());
	}
	return {fields.begin(), fields.end()};
}

//! Splits the fields in two: small columns, which mostly tell already that a row becomes another one, and the others.
std::vector<size_t> TakeSmallFields(std::vector<size_t> &fields, const std::vector<uint64_t> &bytes) {
	std::vector<size_t> by_size(fields);
	std::sort(by_size.begin(), by_size.end(), [&](size_t left, size_t right) { return bytes[left] < bytes[right]; });
	uint64_t total = 0;
	for (const auto field : fields) {
		total += bytes[field];
	}
	uint64_t taken = 0;
	std::vector<size_t> small;
	for (const auto field : by_size) {
		taken += bytes[field];
		if (!small.empty() && taken > total / FIRST_BYTES_SHARE) {
			break;
		}
		small.push_back(field);
		std::erase(fields, field);
	}
	std::sort(small.begin(), small.end());
	return small;
}

} // namespace

//! One batch.
class UpdateCompare::Pass {
public:
	Pass(UpdateCompare &compare_p, const UpdateBatch &batch_p, Runner runner_p, bool copies_values_p)
	    : compare(compare_p), batch(batch_p), runner(std::move(runner_p)), copies_values(copies_values_p) {
	}

	void Run() {
		Positions patched;
		Positions written;
		for (const auto &[file_index, updated] : batch.files) {
			auto &target = compare.IsPatched(file_index, updated) ? patched : written;
			target.emplace(file_index, *PositionsOf(updated));
		}
		if (!patched.empty()) {
			Keep(Only(std::move(patched)));
		}
		if (!written.empty()) {
			Write(std::move(written));
		}
	}

private:
	const TableConfiguration &Configuration() const {
		return *compare.plan.snapshot->configuration;
	}

	UpdatedPlaces UpdatesOf(const RowRead &read, duckdb::DataChunk &rows) const {
		auto places =
		    FindUpdated(batch.files.at(read.FileIndexOf(rows)), rows.data[read.PositionColumn()], rows.size());
		Verify(places.count == rows.size(), "every row that is read is updated");
		return places;
	}

	//! Keeps the values that differ.
	void Keep(std::shared_ptr<const ChosenRows> chosen) {
		const auto fields = FieldsToCheck(Configuration(), compare.set_fields);
		const auto &name = compare.plan.snapshot->location.name;
		const RowCheck row_check(name, Configuration(), fields);
		const ConstraintCheck constraint_check(compare.context, name, Configuration(), fields);
		RowRead read(compare.context, compare.plan.snapshot, std::move(chosen), fields);
		runner([&](Results &results) {
			RowRead::Reader reader(read);
			RowPatch patch(batch.values, fields);
			ConstraintCheck::Local constraints(constraint_check);
			duckdb::DataChunk rows;
			rows.Initialize(compare.context, read.Types());
			while (reader.Next(rows)) {
				const auto updated = UpdatesOf(read, rows);
				auto &changed = patch.Apply(rows, updated);
				if (patch.KeepChanged(changed) == 0) {
					continue;
				}
				row_check.Check(changed);
				constraint_check.Check(constraints, changed);
				const auto file_index = read.FileIndexOf(rows);
				auto different = Note(results.rows.Of(file_index).changed, fields, updated, patch);
				if (copies_values) {
					KeepValues(results.rows, ChangedPlaces(file_index, updated, patch), std::move(different),
					           {fields, changed});
				}
			}
		});
	}

	//! Returns the fields with values that differ.
	static std::vector<size_t> Note(ChangedValues &values, const std::vector<size_t> &fields,
	                                const UpdatedPlaces &updated, const RowPatch &patch) {
		AddPositions(values.rows, updated, patch.ChangedRowFlags());
		std::vector<size_t> different;
		for (size_t i = 0; i < fields.size(); i++) {
			const auto &flags = patch.ChangedValueFlags(i);
			if (!flags.empty()) {
				different.push_back(fields[i]);
				AddPositions(values.by_field[fields[i]], updated, flags);
			}
		}
		return different;
	}

	static void AddPositions(DeletionVector &positions, const UpdatedPlaces &updated,
	                         const std::vector<uint8_t> &flags) {
		std::vector<uint32_t> added;
		added.reserve(updated.count);
		for (idx_t i = 0; i < updated.count; i++) {
			if (flags[i]) {
				added.push_back(updated.updated[i].position);
			}
		}
		positions.Add(added);
	}

	static std::vector<RowPlace> ChangedPlaces(uint64_t file_index, const UpdatedPlaces &updated,
	                                           const RowPatch &patch) {
		std::vector<RowPlace> places;
		for (idx_t i = 0; i < updated.count; i++) {
			if (patch.ChangedRowFlags()[i]) {
				places.push_back({file_index, updated.updated[i].position});
			}
		}
		return places;
	}

	struct FieldValues {
		const std::vector<size_t> &fields;
		duckdb::DataChunk &rows;
	};

	//! Keeps those of the values that are of the fields `different`.
	void KeepValues(ChangedRows::Local &results, const std::vector<RowPlace> &places, std::vector<size_t> different,
	                const FieldValues &values) const {
		if (results.FieldSetCount() >= FIELD_SETS_MAX) {
			different = compare.set_fields;
		}
		duckdb::vector<duckdb::LogicalType> types;
		for (const auto field : different) {
			types.push_back(values.rows.data[PlaceAmong(values.fields, field)].GetType());
		}
		duckdb::DataChunk kept;
		kept.InitializeEmpty(types);
		for (size_t i = 0; i < different.size(); i++) {
			kept.data[i].Reference(values.rows.data[PlaceAmong(values.fields, different[i])]);
		}
		kept.SetCardinality(places.size());
		results.Update(different, places, kept);
	}

	//! Writes the rows that the updates make others.
	void Write(Positions positions) {
		auto stages = Stages();
		if (stages.empty()) {
			return WriteRows(AllFields(Configuration()), std::move(positions), false);
		}
		const auto row_count = CountOf(positions);
		Changed changed;
		for (const auto &fields : stages) {
			const auto found = FindChanged(fields, positions);
			// What the first columns say of a row is enough.
			for (auto &[file_index, rows] : found.rows) {
				positions.at(file_index).Subtract(rows);
			}
			changed.UnionWith(found);
		}
		compare.first_field = ChooseFirstField(changed, row_count);
		WriteRows(FieldsNotSet(), std::move(changed.rows), true);
	}

	//! The fields to compare, those first that tell most for their bytes. Empty: all at once.
	std::vector<std::vector<size_t>> Stages() const {
		auto fields = compare.set_fields;
		const bool may_pay = batch.row_count >= STAGED_ROWS_MIN && fields.size() >= STAGED_FIELDS_MIN;
		const auto bytes = may_pay ? LayoutBytes() : std::vector<uint64_t>();
		if (bytes.empty()) {
			return {};
		}
		std::vector<std::vector<size_t>> stages;
		const size_t first = compare.first_field;
		if (first == NO_FIELD) {
			return {fields};
		}
		if (first != ANY_FIELD) {
			stages.push_back({first});
			std::erase(fields, first);
		}
		stages.push_back(TakeSmallFields(fields, bytes));
		stages.push_back(std::move(fields));
		return stages;
	}

	std::vector<uint64_t> LayoutBytes() const {
		const auto &layouts = compare.plan.seen.layouts;
		return layouts ? layouts->FieldBytes() : std::vector<uint64_t>();
	}

	//! The fields whose values some updated row does not bring.
	std::vector<size_t> FieldsNotSet() const {
		std::set<size_t> fields;
		const auto all_fields = AllFields(Configuration());
		for (const auto &set : SetColumnsOf(compare.plan)) {
			for (const auto field : all_fields) {
				if (std::find(set.begin(), set.end(), field) == set.end()) {
					fields.insert(field);
				}
			}
		}
		return {fields.begin(), fields.end()};
	}

	struct Changed {
		Positions rows;
		//! How many of them differ in the field.
		std::map<size_t, uint64_t> by_field;

		void UnionWith(const Changed &others) {
			merganser::UnionWith(rows, others.rows);
			for (const auto &[field, count] : others.by_field) {
				by_field[field] += count;
			}
		}
	};

	//! Those of the rows where one of the fields becomes another.
	Changed FindChanged(const std::vector<size_t> &fields, const Positions &positions) {
		auto chosen = Only(positions);
		Changed changed;
		if (chosen->rows.empty() || fields.empty()) {
			return changed;
		}
		RowRead read(compare.context, compare.plan.snapshot, std::move(chosen), fields);
		std::mutex lock;
		runner([&](Results &) {
			RowRead::Reader reader(read);
			RowPatch patch(batch.values, fields);
			Changed own;
			duckdb::DataChunk rows;
			rows.Initialize(compare.context, read.Types());
			while (reader.Next(rows)) {
				const auto updated = UpdatesOf(read, rows);
				patch.Apply(rows, updated);
				AddPositions(own.rows[read.FileIndexOf(rows)], updated, patch.ChangedRowFlags());
				for (size_t i = 0; i < fields.size(); i++) {
					const auto &flags = patch.ChangedValueFlags(i);
					own.by_field[fields[i]] += uint64_t(std::count(flags.begin(), flags.end(), 1));
				}
			}
			std::lock_guard<std::mutex> guard(lock);
			changed.UnionWith(own);
		});
		return changed;
	}

	//! For the next batch.
	static size_t ChooseFirstField(const Changed &changed, uint64_t row_count) {
		for (const auto &[field, count] : changed.by_field) {
			if (count >= row_count / 2) {
				return field;
			}
		}
		return CountOf(changed.rows) >= row_count / 2 ? ANY_FIELD : NO_FIELD;
	}

	//! `fields`: those that are read. `all_differ`: each of the rows becomes another one; else the fields are all that
	//! there are, and tell.
	void WriteRows(const std::vector<size_t> &fields, Positions positions, bool all_differ) {
		auto chosen = Only(std::move(positions));
		if (chosen->rows.empty()) {
			return;
		}
		RowRead read(compare.context, compare.plan.snapshot, std::move(chosen), fields);
		const auto all_fields = AllFields(Configuration());
		runner([&](Results &results) {
			RowRead::Reader reader(read);
			RowPatch patch(batch.values, all_fields);
			duckdb::DataChunk rows;
			rows.Initialize(compare.context, read.Types());
			duckdb::DataChunk whole;
			whole.InitializeEmpty(compare.sink.Types());
			while (reader.Next(rows)) {
				const auto updated = UpdatesOf(read, rows);
				for (size_t i = 0; i < all_fields.size(); i++) {
					const auto place = PlaceAmong(fields, i);
					if (place == NOT_READ) {
						// The update sets it.
						whole.data[i].Reference(duckdb::Value(whole.data[i].GetType()));
					} else {
						whole.data[i].Reference(rows.data[place]);
					}
				}
				whole.SetCardinality(rows.size());
				auto &changed = patch.Apply(whole, updated);
				const auto file_index = read.FileIndexOf(rows);
				for (idx_t i = 0; i < updated.count; i++) {
					if (all_differ || patch.ChangedRowFlags()[i]) {
						results.rows.Move(file_index, updated.updated[i].position);
					}
				}
				if (all_differ || patch.KeepChanged(changed) > 0) {
					AtBorder([&] { compare.sink.Sink(results.written, changed); });
				}
			}
		});
	}

	UpdateCompare &compare;
	const UpdateBatch &batch;
	const Runner runner;
	const bool copies_values;
};

UpdateCompare::UpdateCompare(duckdb::ClientContext &context_p, const RowChangePlan &plan_p, FileSink &sink_p)
    : context(context_p), plan(plan_p), sink(sink_p),
      shows_rows(plan.returning || !CanPatch(*plan.snapshot->configuration)),
      uses_vectors(DeletionVectorsEnabled(*plan.snapshot->configuration)), set_fields(SetFieldsOf(plan)) {
}

bool UpdateCompare::IsWanted(uint64_t file_index) const {
	return !shows_rows && (uses_vectors || MayBePatched(context, *plan.snapshot, file_index));
}

bool UpdateCompare::IsPatched(uint64_t file_index, const std::vector<UpdatedRow> &updated) const {
	return !uses_vectors ||
	       (MayBePatched(context, *plan.snapshot, file_index) && IsMostOf(*plan.snapshot, file_index, updated));
}

void UpdateCompare::Compare(const UpdateBatch &batch, Results &results) {
	Pass(
	    *this, batch, [&](const Work &work) { work(results); }, true)
	    .Run();
}

void UpdateCompare::AddRest(UpdateBatch batch) {
	std::lock_guard<std::mutex> guard(lock);
	rest.Add(std::move(batch));
}

void UpdateCompare::CompareRest(ChangedRows &changes) {
	rest.Sort(context);
	const auto on_all_threads = [&](const Work &work) {
		RunOnAllThreads(context, [&] {
			ChangedRows::Local rows(changes);
			FileSink::Local written;
			Results results {rows, written};
			work(results);
			AtBorder([&] { sink.Combine(written); });
			changes.Combine(rows);
		});
	};
	Pass(*this, rest, on_all_threads, false).Run();
	changes.TakeChanged(std::move(rest));
}

} // namespace merganser
