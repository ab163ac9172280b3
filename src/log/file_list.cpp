#include "log/file_list.hpp"

namespace merganser {

uint64_t FileList::MemoryBytes() const {
	uint64_t bytes = 0;
	for (size_t i = 0; i < batches.size(); i++) {
		bytes += batches[i]->MemoryBytes() + (dead[i] ? dead[i]->MemoryBytes() : 0);
	}
	return bytes;
}

void FileList::Append(std::shared_ptr<const FileBatch> batch, std::shared_ptr<const RowMask> dead_rows,
                      uint64_t live_rows, uint64_t live_size) {
	batches.push_back(std::move(batch));
	dead.push_back(std::move(dead_rows));
	live_count += live_rows;
	live_bytes += live_size;
}

} // namespace merganser
