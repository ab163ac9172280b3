#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! Shares out numbered pieces of work so that each worker gets neighbours, one after the other, and all end together:
//! who has done its own share takes the far half of the largest one that is left. Thread-safe.
class RunQueue {
public:
	RunQueue(size_t run_count, size_t worker_count);

	//! A number for the worker, to be kept. There may be more or fewer workers than were announced.
	size_t AddWorker();
	//! The worker's next run; nullopt when none is left.
	std::optional<size_t> Next(size_t worker);
	//! Next gives nothing from now on.
	void Stop();

private:
	struct Share {
		size_t begin = 0;
		size_t end = 0;

		size_t Count() const {
			return end - begin;
		}
	};

	std::mutex lock;
	std::vector<Share> shares;
	size_t worker_count = 0;
};

} // namespace merganser
