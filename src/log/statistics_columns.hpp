#pragma once

#include "log/byte_arena.hpp"
#include "log/file_batch.hpp"
#include "protocol/file_statistics.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace merganser {

//! A leaf with the bytes that its bounds point to.
struct LoadedLeaf {
	LeafStatistics statistics;
	std::vector<std::shared_ptr<const ByteArena>> arenas;
};

//! Fills statistics of many rows, from several threads at once as long as each row is filled by one.
class StatisticsColumns {
public:
	//! `wanted` are indexes into `leaves`; both are copied.
	StatisticsColumns(uint32_t count, const std::vector<LeafColumn> &leaves, std::vector<size_t> wanted);

	//! What one thread needs; handed out and taken back so that what a reader learnt about the texts is not lost.
	class Filler {
	public:
		explicit Filler(StatisticsColumns &columns_p);
		//! Bad statistics are unknown statistics.
		void Fill(uint32_t row, std::string_view json);

	private:
		friend class StatisticsColumns;
		void SetBound(LeafStatistics &leaf, uint32_t row, const StatisticsBound &bound, bool is_max);

		StatisticsColumns &columns;
		StatisticsReader reader;
		std::shared_ptr<ByteArena> arena = std::make_shared<ByteArena>();
	};
	std::unique_ptr<Filler> Borrow();
	void Return(std::unique_ptr<Filler> filler);

	//! The table with what `earlier` (may be nullptr) held. Call once, last.
	std::shared_ptr<const StatisticsTable> Finish(const StatisticsTable *earlier);
	//! Bytes that Finish's table holds above `earlier`'s.
	uint64_t MemoryBytes() const;

private:
	uint32_t count;
	size_t leaf_count;
	std::vector<size_t> wanted;
	std::vector<LeafColumn> wanted_leaves;
	//! Decimals of up to 18 digits: their bounds come as `integer`.
	std::vector<uint8_t> is_narrow_decimal;
	std::vector<std::shared_ptr<LoadedLeaf>> loaded;
	std::shared_ptr<StatisticsTable> table = std::make_shared<StatisticsTable>();
	std::mutex lock;
	std::vector<std::unique_ptr<Filler>> idle;
};

} // namespace merganser
