#pragma once

#include "engine/parquet/leaf_form.hpp"
#include "parquet_types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace merganser {

//! Smallest and largest of the values of a leaf, which come as the format PLAIN has them.
class ValueRange {
public:
	explicit ValueRange(const LeafForm &form);

	//! Requires: values of a fixed width, one after the other.
	void AddFixed(std::string_view values);
	//! Requires: the bytes live until the next Settle.
	void AddBytes(std::string_view value) {
		if (form.order != ValueOrder::BYTES) {
			return;
		}
		const auto begin = BeginOf(value);
		if (has_value && begin > smallest_begin && begin < largest_begin) {
			return;
		}
		CompareBytes(value, begin);
	}
	//! Keeps copies of what AddBytes was given.
	void Settle();
	//! Values have come that nobody has seen: there are no bounds any more.
	void Forget() {
		is_known = false;
	}

	//! Of what was added, but NaN; nullopt without any. Views of what this holds. Requires: settled.
	std::optional<std::pair<std::string_view, std::string_view>> Bounds() const {
		return has_value ? std::optional(std::pair(smallest, largest)) : std::nullopt;
	}
	//! Of FLOAT and DOUBLE.
	bool HasNan() const {
		return has_nan;
	}
	bool HasNegativeZero() const {
		return has_negative_zero;
	}
	//! Sets or takes out the bounds; the NULLs are somebody else's. Bounds that would take much room, and those of a
	//! leaf with a NaN, are left out.
	void Store(duckdb_parquet::Statistics &statistics) const;

private:
	//! The first bytes as a number in the order of the values.
	static uint64_t BeginOf(std::string_view value);
	void CompareBytes(std::string_view value, uint64_t begin);
	template <class VALUE>
	void AddIntegers(std::string_view values);
	template <class VALUE>
	void AddNumbers(std::string_view values);
	void AddBigEndian(std::string_view values);
	void Take(std::string_view low, std::string_view high);

	const LeafForm form;
	bool has_value = false;
	bool has_nan = false;
	bool has_negative_zero = false;
	bool is_known = true;
	//! Views of the copies, or of what was added since the last Settle.
	std::string_view smallest, largest;
	std::string smallest_copy, largest_copy;
	uint64_t smallest_begin = 0, largest_begin = 0;
};

} // namespace merganser
