#pragma once

#include "log/snapshot.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The partitions of a version, numbered in the order of their first files. Two spellings of one value are two
//! partitions; NULL and the empty text are one. Immutable, thread-safe. Requires: the snapshot outlives it.
class FilePartitions {
public:
	explicit FilePartitions(const Snapshot &snapshot);

	//! 1 for a table without partition columns, also one without files.
	size_t Count() const {
		return first_files.size();
	}
	//! Of a live file.
	uint32_t NumberOf(FileRef file) const {
		return numbers.empty() ? 0 : numbers[file.batch][file.row];
	}
	//! A file of the partition. Requires: the table has files.
	FileRef FirstFile(uint32_t number) const {
		return first_files[number];
	}

private:
	//! By batch and row; empty without partition columns.
	std::vector<std::vector<uint32_t>> numbers;
	std::vector<FileRef> first_files;
};

} // namespace merganser
