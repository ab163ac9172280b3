#include "sim_stage.hpp"

#include "slow_list_store.hpp"

namespace merganser {

namespace {

//! Longer than a commit waits for an answer.
constexpr int64_t OUTAGE_MS = 30000;

} // namespace

SimStage::SimStage(uint64_t seed_p, uint32_t fail_permille)
    : clock(1700000000000), scheduler(seed_p, clock), seed(seed_p), moments(seed_p + 1) {
	memory = std::make_shared<MemoryStore>(clock);
	FaultPlan plan;
	plan.seed = seed * 7919 + 1;
	plan.fail_permille = fail_permille;
	faulty = std::make_shared<FaultyStore>(memory, plan, clock);
	auto hooked = std::make_shared<SlowListStore>(
	    faulty, [this](StoreCall call, const std::string &path) { BeforeCall(call, path); }, seed + 2);
	location = TableLocation {hooked, "lake/t", "lake.t"};
	plain_location = TableLocation {memory, "lake/t", "lake.t"};
}

void SimStage::BreakFrom(uint64_t call) {
	outage_first_call = call;
}

void SimStage::BeforeCall(StoreCall call, const std::string &path) {
	scheduler.Step(call, path);
	// From here to the next call nobody else runs.
	if (++calls == outage_first_call) {
		outage_end_ms = clock.NowMs() + OUTAGE_MS;
	}
	if (clock.NowMs() < outage_end_ms) {
		faulty->FailCall(1, FaultMoment(moments.Below(3)));
	}
}

void SimStage::Run() {
	scheduler.Run();
	faulty->Heal();
	faulty->FlushLate();
}

} // namespace merganser
