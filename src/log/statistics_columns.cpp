#include "log/statistics_columns.hpp"

#include "base/assert.hpp"
#include "protocol/number_text.hpp"

#include <algorithm>

namespace merganser {

namespace {

constexpr int64_t NULL_COUNT_MAX = int64_t(UINT32_MAX) - 1;

template <class VECTOR>
uint64_t BytesOf(const VECTOR &values) {
	return values.capacity() * sizeof(values[0]);
}

std::optional<Scalar> BoundOf(const LeafStatistics &leaf, uint32_t row, bool is_max) {
	switch (leaf.storage) {
	case BoundStorage::NONE:
		return std::nullopt;
	case BoundStorage::INT64: {
		const int64_t value = (is_max ? leaf.max_int64 : leaf.min_int64)[row];
		return leaf.is_boolean ? Scalar(value != 0) : Scalar(value);
	}
	case BoundStorage::INT128:
		return Scalar((is_max ? leaf.max_int128 : leaf.min_int128)[row]);
	case BoundStorage::FLOAT64:
		return Scalar((is_max ? leaf.max_float64 : leaf.min_float64)[row]);
	case BoundStorage::TEXT:
		return Scalar(std::string((is_max ? leaf.max_text : leaf.min_text)[row]));
	}
	return std::nullopt;
}

void Allocate(LeafStatistics &leaf, uint32_t count) {
	leaf.known.resize(count);
	leaf.null_count.resize(count);
	switch (leaf.storage) {
	case BoundStorage::NONE:
		return;
	case BoundStorage::INT64:
		leaf.min_int64.resize(count);
		leaf.max_int64.resize(count);
		return;
	case BoundStorage::INT128:
		leaf.min_int128.resize(count);
		leaf.max_int128.resize(count);
		return;
	case BoundStorage::FLOAT64:
		leaf.min_float64.resize(count);
		leaf.max_float64.resize(count);
		return;
	case BoundStorage::TEXT:
		leaf.min_text.resize(count);
		leaf.max_text.resize(count);
		return;
	}
}

} // namespace

BoundStorage BoundStorageOf(const DataType &type) {
	switch (type.kind) {
	case TypeKind::BOOLEAN:
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
	case TypeKind::DATE:
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return BoundStorage::INT64;
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
		return BoundStorage::FLOAT64;
	case TypeKind::DECIMAL:
		return BoundStorage::INT128;
	case TypeKind::STRING:
		return BoundStorage::TEXT;
	case TypeKind::BINARY:
	case TypeKind::VARIANT:
	case TypeKind::VOID:
	case TypeKind::STRUCT:
	case TypeKind::ARRAY:
	case TypeKind::MAP:
		return BoundStorage::NONE;
	}
	return BoundStorage::NONE;
}

std::optional<Scalar> LeafStatistics::Min(uint32_t row) const {
	return known[row] & HAS_MIN ? BoundOf(*this, row, false) : std::nullopt;
}

std::optional<Scalar> LeafStatistics::Max(uint32_t row) const {
	return known[row] & HAS_MAX ? BoundOf(*this, row, true) : std::nullopt;
}

std::optional<int64_t> LeafStatistics::NullCount(uint32_t row) const {
	return known[row] & HAS_NULL_COUNT ? std::optional<int64_t>(null_count[row]) : std::nullopt;
}

StatisticsColumns::StatisticsColumns(uint32_t count_p, const std::vector<LeafColumn> &leaves,
                                     std::vector<size_t> wanted_p)
    : count(count_p), leaf_count(leaves.size()), wanted(std::move(wanted_p)) {
	table->num_records.assign(count, -1);
	table->tight_bounds.assign(count, 0);
	for (auto index : wanted) {
		auto &leaf = leaves[index];
		wanted_leaves.push_back(leaf);
		is_narrow_decimal.push_back(leaf.type->kind == TypeKind::DECIMAL &&
		                            leaf.type->precision <= DECIMAL_PRECISION_INT64);
		auto column = std::make_shared<LoadedLeaf>();
		column->statistics.storage = BoundStorageOf(*leaf.type);
		column->statistics.is_boolean = leaf.type->kind == TypeKind::BOOLEAN;
		Allocate(column->statistics, count);
		loaded.push_back(std::move(column));
	}
}

StatisticsColumns::Filler::Filler(StatisticsColumns &columns_p) : columns(columns_p), reader(columns_p.wanted_leaves) {
}

void StatisticsColumns::Filler::Fill(uint32_t row, std::string_view json) {
	auto &parsed = reader.ReadRaw(json);
	columns.table->num_records[row] = parsed.num_records;
	columns.table->tight_bounds[row] = parsed.tight_bounds;
	for (size_t i = 0; i < columns.loaded.size(); i++) {
		auto &leaf = columns.loaded[i]->statistics;
		auto &column = parsed.columns[i];
		uint8_t known = 0;
		if (column.null_count >= 0) {
			known |= LeafStatistics::HAS_NULL_COUNT;
			leaf.null_count[row] = uint32_t(std::min(column.null_count, NULL_COUNT_MAX));
		}
		if (leaf.storage == BoundStorage::INT128 && columns.is_narrow_decimal[i]) {
			known |= column.min.known ? LeafStatistics::HAS_MIN : 0;
			known |= column.max.known ? LeafStatistics::HAS_MAX : 0;
			leaf.min_int128[row] = column.min.known ? column.min.integer : 0;
			leaf.max_int128[row] = column.max.known ? column.max.integer : 0;
		} else if (leaf.storage != BoundStorage::NONE) {
			if (column.min.known) {
				known |= LeafStatistics::HAS_MIN;
				SetBound(leaf, row, column.min, false);
			}
			if (column.max.known) {
				known |= LeafStatistics::HAS_MAX;
				SetBound(leaf, row, column.max, true);
			}
		}
		leaf.known[row] = known;
	}
}

void StatisticsColumns::Filler::SetBound(LeafStatistics &leaf, uint32_t row, const StatisticsBound &bound,
                                         bool is_max) {
	switch (leaf.storage) {
	case BoundStorage::NONE:
		return;
	case BoundStorage::INT64:
		(is_max ? leaf.max_int64 : leaf.min_int64)[row] = bound.integer;
		return;
	case BoundStorage::INT128:
		(is_max ? leaf.max_int128 : leaf.min_int128)[row] = bound.decimal;
		return;
	case BoundStorage::FLOAT64:
		(is_max ? leaf.max_float64 : leaf.min_float64)[row] = bound.number;
		return;
	case BoundStorage::TEXT:
		(is_max ? leaf.max_text : leaf.min_text)[row] = arena->Add(bound.text);
		return;
	}
}

std::unique_ptr<StatisticsColumns::Filler> StatisticsColumns::Borrow() {
	{
		std::lock_guard<std::mutex> guard(lock);
		if (!idle.empty()) {
			auto filler = std::move(idle.back());
			idle.pop_back();
			return filler;
		}
	}
	return std::make_unique<Filler>(*this);
}

void StatisticsColumns::Return(std::unique_ptr<Filler> filler) {
	std::lock_guard<std::mutex> guard(lock);
	idle.push_back(std::move(filler));
}

std::shared_ptr<const StatisticsTable> StatisticsColumns::Finish(const StatisticsTable *earlier) {
	if (earlier) {
		table->leaves = earlier->leaves;
	}
	table->leaves.resize(leaf_count);
	for (size_t i = 0; i < wanted.size(); i++) {
		for (auto &filler : idle) {
			loaded[i]->arenas.push_back(filler->arena);
		}
		table->leaves[wanted[i]] = std::shared_ptr<const LeafStatistics>(loaded[i], &loaded[i]->statistics);
	}
	return table;
}

uint64_t StatisticsColumns::MemoryBytes() const {
	uint64_t bytes = BytesOf(table->num_records) + BytesOf(table->tight_bounds);
	for (auto &column : loaded) {
		auto &leaf = column->statistics;
		bytes += BytesOf(leaf.known) + BytesOf(leaf.null_count) + BytesOf(leaf.min_int64) + BytesOf(leaf.max_int64);
		bytes +=
		    BytesOf(leaf.min_int128) + BytesOf(leaf.max_int128) + BytesOf(leaf.min_float64) + BytesOf(leaf.max_float64);
		bytes += BytesOf(leaf.min_text) + BytesOf(leaf.max_text);
	}
	for (auto &filler : idle) {
		bytes += filler->arena->MemoryBytes();
	}
	return bytes;
}

} // namespace merganser
