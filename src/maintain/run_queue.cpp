#include "maintain/run_queue.hpp"

#include <algorithm>

namespace merganser {

RunQueue::RunQueue(size_t run_count, size_t announced_workers) {
	for (size_t i = 0; i < announced_workers; i++) {
		shares.push_back({run_count * i / announced_workers, run_count * (i + 1) / announced_workers});
	}
}

size_t RunQueue::AddWorker() {
	std::lock_guard<std::mutex> guard(lock);
	if (worker_count == shares.size()) {
		shares.emplace_back();
	}
	return worker_count++;
}

std::optional<size_t> RunQueue::Next(size_t worker) {
	std::lock_guard<std::mutex> guard(lock);
	auto &own = shares[worker];
	if (own.Count() == 0) {
		auto &largest = *std::max_element(shares.begin(), shares.end(),
		                                  [](const Share &a, const Share &b) { return a.Count() < b.Count(); });
		if (largest.Count() == 0) {
			return std::nullopt;
		}
		own = {largest.end - (largest.Count() + 1) / 2, largest.end};
		largest.end = own.begin;
	}
	return own.begin++;
}

void RunQueue::Stop() {
	std::lock_guard<std::mutex> guard(lock);
	for (auto &share : shares) {
		share.begin = share.end;
	}
}

} // namespace merganser
