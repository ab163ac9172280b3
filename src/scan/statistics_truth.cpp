#include "scan/statistics_truth.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace merganser {

namespace {

//! Where the values of a file may lie, seen from the constant.
constexpr uint8_t MAY_BE_BELOW = 1;
constexpr uint8_t MAY_BE_EQUAL = 2;
constexpr uint8_t MAY_BE_ABOVE = 4;

uint8_t PlacesWhereTrue(CompareOp op) {
	switch (op) {
	case CompareOp::EQUAL:
		return MAY_BE_EQUAL;
	case CompareOp::NOT_EQUAL:
		return MAY_BE_BELOW | MAY_BE_ABOVE;
	case CompareOp::LESS:
		return MAY_BE_BELOW;
	case CompareOp::LESS_EQUAL:
		return MAY_BE_BELOW | MAY_BE_EQUAL;
	case CompareOp::GREATER:
		return MAY_BE_ABOVE;
	case CompareOp::GREATER_EQUAL:
		return MAY_BE_EQUAL | MAY_BE_ABOVE;
	}
	return 0;
}

//! Truth of the comparison for each set of places.
std::array<TruthMask, 8> TruthOfPlaces(CompareOp op) {
	std::array<TruthMask, 8> result {};
	uint8_t where_true = PlacesWhereTrue(op);
	for (uint8_t places = 0; places < 8; places++) {
		result[places] =
		    TruthMask(((places & where_true) ? TRUTH_TRUE : 0) | ((places & ~where_true) ? TRUTH_FALSE : 0));
	}
	return result;
}

//! The bounds of the rows of a range. A minimum above the maximum is a broken statistic: then neither is known.
template <class T>
struct RangeBounds {
	const uint8_t *known;
	const T *min;
	const T *max;

	//! HAS_MIN and HAS_MAX.
	uint8_t Usable(uint32_t i) const {
		constexpr uint8_t BOTH = LeafStatistics::HAS_MIN | LeafStatistics::HAS_MAX;
		uint8_t usable = known[i] & BOTH;
		return usable == BOTH && max[i] < min[i] ? 0 : usable;
	}
};

//! Neither side is NaN.
template <class T>
int ThreeWay(const T &left, const T &right) {
	if constexpr (std::is_same_v<T, std::string_view>) {
		return left.compare(right);
	} else {
		return int(right < left) - int(left < right);
	}
}

template <class T>
void CompareRows(const BoundPredicate &node, const BoundConstants<T> &constants, RangeBounds<T> bounds, uint32_t count,
                 TruthMask *out) {
	auto truth = TruthOfPlaces(node.op);
	const T low = constants.low[0];
	const T high = constants.high[0];
	// NaN lies above everything and is in no maximum: floats are never known to end below a constant.
	const uint8_t always = node.constants.storage == BoundStorage::FLOAT64 ? MAY_BE_ABOVE : 0;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t known = bounds.Usable(i);
		// A bound that is not known leaves its side open.
		int min_order = (known & LeafStatistics::HAS_MIN) ? ThreeWay(bounds.min[i], high) : -1;
		int max_order = (known & LeafStatistics::HAS_MAX) ? ThreeWay(bounds.max[i], low) : 1;
		int places = int(min_order < 0) * MAY_BE_BELOW | (int(min_order <= 0) & int(max_order >= 0)) * MAY_BE_EQUAL |
		             int(max_order > 0) * MAY_BE_ABOVE;
		out[i] = truth[places | always];
	}
}

//! The constant is NaN: values may be NaN or lie below it.
void CompareRowsWithNan(const BoundPredicate &node, uint32_t count, TruthMask *out) {
	std::memset(out, TruthOfPlaces(node.op)[MAY_BE_BELOW | MAY_BE_EQUAL], count);
}

template <class T>
void FindInRows(const BoundPredicate &node, const BoundConstants<T> &constants, RangeBounds<T> bounds, uint32_t count,
                TruthMask *out) {
	const bool is_float = node.constants.storage == BoundStorage::FLOAT64;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t known = bounds.Usable(i);
		bool has_min = known & LeafStatistics::HAS_MIN;
		bool has_max = known & LeafStatistics::HAS_MAX;
		// The first constant that is not below the minimum decides: every later one is further from the maximum.
		auto found = has_min ? std::lower_bound(constants.high.begin(), constants.high.end(), bounds.min[i])
		                     : constants.high.begin();
		auto position = size_t(found - constants.high.begin());
		bool hit = found != constants.high.end() && !(has_max && bounds.max[i] < constants.low[position]);
		bool only_hits = hit && !is_float && has_min && has_max && bounds.min[i] == bounds.max[i];
		out[i] = TruthMask((hit || node.constants.has_nan ? TRUTH_TRUE : 0) | (only_hits ? 0 : TRUTH_FALSE));
	}
}

void PrefixRows(std::string_view prefix, RangeBounds<std::string_view> bounds, uint32_t count, TruthMask *out) {
	for (uint32_t i = 0; i < count; i++) {
		uint8_t known = bounds.Usable(i);
		bool has_min = known & LeafStatistics::HAS_MIN;
		bool has_max = known & LeafStatistics::HAS_MAX;
		bool outside =
		    (has_max && bounds.max[i] < prefix) || (has_min && prefix < bounds.min[i].substr(0, prefix.size()));
		bool inside = has_min && has_max && bounds.min[i].starts_with(prefix) && bounds.max[i].starts_with(prefix);
		out[i] = TruthMask((outside ? 0 : TRUTH_TRUE) | (inside ? 0 : TRUTH_FALSE));
	}
}

