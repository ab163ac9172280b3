#pragma once

#include "log/snapshot.hpp"
#include "scan/read_set.hpp"
#include "txn/table_change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

enum class ConflictKind {
	//! The winner changed the protocol in a way that others must not ignore.
	PROTOCOL_CHANGED,
	METADATA_CHANGED,
	DOMAIN_METADATA,
	CONCURRENT_TRANSACTION,
	//! The winner added rows that we would have read.
	CONCURRENT_APPEND,
	//! The winner removed a file that we read.
	CONCURRENT_DELETE_READ,
	//! The winner removed a file that we remove too.
	CONCURRENT_DELETE_DELETE,
	//! We create the table, at version 0 or on top of the log of a dropped one, and another was first.
	TABLE_EXISTS,
	//! The table was dropped.
	TABLE_DROPPED
};

struct Conflict {
	ConflictKind kind = ConflictKind::METADATA_CHANGED;
	int64_t winner_version = 0;
	std::string winner_operation;
	std::string winner_engine;
	//! One sentence for the user.
	std::string reason;
};

//! One winning commit.
struct Winner {
	int64_t version = 0;
	std::vector<Action> actions;
};

//! `commitInfo.operation` of the commits that a VACUUM makes before and after it deletes files.
inline constexpr const char *VACUUM_START = "VACUUM START";
inline constexpr const char *VACUUM_END = "VACUUM END";

//! True for a change that only moves rows between files (OPTIMIZE): files only, every one with dataChange = false. It
//! is checked at snapshot isolation: rows that others add do not concern it.
bool RearrangesOnly(const TableChange &change);

//! May our change, made from `base` and having read `read_set`, be committed after `winner`? nullopt: yes (rebase to
//! winner.version + 1). The order of checks and the matrix are those of the specification's isolation levels as Spark
//! applies them. `isolation`: nullopt for the table's. Pure.
std::optional<Conflict> CheckConflict(const TableConfiguration &base, const TableChange &ours, const ReadSet &read_set,
                                      const Winner &winner, std::optional<IsolationLevel> isolation = std::nullopt);

} // namespace merganser
