#include "engine/write/touched_rows.hpp"

namespace merganser {

std::vector<uint8_t> TouchedRows::AddNew(const std::vector<RowPlace> &rows) {
	std::vector<uint8_t> is_new(rows.size());
	for (size_t i = 0; i < rows.size();) {
		const auto file_index = rows[i].file_index;
		const auto number = rows[i].position / PART_ROWS;
		auto &shard = shards[(file_index + number) % SHARD_COUNT];
		std::lock_guard<std::mutex> guard(shard.lock);
		auto &part = shard.parts[{file_index, number}];
		for (; i < rows.size() && rows[i].file_index == file_index && rows[i].position / PART_ROWS == number; i++) {
			is_new[i] = part.AddNew(rows[i].position) ? 1 : 0;
		}
	}
	return is_new;
}

} // namespace merganser
