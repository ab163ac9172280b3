#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace merganser {

//! A fast, well mixed 64-bit hash for hash tables. Never stored: it may change between versions.
uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

//! The same of two numbers or one, in place: every bit of them moves every bit of the result.
inline uint64_t Hash64(uint64_t left, uint64_t right) {
	const auto product = static_cast<unsigned __int128>(left ^ 0xA0761D6478BD642F) *
	                     static_cast<unsigned __int128>(right ^ 0xE7037ED1A0B428DB);
	return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}
inline uint64_t Hash64(uint64_t value) {
	return Hash64(value, 0);
}

//! For std::unordered_map and the like with std::string keys that are looked up by string_view.
struct StringHash {
	using is_transparent = void;
	size_t operator()(std::string_view bytes) const {
		return Hash64(bytes);
	}
};

} // namespace merganser
