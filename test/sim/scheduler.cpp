#include "scheduler.hpp"

#include <thread>

namespace merganser {

namespace {

//! The actor of this thread; SIZE_MAX on any other thread.
thread_local size_t current_actor = SIZE_MAX;

//! Time that passes at most between two store calls.
constexpr uint64_t STEP_MS_MAX = 5;

} // namespace

void Scheduler::Add(std::string name, std::function<void()> body) {
	actors.push_back(Actor {std::move(name), std::move(body), false});
}

void Scheduler::Run() {
	std::vector<std::thread> threads;
	for (size_t i = 0; i < actors.size(); i++) {
		threads.emplace_back([this, i] { RunActor(i); });
	}
	{
		std::lock_guard<std::mutex> guard(lock);
		PassTurn();
	}
	for (auto &thread : threads) {
		thread.join();
	}
}

void Scheduler::RunActor(size_t index) {
	current_actor = index;
	{
		std::unique_lock<std::mutex> guard(lock);
		actors[index].turn_passed->wait(guard, [&] { return turn == index; });
	}
	actors[index].body();
	std::lock_guard<std::mutex> guard(lock);
	actors[index].is_done = true;
	PassTurn();
}

void Scheduler::Step(StoreCall call, const std::string &path) {
	if (current_actor == SIZE_MAX) {
		return;
	}
	std::unique_lock<std::mutex> guard(lock);
	PassTurn();
	actors[current_actor].turn_passed->wait(guard, [&] { return turn == current_actor; });
	Record(actors[current_actor], call, path);
}

void Scheduler::PassTurn() {
	std::vector<size_t> ready;
	for (size_t i = 0; i < actors.size(); i++) {
		if (!actors[i].is_done) {
			ready.push_back(i);
		}
	}
	turn = ready.empty() ? SIZE_MAX : ready[random.Below(ready.size())];
	clock.AdvanceMs(int64_t(random.Below(STEP_MS_MAX + 1)));
	if (turn != SIZE_MAX) {
		actors[turn].turn_passed->notify_one();
	}
}

void Scheduler::Record(const Actor &actor, StoreCall call, const std::string &path) {
	auto line = std::to_string(clock.NowMs()) + " " + actor.name + " " + std::string(NameOf(call)) + " " + path;
	for (unsigned char c : line) {
		trace_hash = (trace_hash ^ c) * 1099511628211ull;
	}
	if (keeps_trace) {
		trace.push_back(std::move(line));
	}
}

} // namespace merganser
