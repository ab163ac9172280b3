#include "upkeep/footer_comparison.hpp"

#include "protocol/partition_value.hpp"

#include <algorithm>

namespace merganser {

namespace {

std::string NameOf(const LeafColumn &leaf) {
	std::string name;
	for (const auto &part : leaf.logical_path) {
		name += (name.empty() ? "" : ".") + part;
	}
	return name;
}

bool IsBelow(const std::optional<Scalar> &left, const std::optional<Scalar> &right) {
	return left && right && left->index() == right->index() && *left < *right;
}

//! The NULLs that the log counts can be those of the file.
bool CanBeNulls(int64_t logged, int64_t found, int64_t rows, bool is_exact) {
	return logged == found || (!is_exact && logged != 0 && logged != rows);
}

} // namespace

std::vector<std::string> CompareWithFooter(const LoggedStatistics &logged, const FileStatistics &footer,
                                           const std::vector<LeafColumn> &leaves) {
	std::vector<std::string> contradictions;
	const bool is_tight = logged.table.tight_bounds[logged.row] != 0;
	if (logged.has_deletion_vector && is_tight) {
		// Of the rows that are left, which the footer does not know.
		return contradictions;
	}
	for (size_t i = 0; i < leaves.size(); i++) {
		const auto &leaf = logged.table.leaves[i];
		if (!leaf) {
			continue;
		}
		const auto &found = footer.columns.at(i);
		const auto min = leaf->Min(logged.row), max = leaf->Max(logged.row);
		const auto tell = [&](const char *which, const Scalar &value, const Scalar &said) {
			const auto text = [&](const Scalar &scalar) {
				return WritePartitionValue(scalar, *leaves[i].type).value_or("NULL");
			};
			contradictions.push_back("the " + std::string(which) + " of column \"" + NameOf(leaves[i]) + "\" is " +
			                         text(value) + ", the log says " + text(said));
		};
		if (IsBelow(found.min, min)) {
			tell("minimum", *found.min, *min);
		}
		if (IsBelow(max, found.max)) {
			tell("maximum", *found.max, *max);
		}
		const auto nulls = leaf->NullCount(logged.row);
		if (nulls && found.null_count && *nulls < int64_t(UINT32_MAX) - 1 &&
		    !CanBeNulls(*nulls, *found.null_count, footer.num_records.value_or(-1), is_tight)) {
			contradictions.push_back("column \"" + NameOf(leaves[i]) + "\" has " + std::to_string(*found.null_count) +
			                         " NULLs, the log says " + std::to_string(*nulls));
		}
	}
	return contradictions;
}

} // namespace merganser
