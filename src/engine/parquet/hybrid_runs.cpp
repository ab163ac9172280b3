#include "engine/parquet/hybrid_runs.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace merganser {

namespace {

constexpr uint32_t BIT_WIDTH_MAX = 32;
constexpr size_t GROUP_VALUES = 8;
//! Groups that stand in one packed run, so that its header is one byte.
constexpr size_t PACKED_GROUPS_MAX = 63;

[[noreturn]] void ThrowDamagedNumbers() {
	throw Error(ErrorKind::CORRUPT, "numbers in a Parquet page are damaged");
}

uint64_t Mask(uint32_t bit_width) {
	return (uint64_t(1) << bit_width) - 1;
}

uint64_t LoadWord(const char *bytes) {
	uint64_t word;
	std::memcpy(&word, bytes, sizeof(word));
	return word;
}

//! Takes a number of the kind LEB128 from the front.
uint64_t TakeVarint(std::string_view &bytes) {
	uint64_t value = 0;
	for (uint32_t shift = 0; shift < 64; shift += 7) {
		if (bytes.empty()) {
			ThrowDamagedNumbers();
		}
		const auto byte = static_cast<uint8_t>(bytes.front());
		bytes.remove_prefix(1);
		value |= uint64_t(byte & 0x7F) << shift;
		if (!(byte & 0x80)) {
			return value;
		}
	}
	ThrowDamagedNumbers();
}

void AppendVarint(uint64_t value, std::string &target) {
	for (; value > 0x7F; value >>= 7) {
		target.push_back(static_cast<char>(value | 0x80));
	}
	target.push_back(static_cast<char>(value));
}

void AppendRun(uint32_t value, size_t count, uint32_t bit_width, std::string &target) {
	AppendVarint(uint64_t(count) << 1, target);
	for (uint32_t bits = 0; bits < bit_width; bits += 8) {
		target.push_back(static_cast<char>(value >> bits));
	}
}

//! Whole groups, a few to a run; only the last one of all may be filled up with zeros.
void AppendGroups(const uint32_t *values, size_t count, uint32_t bit_width, std::string &target) {
	constexpr size_t VALUES_MAX = PACKED_GROUPS_MAX * GROUP_VALUES;
	for (size_t start = 0; start < count; start += VALUES_MAX) {
		const auto part = std::min(count - start, VALUES_MAX);
		const auto groups = (part + GROUP_VALUES - 1) / GROUP_VALUES;
		AppendVarint(uint64_t(groups) << 1 | 1, target);
		const auto end = target.size() + groups * bit_width;
		AppendPacked(values + start, part, bit_width, target);
		target.resize(end);
	}
}

} // namespace

void AppendIndices(const std::vector<uint32_t> &indices, size_t dictionary_count, std::string &target) {
	const auto bit_width = uint32_t(std::bit_width(std::max<size_t>(dictionary_count, 2) - 1));
	target.push_back(static_cast<char>(bit_width));
	AppendHybridRuns(indices.data(), indices.size(), bit_width, target);
}

void ReadPacked(std::string_view bytes, uint32_t bit_width, size_t count, uint32_t *target) {
	if (bit_width == 0) {
		std::fill_n(target, count, 0);
		return;
	}
	if (bytes.size() < (count * bit_width + 7) / 8) {
		ThrowDamagedNumbers();
	}
	const auto mask = Mask(bit_width);
	// Whole words as long as they lie within the bytes.
	const size_t whole_bits = bytes.size() < sizeof(uint64_t) ? 0 : (bytes.size() - sizeof(uint64_t) + 1) * 8;
	const size_t whole = std::min(count, whole_bits == 0 ? 0 : (whole_bits - 1) / bit_width + 1);
	size_t bit = 0;
	for (size_t i = 0; i < whole; i++, bit += bit_width) {
		target[i] = static_cast<uint32_t>(LoadWord(bytes.data() + bit / 8) >> (bit % 8) & mask);
	}
	for (size_t i = whole; i < count; i++, bit += bit_width) {
		char last[sizeof(uint64_t)] = {};
		std::memcpy(last, bytes.data() + bit / 8, std::min(bytes.size() - bit / 8, sizeof(last)));
		target[i] = static_cast<uint32_t>(LoadWord(last) >> (bit % 8) & mask);
	}
}

