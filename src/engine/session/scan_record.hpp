#pragma once

#include "scan/predicate.hpp"

#include <mutex>
#include <utility>

namespace merganser {

//! What one scan of a table really used, filled by the scan while it is planned and run, read by the transaction at
//! commit. Thread-safe.
class ScanRecord {
public:
	//! The conjunction of the filters that the plan applies above or in the scan; nullptr: all rows are read.
	void SetPredicate(PredicatePtr used) {
		std::lock_guard<std::mutex> guard(lock);
		predicate = std::move(used);
	}
	PredicatePtr GetPredicate() const {
		std::lock_guard<std::mutex> guard(lock);
		return predicate;
	}

private:
	mutable std::mutex lock;
	PredicatePtr predicate;
};

} // namespace merganser
