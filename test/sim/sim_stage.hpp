#pragma once

#include "base/random.hpp"
#include "log/table_location.hpp"
#include "memory_parquet.hpp"
#include "scheduler.hpp"
#include "store/faulty_store.hpp"
#include "store/memory_store.hpp"

#include <cstdint>
#include <memory>

namespace merganser {

//! What every simulation stands on: a clock that only moves when told, a store in memory seen through faults, and a
//! scheduler that decides at every call to it who goes on.
class SimStage {
public:
	SimStage(uint64_t seed_p, uint32_t fail_permille);

	//! Runs every actor to its end; then the store is whole again and its late effects have come.
	void Run();
	//! From this call on (1 = the first) every call fails for a while: before its effect, after it or late.
	void BreakFrom(uint64_t call);

	MockClock clock;
	Scheduler scheduler;
	std::shared_ptr<MemoryStore> memory;
	std::shared_ptr<FaultyStore> faulty;
	//! The table as the checkers see it: without faults and schedule.
	TableLocation plain_location;

protected:
	friend class LogClient;
	~SimStage() = default;

	const uint64_t seed;
	MemoryParquet parquet;
	//! The table as the actors see it.
	TableLocation location;

private:
	void BeforeCall(StoreCall call, const std::string &path);

	SeededRandom moments;
	uint64_t calls = 0;
	uint64_t outage_first_call = 0;
	int64_t outage_end_ms = 0;
};

} // namespace merganser
