#include "store/faulty_store.hpp"

#include "base/error.hpp"
#include "store/local_store.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

using namespace merganser;

namespace {

bool FailsWithIo(const std::function<void()> &action) {
	try {
		action();
	} catch (const Error &error) {
		return error.kind == ErrorKind::IO;
	}
	return false;
}

//! A fixed piece of work; what happened, as text.
std::string Transcript(const FaultPlan &plan) {
	MockClock clock(1000);
	const auto inner = std::make_shared<MemoryStore>(clock);
	FaultyStore store(inner, plan, clock);
	std::string text;
	for (int step = 0; step < 200; ++step) {
		clock.AdvanceMs(1);
		try {
			switch (step % 4) {
			case 0:
				text += std::to_string(static_cast<int>(store.PutIfAbsent("t/" + std::to_string(step), "x")));
				break;
			case 1:
				text += "L" + std::to_string(store.List("t", ListDepth::SHALLOW).size());
				break;
			case 2:
				text += store.TryGet("t/" + std::to_string(step - 2)) ? "g" : "n";
				break;
			default:
				store.Put("u/" + std::to_string(step), "y");
				text += "p";
			}
		} catch (const Error &) {
			text += "!";
		}
	}
	text += " " + std::to_string(clock.NowMs());
	for (const auto &object : inner->Contents()) {
		text += " " + object.first;
	}
	return text;
}

} // namespace

TEST(FaultyStore, WithoutOrdersNothingFails) {
	FaultyStore store(std::make_shared<LocalStore>());
	EXPECT_EQ(store.FolderStamp("/nowhere"), std::nullopt);
	EXPECT_EQ(store.LocalPath("/tmp"), std::nullopt) << "nobody may go around the faults";
	EXPECT_EQ(store.Name(), "file");
	EXPECT_EQ(store.CallCount(), 1u);
	EXPECT_EQ(store.FaultCount(), 0u);
}

TEST(FaultyStore, NthCallFailsOnce) {
	FaultyStore store(std::make_shared<MemoryStore>());
	store.FailCall(3, FaultMoment::BEFORE);
	store.Put("a", "1");
	store.Head("a");
	EXPECT_TRUE(FailsWithIo([&]() { store.Put("a", "2"); }));
	EXPECT_EQ(store.TryGet("a"), "1");
	store.Put("a", "2");
	EXPECT_EQ(store.FaultCount(), 1u);
	store.FailCall(2, FaultMoment::AFTER, StoreCall::PUT);
	store.Put("a", "3");
	store.Head("a");
	EXPECT_TRUE(FailsWithIo([&]() { store.Put("a", "4"); }));
	EXPECT_EQ(store.TryGet("a"), "4") << "it took effect";
	store.FailCall(1, FaultMoment::BEFORE);
	store.Heal();
	EXPECT_NO_THROW(store.Head("a"));
}

TEST(FaultyStore, EveryKindCanFail) {
	FaultyStore store(std::make_shared<MemoryStore>());
	store.Put("t/a", "1");
	const std::vector<std::pair<StoreCall, std::function<void()>>> calls {{StoreCall::LIST,
	                                                                       [&]() {
		                                                                       store.List("t", ListDepth::SHALLOW);
	                                                                       }},
	                                                                      {StoreCall::HEAD,
	                                                                       [&]() {
		                                                                       store.Head("t/a");
	                                                                       }},
	                                                                      {StoreCall::GET,
	                                                                       [&]() {
		                                                                       store.TryGet("t/a");
	                                                                       }},
	                                                                      {StoreCall::GET_RANGE,
	                                                                       [&]() {
		                                                                       store.GetRange("t/a", 0, 1);
	                                                                       }},
	                                                                      {StoreCall::PUT,
	                                                                       [&]() {
		                                                                       store.Put("t/a", "1");
	                                                                       }},
	                                                                      {StoreCall::OPEN_WRITER,
	                                                                       [&]() {
		                                                                       store.OpenWriter("t/b");
	                                                                       }},
	                                                                      {StoreCall::DELETE,
	                                                                       [&]() {
		                                                                       store.Delete("t/none");
	                                                                       }},
	                                                                      {StoreCall::CREATE_FOLDER,
	                                                                       [&]() {
		                                                                       store.CreateFolder("t");
	                                                                       }},
	                                                                      {StoreCall::DELETE_EMPTY_FOLDER,
	                                                                       [&]() {
		                                                                       store.DeleteEmptyFolder("t");
	                                                                       }},
	                                                                      {StoreCall::DELETE_LEFTOVERS,
	                                                                       [&]() {
		                                                                       store.DeleteLeftovers("t", 0);
	                                                                       }},
	                                                                      {StoreCall::FOLDER_STAMP,
	                                                                       [&]() {
		                                                                       store.FolderStamp("t");
	                                                                       }},
	                                                                      {StoreCall::LOCK_FOLDER, [&]() {
		                                                                       store.LockFolder("t",
		                                                                                        LockMode::EXCLUSIVE);
	                                                                       }}};
	for (const auto &[kind, call] : calls) {
		store.FailCall(1, FaultMoment::BEFORE, kind);
		EXPECT_TRUE(FailsWithIo(call)) << NameOf(kind);
		EXPECT_NO_THROW(call()) << NameOf(kind);
	}
}

