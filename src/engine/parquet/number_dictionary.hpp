#pragma once

#include "base/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

//! A dictionary of numbers in the making: equal bits get one index. Not thread-safe.
template <class BITS>
class NumberDictionary {
public:
	NumberDictionary() : slots(FIRST_SLOTS) {
	}

	//! The number's index; a new one at the end where it is not there yet.
	uint32_t Add(BITS value) {
		auto place = Hash64(uint64_t(value)) & (slots.size() - 1);
		while (slots[place].index != EMPTY) {
			if (slots[place].value == value) {
				return slots[place].index;
			}
			place = (place + 1) & (slots.size() - 1);
		}
		const auto index = static_cast<uint32_t>(values.size());
		slots[place] = {value, index};
		values.push_back(value);
		if (values.size() * 2 > slots.size()) {
			Grow();
		}
		return index;
	}
	size_t Count() const {
		return values.size();
	}
	BITS Value(uint32_t index) const {
		return values[index];
	}
	//! As the format PLAIN has them, in the order of their indices.
	std::string_view Bytes() const {
		return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(BITS)};
	}

private:
	struct Slot {
		BITS value = 0;
		//! EMPTY, or an index.
		uint32_t index = EMPTY;
	};
	static constexpr uint32_t EMPTY = UINT32_MAX;
	static constexpr size_t FIRST_SLOTS = 1024;

	void Grow() {
		std::vector<Slot> larger(slots.size() * 2);
		for (const auto &slot : slots) {
			if (slot.index == EMPTY) {
				continue;
			}
			auto place = Hash64(uint64_t(slot.value)) & (larger.size() - 1);
			while (larger[place].index != EMPTY) {
				place = (place + 1) & (larger.size() - 1);
			}
			larger[place] = slot;
		}
		slots = std::move(larger);
	}

	std::vector<BITS> values;
	//! A power of two, at most half of them used.
	std::vector<Slot> slots;
};

} // namespace merganser
