#pragma once

#include "base/clock.hpp"
#include "base/outcome.hpp"
#include "base/random.hpp"
#include "log/snapshot.hpp"
#include "txn/conflict_check.hpp"

#include <memory>
#include <optional>
#include <string>

namespace merganser {

struct CommitRequest {
	TableLocation location;
	//! The version that the change was made from; nullptr for a new table (version 0).
	SnapshotPtr base;
	TableChange change;
	ReadSet read_set;
	//! `Merganser/0.1.0`.
	std::string engine_info;
	//! nullopt: what the table's delta.isolationLevel says.
	std::optional<IsolationLevel> isolation;
};

struct CommitResult {
	CommitOutcome outcome = CommitOutcome::UNKNOWN;
	//! COMMITTED: the new version and its snapshot.
	int64_t version = -1;
	SnapshotPtr snapshot;
	//! CONFLICT: who won and why. REJECTED, UNKNOWN: `message` only.
	std::optional<Conflict> conflict;
	//! For the user: table, versions, what happened and what to do next. Empty when COMMITTED.
	std::string message;
	uint32_t attempts = 0;
};

struct CommitEnvironment {
	LogContext log;
	Clock &clock;
	Random &random;
};

//! DESIGN, "Commit": assembles the actions (commitInfo first, with a fresh txnId), puts them if absent, settles a lost
//! answer by reading the slot, checks conflicts with every commit in between and rebases, bounded, with jittered
//! back-off. Never writes to a later version before an earlier slot is settled. Throws only what reading the log throws
//! before our first put.
CommitResult CommitChange(const CommitRequest &request, CommitEnvironment environment);

} // namespace merganser
