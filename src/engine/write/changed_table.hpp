#pragma once

#include "duckdb.hpp"
#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <memory>

namespace merganser {

//! The table that a statement writes to, as its plan sees it.
struct ChangedTable {
	duckdb::Catalog &catalog;
	SnapshotPtr snapshot;
	//! Protocol and metadata that the snapshot has and the transaction has not: staged with the rows. nullptr: none.
	//! Has an operation where the statement is one that history should tell by that name.
	std::shared_ptr<const TableChange> evolution {};
	//! What the history says of the statement.
	StringMap parameters {};

	//! What a statement's change begins with.
	TableChange BeginChange(const char *operation) const {
		auto change = evolution ? *evolution : TableChange();
		if (change.operation.empty()) {
			change.operation = operation;
			change.operation_parameters = parameters;
		}
		return change;
	}
};

} // namespace merganser
