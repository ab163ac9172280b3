#pragma once

#include "log/file_batch.hpp"
#include "log/row_mask.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace merganser {

//! A file of a FileList. Stable for the life of that list.
struct FileRef {
	uint32_t batch = 0;
	uint32_t row = 0;
};

//! The live files of one version: immutable batches shared between versions plus a mask of dead rows for each. Value
//! type, cheap copy.
class FileList {
public:
	size_t BatchCount() const {
		return batches.size();
	}
	const FileBatch &Batch(size_t index) const {
		return *batches[index];
	}
	const FileBatch &BatchOf(FileRef file) const {
		return *batches[file.batch];
	}
	bool IsLive(FileRef file) const {
		return !dead[file.batch] || !dead[file.batch]->Test(file.row);
	}
	uint64_t LiveCount() const {
		return live_count;
	}
	uint64_t LiveBytes() const {
		return live_bytes;
	}
	uint64_t MemoryBytes() const;

	void Append(std::shared_ptr<const FileBatch> batch, std::shared_ptr<const RowMask> dead_rows, uint64_t live_rows,
	            uint64_t live_size);
	//! Calls visit(FileRef) for every live file in order.
	template <class VISITOR>
	void ForEachLive(VISITOR &&visit) const {
		for (uint32_t b = 0; b < batches.size(); b++) {
			uint32_t count = batches[b]->Count();
			for (uint32_t row = 0; row < count; row++) {
				if (!dead[b] || !dead[b]->Test(row)) {
					visit(FileRef {b, row});
				}
			}
		}
	}

private:
	friend class FileListBuilder;
	std::vector<std::shared_ptr<const FileBatch>> batches;
	//! nullptr: all rows live.
	std::vector<std::shared_ptr<const RowMask>> dead;
	uint64_t live_count = 0;
	uint64_t live_bytes = 0;
};

} // namespace merganser
