#pragma once

#include "scan/predicate.hpp"

#include <string>
#include <vector>

namespace merganser {

//! What a transaction read of the table that it writes. Taken from the plan (files and filters really scanned), never
//! from SQL text.
struct ReadSet {
	//! The whole table was read (also: full overwrite).
	bool whole_table = false;
	//! One entry for each scan with a filter: rows matching any of them were read.
	std::vector<PredicatePtr> predicates;
	//! `path` of the files that were read, as in the log.
	std::vector<std::string> files;
	//! appIds whose `txn` was looked at.
	std::vector<std::string> app_ids;

	//! Nothing was read: a change that only adds files is then a blind append.
	bool IsEmpty() const {
		return !whole_table && predicates.empty() && files.empty() && app_ids.empty();
	}
};

} // namespace merganser
