#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/object_store.hpp"
#include "store/store_call.hpp"

#include <functional>
#include <mutex>

namespace merganser {

enum class FaultMoment {
	//! The call fails and changed nothing.
	BEFORE,
	//! The call took effect, but its answer was lost.
	AFTER,
	//! Only put-if-absent and finish: the answer was lost and the effect comes `late_calls` calls later. Else as
	//! BEFORE.
	LATE
};

//! Probabilities are out of 1000. Faults come only from the seed and the order of calls.
struct FaultPlan {
	uint64_t seed = 0;
	uint32_t fail_permille = 0;
	//! Lists that miss up to `torn_entries_max` of the objects that were modified last.
	uint32_t torn_list_permille = 0;
	uint32_t torn_entries_max = 3;
	//! Each call first waits up to this long.
	int64_t delay_max_ms = 0;
	uint32_t late_calls = 5;
};

//! Breaks calls to another store. A broken put-if-absent or finish returns UNKNOWN, anything else throws IO.
//! Thread-safe; deterministic as far as the order of calls is. A late effect still due when the store ends is lost.
class FaultyStore : public ObjectStore {
public:
	explicit FaultyStore(std::shared_ptr<ObjectStore> inner_p, FaultPlan plan_p = FaultPlan(),
	                     Clock &clock_p = Clock::System());

	std::vector<ObjectInfo> List(const std::string &folder, ListDepth depth,
	                             const std::string &start_after = std::string()) override;
	std::optional<ObjectInfo> Head(const std::string &path) override;
	std::optional<std::string> TryGet(const std::string &path) override;
	std::string GetRange(const std::string &path, uint64_t offset, uint64_t length) override;
	void Put(const std::string &path, std::string_view bytes) override;
	PutOutcome PutIfAbsent(const std::string &path, std::string_view bytes) override;
	std::unique_ptr<ObjectWriter> OpenWriter(const std::string &path) override;
	void Delete(const std::string &path) override;
	void CreateFolder(const std::string &folder) override;
	bool FolderExists(const std::string &folder) override;
	bool DeleteEmptyFolder(const std::string &folder) override;
	uint64_t DeleteLeftovers(const std::string &folder, int64_t modified_before_ms) override;
	//! nullopt when lists are torn: a stamp would promise what such a store cannot.
	std::optional<std::string> FolderStamp(const std::string &folder) override;
	std::unique_ptr<StoreLock> LockFolder(const std::string &folder, LockMode mode) override;
	std::string Name() const override;

	//! The `nth` call from here (1 = the next), of this kind or of any, fails once. Replaces an earlier order.
	void FailCall(uint64_t nth, FaultMoment moment, std::optional<StoreCall> kind = std::nullopt);
	//! Takes back FailCall and the plan's faults, tears and delays; late effects stay due.
	void Heal();
	//! Carries out every late effect that is still due.
	void FlushLate();

	uint64_t CallCount() const;
	uint64_t FaultCount() const;

private:
	friend class FaultyObjectWriter;
	using Effect = std::function<void()>;
	using PutEffect = std::function<PutOutcome()>;
	struct LateEffect {
		uint64_t due_at_call;
		Effect effect;
	};
	struct Order {
		uint64_t calls_left = 0;
		FaultMoment moment = FaultMoment::BEFORE;
		std::optional<StoreCall> kind;
	};

	//! Counts the call, carries out what is due, waits, and decides whether this call fails.
	std::optional<FaultMoment> Begin(StoreCall call);
	std::optional<FaultMoment> Decide(StoreCall call);
	void Run(StoreCall call, const std::string &path, const Effect &effect);
	PutOutcome RunPut(StoreCall call, const PutEffect &effect);
	void Tear(std::vector<ObjectInfo> &found);

	const std::shared_ptr<ObjectStore> inner;
	Clock &clock;
	mutable std::mutex lock;
	FaultPlan plan;
	SeededRandom random;
	Order order;
	std::vector<LateEffect> late_effects;
	uint64_t call_count = 0;
	uint64_t fault_count = 0;
};

} // namespace merganser
