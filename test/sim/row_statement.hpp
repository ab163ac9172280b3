#pragma once

#include "rows.hpp"
#include "scan/predicate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

enum class StatementKind {
	//! SELECT: its result is what it saw.
	SELECT,
	//! INSERT of `rows`; reads nothing.
	INSERT,
	//! INSERT of copies of the first rows in the range, with keys higher by `amount`.
	SELF_INSERT,
	//! Adds `amount` to every value in the range.
	UPDATE,
	DELETE,
	//! `rows` is the source: a matched row gets its value, others are inserted.
	MERGE,
	//! Replaces the whole table by `rows`.
	OVERWRITE,
	//! Moves `amount` from the account `low` to the account `high` if there is enough.
	TRANSFER,
	//! Takes `amount` from the account `low` if both accounts together have it: the two halves of a write skew.
	WITHDRAW,
	//! Inserts `rows` if there are less than `amount` rows in the range: what a phantom breaks.
	RESERVE
};
const char *NameOf(StatementKind kind);

//! One SQL statement, as far as it matters here. The same statement on the same rows does the same.
struct Statement {
	StatementKind kind = StatementKind::SELECT;
	//! Keys; both ends belong to the range.
	int64_t low = 0;
	int64_t high = 0;
	int64_t amount = 0;
	Rows rows;

	//! Reads the whole table, whatever is in it.
	bool ReadsAll() const;
	//! Its WHERE clause.
	bool Reads(int64_t key) const;
	//! The same as a predicate; nullptr when it reads nothing. `is_partitioned`: keys of one bucket say so.
	PredicatePtr Filter(bool is_partitioned) const;
	std::string ToString() const;
};

//! What a statement does to the rows that it read, and what its client sees.
struct Effect {
	//! Parallel to the rows that were read: what becomes of each; nullopt: deleted.
	std::vector<std::optional<Row>> outcome;
	Rows inserted;
	std::string result;
};

//! Requires: `read` is sorted and holds every row that the statement reads.
Effect Execute(const Statement &statement, const Rows &read);

} // namespace merganser
