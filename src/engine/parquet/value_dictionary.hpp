#pragma once

#include "engine/parquet/leaf_form.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! A dictionary in the making: equal values get one index. Not thread-safe.
class ValueDictionary {
public:
	explicit ValueDictionary(const LeafForm &form);

	//! The value's index; a new one at the end where it is not there yet.
	uint32_t Add(std::string_view value);
	size_t Count() const {
		return ends.size();
	}
	//! As the format PLAIN has them, in the order of their indices.
	const std::string &Values() const {
		return values;
	}

private:
	struct Slot {
		uint32_t hash = 0;
		//! EMPTY, or an index.
		uint32_t index = EMPTY;
	};
	static constexpr uint32_t EMPTY = UINT32_MAX;

	std::string_view Value(uint32_t index) const;
	void Grow();

	const bool has_lengths;
	std::string values;
	//! Where each value ends among the bytes of all.
	std::vector<size_t> ends;
	//! A power of two, at most half of them used.
	std::vector<Slot> slots;
};

} // namespace merganser
