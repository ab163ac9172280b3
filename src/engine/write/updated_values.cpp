#include "engine/write/updated_values.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace merganser {

namespace {

constexpr uint32_t NO_ROW = UINT32_MAX;
//! Fewer are sorted, many are put at their places at once: no more places than this for each.
constexpr size_t PLACES_PER_ROW_MAX = 8;

bool IsBefore(const UpdatedRow &left, const UpdatedRow &right) {
	return left.position < right.position;
}

} // namespace

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

uint32_t UpdatedValues::Add(const std::vector<size_t> &fields, std::unique_ptr<const CompactRows> rows) {
	const auto found = std::find(field_sets.begin(), field_sets.end(), fields);
	const auto field_set = size_t(found - field_sets.begin());
	if (found == field_sets.end()) {
		field_sets.push_back(fields);
	}
	collections.push_back({field_set, std::move(rows)});
	return uint32_t(collections.size()) - 1;
}

uint32_t UpdatedValues::TakeFrom(UpdatedValues others) {
	const auto first = uint32_t(collections.size());
	for (auto &collection : others.collections) {
		Add(others.field_sets[collection.field_set], std::move(collection.rows));
	}
	return first;
}

GatheredValues::GatheredValues(duckdb::ClientContext &context_p) : context(context_p) {
}

UpdatedRow GatheredValues::Append(const std::vector<size_t> &fields, duckdb::DataChunk &rows) {
	auto target =
	    std::find_if(collections.begin(), collections.end(), [&](const auto &entry) { return entry.fields == fields; });
	if (target == collections.end()) {
		auto &added = collections.emplace_back();
		added.fields = fields;
		added.rows = std::make_unique<CompactRows>(context, rows.GetTypes());
		target = std::prev(collections.end());
	}
	return {0, target->rows->Append(rows), uint32_t(target - collections.begin())};
}

UpdatedValues GatheredValues::Take() {
	UpdatedValues values;
	for (auto &gathered : collections) {
		gathered.rows->Finish();
		values.Add(gathered.fields, std::move(gathered.rows));
	}
	collections.clear();
	return values;
}

} // namespace merganser
