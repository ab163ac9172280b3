#pragma once

#include "txn/conflict_check.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! The part of the table that an operation works on: two files, and the rows that a statement's filter is true for.
struct Place {
	std::string region;
	std::string first;
	std::string second;
	int64_t low = 0;
	int64_t high = 0;
};

inline const Place EU = {"eu", "eu-1", "eu-2", 1, 99};
inline const Place US = {"us", "us-1", "us-2", 100, 199};

//! A table in which operations meet.
struct ConflictTable {
	bool is_partitioned = true;
	bool has_statistics = true;
	Place ours;
	Place theirs;

	TableConfiguration Configuration(const StringMap &properties = {}) const;
	Metadata MakeMetadata(const StringMap &properties = {}) const;
	//! A file of a place, as the table's writers make it.
	AddFile File(const std::string &path, const Place &place, bool data_change = true) const;
	//! The filter of a statement on a place: by region in a partitioned table, else by id.
	PredicatePtr FilterOf(const Place &place) const;
	//! Every file before the two operations.
	std::vector<std::string> AllFiles() const;
};

//! What one transaction does. The same operation can lose and win.
struct Operation {
	TableChange change;
	ReadSet read_set;
};

enum class OperationKind {
	//! Blind INSERT.
	APPEND,
	//! INSERT … SELECT from the table itself.
	SELF_INSERT,
	//! Copies a file's other rows.
	UPDATE,
	//! DELETE by a deletion vector: the same path with another vector.
	VECTOR_DELETE,
	//! DELETE of a whole file.
	FILE_DELETE,
	MERGE,
	//! Two files become one, dataChange = false.
	OPTIMIZE,
	//! INSERT OVERWRITE: reads and replaces the whole table.
	OVERWRITE,
	//! Replaces the rows of a filter.
	REPLACE_WHERE,
	//! CREATE OR REPLACE TABLE: an overwrite with metadata.
	REPLACE_TABLE,
	//! Changes a property that is not harmless.
	ALTER,
	//! Turns deletion vectors on.
	ENABLE_VECTORS,
	//! Adds a table feature that leaves other writers alone.
	UPGRADE,
	//! Adds one that does not.
	STRICT_UPGRADE,
	//! Append of a streaming query, with its `txn`.
	STREAM,
	DROP
};
const char *NameOf(OperationKind kind);

//! `prefix` tells the new files of two operations apart.
Operation MakeOperation(OperationKind kind, const ConflictTable &table, const Place &place, const std::string &prefix);

//! The commit that an operation makes, as version 7 by another engine.
Winner AsWinner(const Operation &operation, const char *name);

//! One letter: '.' no conflict, Append, delete-Read, Delete-delete, Metadata, Protocol, domaiN, Transaction, Exists,
//! dropped (X).
char JudgeConflict(const std::optional<Conflict> &conflict);

} // namespace merganser
