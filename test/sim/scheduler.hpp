#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/store_call.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! Runs actors on threads of their own, but only one at a time: at every store call the seed decides who goes on. The
//! same seed gives the same order of calls, whatever the machine does.
class Scheduler {
public:
	Scheduler(uint64_t seed, MockClock &clock_p) : random(seed), clock(clock_p) {
	}

	void Add(std::string name, std::function<void()> body);
	//! Runs every actor to its end. Call once.
	void Run();
	//! Called by an actor's thread before each store call: others may go first. Outside of Run it does nothing.
	void Step(StoreCall call, const std::string &path);

	//! Hash of who called what in which order.
	uint64_t TraceHash() const {
		return trace_hash;
	}
	//! One line a call; kept when asked for.
	std::vector<std::string> trace;
	bool keeps_trace = false;

private:
	struct Actor {
		std::string name;
		std::function<void()> body;
		bool is_done = false;
		//! One for each actor: waking only the one whose turn it is keeps long runs short.
		std::unique_ptr<std::condition_variable> turn_passed = std::make_unique<std::condition_variable>();
	};
	void RunActor(size_t index);
	//! Requires: the lock. Hands the turn to a random actor that is not done.
	void PassTurn();
	void Record(const Actor &actor, StoreCall call, const std::string &path);

	std::vector<Actor> actors;
	SeededRandom random;
	MockClock &clock;
	std::mutex lock;
	size_t turn = SIZE_MAX;
	uint64_t trace_hash = 14695981039346656037ull;
};

} // namespace merganser
