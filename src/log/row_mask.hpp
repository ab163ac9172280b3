#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace merganser {

//! One bit per row.
class RowMask {
public:
	explicit RowMask(uint32_t count) : words((count + 63) / 64) {
	}
	bool Test(uint32_t row) const {
		return words[row >> 6] >> (row & 63) & 1;
	}
	void Set(uint32_t row) {
		words[row >> 6] |= uint64_t(1) << (row & 63);
	}
	bool AreAllSet(uint32_t begin, uint32_t end) const {
		while (begin < end && Test(begin)) {
			begin++;
		}
		return begin == end;
	}
	uint32_t CountSet() const {
		uint32_t count = 0;
		for (auto word : words) {
			count += uint32_t(std::popcount(word));
		}
		return count;
	}
	uint64_t MemoryBytes() const {
		return words.capacity() * sizeof(uint64_t);
	}

private:
	std::vector<uint64_t> words;
};

} // namespace merganser
