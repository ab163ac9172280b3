#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace merganser {

//! Threads that work beside the one that has them. Joined when destroyed.
class ThreadGroup {
public:
	ThreadGroup() = default;
	~ThreadGroup();
	ThreadGroup(const ThreadGroup &) = delete;
	ThreadGroup &operator=(const ThreadGroup &) = delete;

	//! Starts `count` threads that call `work`, which throws nothing; fewer, or none, where the system gives no more.
	void Start(size_t count, const std::function<void()> &work);
	void Join();

private:
	std::vector<std::thread> threads;
};

} // namespace merganser
