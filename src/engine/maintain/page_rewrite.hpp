#pragma once

#include "engine/maintain/rewrite_job.hpp"
#include "engine/write/partition_writer.hpp"

#include <cstdint>

namespace merganser {

//! True when pages of the table's files may be put together without decoding them: no column is nested, rows have no
//! ids of row tracking, and the codec is one of those that pages are read in.
bool CanRewriteByPages(const FileWriting &writing, const RewriteJob &job);

//! Writes the live rows of a plan's files into new ones, in the order that they have, a column at a time: encoded pages
//! are copied or their dictionaries merged (MergeChunks), deleted rows taken out (FilterChunk); only columns that a
//! file does not hold as the table writes them today are decoded and encoded anew. Row groups that are
//! large already stay as they are. Returns how many rows were read. Requires: CanRewriteByPages; rows are not sorted.
uint64_t RewriteByPages(FileWriting &writing, const RewriteJob &job);

} // namespace merganser
