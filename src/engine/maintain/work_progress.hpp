#pragma once

#include <atomic>
#include <cstdint>

namespace merganser {

//! How far a long statement is, in units of its own. Thread-safe.
struct WorkProgress {
	std::atomic<uint64_t> done {0};
	//! 0: not known yet.
	std::atomic<uint64_t> total {0};
};

} // namespace merganser