template <class T>
void BoundsTruth(const BoundPredicate &node, const BoundConstants<T> &constants, RangeBounds<T> bounds, uint32_t count,
                 TruthMask *out) {
	switch (node.kind) {
	case Predicate::Kind::COMPARE:
		if (node.constants.has_nan) {
			CompareRowsWithNan(node, count, out);
		} else {
			CompareRows(node, constants, bounds, count, out);
		}
		return;
	case Predicate::Kind::IN:
		FindInRows(node, constants, bounds, count, out);
		return;
	case Predicate::Kind::STARTS_WITH:
		if constexpr (std::is_same_v<T, std::string_view>) {
			PrefixRows(constants.low[0], bounds, count, out);
			return;
		}
		break;
	case Predicate::Kind::IS_NULL:
	case Predicate::Kind::IS_NOT_NULL:
	case Predicate::Kind::UNKNOWN:
	case Predicate::Kind::ALWAYS_FALSE:
	case Predicate::Kind::AND:
	case Predicate::Kind::OR:
	case Predicate::Kind::NOT:
		break;
	}
	std::memset(out, TRUTH_TRUE | TRUTH_FALSE, count);
}

//! Truth of the rows' values that are not NULL.
void ValuesTruth(const BoundPredicate &node, const LeafStatistics &leaf, RowRange range, TruthMask *out) {
	auto known = leaf.known.data() + range.begin;
	size_t end = size_t(range.begin) + range.count;
	auto bounds = [&]<class T>(const BoundConstants<T> &constants, const ZeroedVector<T> &min,
	                           const ZeroedVector<T> &max) {
		if (min.size() < end || max.size() < end) {
			std::memset(out, TRUTH_TRUE | TRUTH_FALSE, range.count);
			return;
		}
		RangeBounds<T> rows {known, min.data() + range.begin, max.data() + range.begin};
		BoundsTruth(node, constants, rows, range.count, out);
	};
	switch (leaf.storage == node.constants.storage ? node.constants.storage : BoundStorage::NONE) {
	case BoundStorage::NONE:
		std::memset(out, TRUTH_TRUE | TRUTH_FALSE, range.count);
		return;
	case BoundStorage::INT64:
		return bounds(node.constants.int64s, leaf.min_int64, leaf.max_int64);
	case BoundStorage::INT128:
		return bounds(node.constants.int128s, leaf.min_int128, leaf.max_int128);
	case BoundStorage::FLOAT64:
		return bounds(node.constants.float64s, leaf.min_float64, leaf.max_float64);
	case BoundStorage::TEXT:
		return bounds(node.constants.texts, leaf.min_text, leaf.max_text);
	}
}

//! What NULLs and other values stand for in the node's result, row by row.
void ApplyNullCounts(const BoundPredicate &node, const StatisticsTable &statistics, const LeafStatistics &leaf,
                     RowRange range, TruthMask *out) {
	// null_count saturates: above this it says nothing exact.
	constexpr int64_t EXACT_MAX = int64_t(UINT32_MAX) - 2;
	bool tests_null = node.kind == Predicate::Kind::IS_NULL || node.kind == Predicate::Kind::IS_NOT_NULL;
	TruthMask null_truth = TRUTH_NULL;
	if (tests_null) {
		null_truth = node.kind == Predicate::Kind::IS_NULL ? TRUTH_TRUE : TRUTH_FALSE;
	}
	const TruthMask constant_truth = tests_null ? TruthNot(null_truth) : 0;
	auto known = leaf.known.data() + range.begin;
	auto null_count = leaf.null_count.data() + range.begin;
	auto num_records = statistics.num_records.data() + range.begin;
	for (uint32_t i = 0; i < range.count; i++) {
		// Masks instead of branches: 0 or all ones.
		bool has_count = known[i] & LeafStatistics::HAS_NULL_COUNT;
		int64_t nulls = null_count[i];
		int64_t records = num_records[i];
		bool no_nulls = has_count & (nulls == 0);
		bool only_nulls = has_count & (nulls > 0) & (nulls <= EXACT_MAX) & (nulls == records);
		TruthMask value_truth = tests_null ? constant_truth : out[i];
		out[i] =
		    TruthMask((value_truth & TruthMask(int(only_nulls) - 1)) | (null_truth & TruthMask(int(no_nulls) - 1)));
	}
}

} // namespace

void StatisticsTruth(const BoundPredicate &node, const StatisticsTable &statistics, RowRange range, TruthMask *out) {
	size_t end = size_t(range.begin) + range.count;
	auto leaf = node.index < statistics.leaves.size() ? statistics.leaves[node.index].get() : nullptr;
	if (!leaf || leaf->known.size() < end || leaf->null_count.size() < end || statistics.num_records.size() < end) {
		std::memset(out, TRUTH_ANY, range.count);
		return;
	}
	if (node.kind != Predicate::Kind::IS_NULL && node.kind != Predicate::Kind::IS_NOT_NULL) {
		ValuesTruth(node, *leaf, range, out);
	}
	ApplyNullCounts(node, statistics, *leaf, range, out);
}

} // namespace merganser
