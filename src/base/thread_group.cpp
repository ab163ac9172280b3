#include "base/thread_group.hpp"

#include <system_error>

namespace merganser {

ThreadGroup::~ThreadGroup() {
	Join();
}

void ThreadGroup::Start(size_t count, const std::function<void()> &work) {
	threads.reserve(threads.size() + count);
	try {
		for (size_t i = 0; i < count; i++) {
			threads.emplace_back(work);
		}
	} catch (const std::system_error &) {
		// Those that there are do the work.
		return;
	}
}

void ThreadGroup::Join() {
	for (auto &thread : threads) {
		thread.join();
	}
	threads.clear();
}

} // namespace merganser