TEST(FaultyStore, BrokenPutIfAbsentIsUnknown) {
	const auto inner = std::make_shared<MemoryStore>();
	FaultyStore store(inner);
	store.FailCall(1, FaultMoment::BEFORE);
	EXPECT_EQ(store.PutIfAbsent("a", "1"), PutOutcome::UNKNOWN);
	EXPECT_FALSE(inner->Head("a"));
	store.FailCall(1, FaultMoment::AFTER);
	EXPECT_EQ(store.PutIfAbsent("a", "2"), PutOutcome::UNKNOWN);
	EXPECT_EQ(inner->TryGet("a"), "2");
}

TEST(FaultyStore, LateEffectComesAfterMoreCalls) {
	const auto inner = std::make_shared<MemoryStore>();
	FaultPlan plan;
	plan.late_calls = 2;
	FaultyStore store(inner, plan);
	store.FailCall(1, FaultMoment::LATE);
	EXPECT_EQ(store.PutIfAbsent("a", std::string("late")), PutOutcome::UNKNOWN);
	EXPECT_EQ(store.TryGet("a"), std::nullopt) << "the slot looks free";
	EXPECT_EQ(store.PutIfAbsent("a", "next"), PutOutcome::EXISTS) << "but the first put lands before this one";
	EXPECT_EQ(inner->TryGet("a"), "late");

	store.FailCall(2, FaultMoment::LATE);
	auto writer = store.OpenWriter("b");
	writer->Append("bytes");
	EXPECT_EQ(writer->FinishIfAbsent(), PutOutcome::UNKNOWN);
	writer.reset();
	EXPECT_FALSE(inner->Head("b"));
	store.FlushLate();
	EXPECT_EQ(inner->TryGet("b"), "bytes");
}

TEST(FaultyStore, BrokenFinishIsUnknown) {
	const auto inner = std::make_shared<MemoryStore>();
	FaultyStore store(inner);
	for (const auto moment : {FaultMoment::BEFORE, FaultMoment::AFTER}) {
		store.FailCall(1, moment, StoreCall::FINISH);
		const auto writer = store.OpenWriter("x");
		writer->Append("1");
		EXPECT_EQ(writer->FinishIfAbsent(), PutOutcome::UNKNOWN);
		EXPECT_EQ(inner->Head("x").has_value(), moment == FaultMoment::AFTER);
	}
}

TEST(FaultyStore, TornListMissesTheNewest) {
	MockClock clock(0);
	const auto inner = std::make_shared<MemoryStore>(clock);
	for (const auto *name : {"t/c", "t/a", "t/d", "t/b"}) {
		clock.AdvanceMs(1);
		inner->Put(name, "1");
	}
	inner->EnableFolderStamps(true);
	FaultPlan plan;
	plan.torn_list_permille = 1000;
	plan.torn_entries_max = 1;
	FaultyStore store(inner, plan, clock);
	const auto found = store.List("t", ListDepth::SHALLOW);
	ASSERT_EQ(found.size(), 3u);
	EXPECT_EQ(found[0].path + found[1].path + found[2].path, "t/at/ct/d") << "b is the newest; the order stays";
	EXPECT_EQ(store.FolderStamp("t"), std::nullopt);
	EXPECT_TRUE(store.List("none", ListDepth::SHALLOW).empty());
	store.Heal();
	EXPECT_EQ(store.List("t", ListDepth::SHALLOW).size(), 4u) << "it shows up late";
	EXPECT_NE(store.FolderStamp("t"), std::nullopt);
}

TEST(FaultyStore, DelaysGoThroughTheClock) {
	MockClock clock(0);
	FaultPlan plan;
	plan.delay_max_ms = 1000;
	FaultyStore store(std::make_shared<MemoryStore>(clock), plan, clock);
	for (int call = 0; call < 20; ++call) {
		store.Head("x");
	}
	EXPECT_GT(clock.NowMs(), 2000);
	EXPECT_LE(clock.NowMs(), 20000);
}

TEST(FaultyStore, SeedDecidesEverything) {
	FaultPlan plan;
	plan.seed = 11;
	plan.fail_permille = 200;
	plan.torn_list_permille = 300;
	plan.delay_max_ms = 50;
	const auto first = Transcript(plan);
	EXPECT_EQ(first, Transcript(plan));
	EXPECT_NE(first.find('!'), std::string::npos);
	plan.seed = 12;
	EXPECT_NE(first, Transcript(plan));
}
