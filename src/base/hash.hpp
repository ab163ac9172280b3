#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace merganser {

//! A fast, well mixed 64-bit hash for hash tables. Never stored: it may change between versions.
uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

//! For std::unordered_map and the like with std::string keys that are looked up by string_view.
struct StringHash {
	using is_transparent = void;
	size_t operator()(std::string_view bytes) const {
		return Hash64(bytes);
	}
};

} // namespace merganser
