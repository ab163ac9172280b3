#pragma once

#include "protocol/deletion_vector.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace merganser {

//! One row of one file: DuckDB's row id of our tables.
struct RowPlace {
	uint64_t file_index = 0;
	uint64_t position = 0;
};

//! The rows that a statement has met. Thread-safe.
class TouchedRows {
public:
	//! Adds the rows; says of each whether it was new: a row that several threads bring is new for one of them.
	std::vector<uint8_t> AddNew(const std::vector<RowPlace> &rows);

private:
	//! Rows of a file are kept apart by this many positions, so that threads that read different row groups mostly do
	//! not wait for each other.
	static constexpr uint64_t PART_ROWS = 1 << 16;
	static constexpr size_t SHARD_COUNT = 64;

	struct Shard {
		std::mutex lock;
		//! By file and part of it.
		std::map<std::pair<uint64_t, uint64_t>, DeletionVector> parts;
	};
	std::array<Shard, SHARD_COUNT> shards;
};

} // namespace merganser
