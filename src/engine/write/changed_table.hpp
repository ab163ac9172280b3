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
	std::shared_ptr<const TableChange> evolution {};
	//! What the history says of the statement.
	StringMap parameters {};

	//! What a statement's change begins with.
	TableChange BeginChange(const char *operation) const {
		auto change = evolution ? *evolution : TableChange();
		change.operation = operation;
		change.operation_parameters = parameters;
		return change;
	}
};

} // namespace merganser
