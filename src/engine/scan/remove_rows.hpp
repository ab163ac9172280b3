#pragma once

#include "duckdb.hpp"

#include <array>
#include <cstdint>

namespace merganser {

//! A bit for each row of a chunk.
using ChunkMask = std::array<uint64_t, STANDARD_VECTOR_SIZE / 64>;

//! Takes rows out of a chunk. What is flat stays flat: the rows that stay move together in place; other vectors become
//! a selection of their rows. `removed`: bits of rows, none past the chunk's size. Requires: no two vectors of the
//! chunk share their data, and nobody else reads it.
void RemoveRows(duckdb::DataChunk &rows, const ChunkMask &removed);

} // namespace merganser
