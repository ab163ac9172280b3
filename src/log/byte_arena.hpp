#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace merganser {

//! Holds bytes at fixed addresses until it is destroyed. Not thread-safe.
class ByteArena {
public:
	//! Makes the next Adds of together `bytes` cost one allocation.
	void Reserve(size_t bytes) {
		if (bytes > left) {
			NewChunk(bytes);
		}
	}
	//! A copy; data() is never nullptr.
	std::string_view Add(std::string_view bytes) {
		if (bytes.size() > left || !next) {
			NewChunk(std::max(bytes.size(), chunk_bytes_next));
			chunk_bytes_next = std::min<size_t>(chunk_bytes_next * 2, CHUNK_BYTES_MAX);
		}
		if (!bytes.empty()) {
			std::memcpy(next, bytes.data(), bytes.size());
		}
		std::string_view copy(next, bytes.size());
		next += bytes.size();
		left -= bytes.size();
		return copy;
	}
	uint64_t MemoryBytes() const {
		return total_bytes;
	}

private:
	static constexpr size_t CHUNK_BYTES_FIRST = 256;
	static constexpr size_t CHUNK_BYTES_MAX = 1 << 20;

	void NewChunk(size_t bytes) {
		chunks.push_back(std::unique_ptr<char[]>(new char[std::max<size_t>(bytes, 1)]));
		next = chunks.back().get();
		left = bytes;
		total_bytes += bytes;
	}

	std::vector<std::unique_ptr<char[]>> chunks;
	char *next = nullptr;
	size_t left = 0;
	size_t chunk_bytes_next = CHUNK_BYTES_FIRST;
	uint64_t total_bytes = 0;
};

} // namespace merganser