void AppendPacked(const uint32_t *values, size_t count, uint32_t bit_width, std::string &target) {
	const auto start = target.size();
	const auto size = (count * bit_width + 7) / 8;
	// A word more than there will be, so that whole words can be written.
	target.resize(start + size + sizeof(uint64_t));
	char *bytes = target.data() + start;
	uint64_t word = 0;
	uint32_t bits = 0;
	for (size_t i = 0; i < count; i++) {
		word |= uint64_t(values[i]) << bits;
		bits += bit_width;
		if (bits >= 32) {
			const auto low = static_cast<uint32_t>(word);
			std::memcpy(bytes, &low, sizeof(low));
			bytes += sizeof(low);
			word >>= 32;
			bits -= 32;
		}
	}
	std::memcpy(bytes, &word, sizeof(word));
	target.resize(start + size);
}

void ReadHybridRuns(std::string_view bytes, uint32_t bit_width, size_t count, uint32_t *target) {
	if (bit_width > BIT_WIDTH_MAX) {
		ThrowDamagedNumbers();
	}
	const size_t value_bytes = (bit_width + 7) / 8;
	while (count > 0) {
		const auto header = TakeVarint(bytes);
		size_t taken = 0;
		if (header & 1) {
			const auto groups = header >> 1;
			// The last run may say more than there is.
			const bool is_short = bit_width > 0 && groups > bytes.size() / bit_width;
			const auto run_bytes = is_short ? bytes.size() : static_cast<size_t>(groups * bit_width);
			taken = groups > count / GROUP_VALUES ? count : groups * GROUP_VALUES;
			ReadPacked(bytes.substr(0, run_bytes), bit_width, taken, target);
			bytes.remove_prefix(run_bytes);
		} else {
			if (bytes.size() < value_bytes) {
				ThrowDamagedNumbers();
			}
			uint32_t value = 0;
			std::memcpy(&value, bytes.data(), value_bytes);
			taken = static_cast<size_t>(std::min<uint64_t>(header >> 1, count));
			std::fill_n(target, taken, static_cast<uint32_t>(value & Mask(bit_width)));
			bytes.remove_prefix(value_bytes);
		}
		count -= taken;
		target += taken;
	}
}

void AppendHybridRuns(const uint32_t *values, size_t count, uint32_t bit_width, std::string &target) {
	size_t packed_start = 0;
	// A run that is long enough has a value at one of every eight places: only these are looked at.
	for (size_t place = GROUP_VALUES - 1; place < count;) {
		auto begin = place;
		while (begin > packed_start && values[begin - 1] == values[place]) {
			begin--;
		}
		auto end = place + 1;
		while (end < count && values[end] == values[place]) {
			end++;
		}
		// What stands before a run fills whole groups, with the first values of the run where there are too few.
		const auto borrowed = (GROUP_VALUES - (begin - packed_start) % GROUP_VALUES) % GROUP_VALUES;
		if (end - begin >= borrowed + GROUP_VALUES) {
			AppendGroups(values + packed_start, begin + borrowed - packed_start, bit_width, target);
			AppendRun(values[place], end - begin - borrowed, bit_width, target);
			packed_start = end;
		}
		place = end + GROUP_VALUES - 1;
	}
	AppendGroups(values + packed_start, count - packed_start, bit_width, target);
}

void AppendEqualRun(uint32_t value, size_t count, uint32_t bit_width, std::string &target) {
	if (count > 0) {
		AppendRun(value, count, bit_width, target);
	}
}

} // namespace merganser
