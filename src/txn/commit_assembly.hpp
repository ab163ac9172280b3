#pragma once

#include "log/snapshot.hpp"
#include "scan/read_set.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! What stays the same over all attempts of one commit. Refers to the request: lives shorter than it.
struct CommitContent {
	const TableChange &change;
	const ReadSet &read_set;
	const std::string &engine_info;
	//! nullptr for a new table.
	const Snapshot *base;
	//! Of the version that is made.
	TableConfigurationPtr configuration;
	std::string txn_id;
	//! nullopt: the table's.
	std::optional<IsolationLevel> isolation;
};

//! Where and when one attempt is made.
struct CommitSlot {
	int64_t version = 0;
	int64_t now_ms = 0;
	//! The version before it; nullptr for version 0.
	const Snapshot *previous = nullptr;
};

//! The actions of one attempt, commitInfo first (PROTOCOL.md, "Commit Provenance Information", "In-Commit Timestamps").
std::vector<Action> AssembleCommit(const CommitContent &content, const CommitSlot &slot);

} // namespace merganser
