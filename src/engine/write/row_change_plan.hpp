#pragma once

#include "duckdb.hpp"
#include "duckdb/common/enums/merge_action_type.hpp"
#include "duckdb/planner/expression.hpp"
#include "engine/scan/file_layouts.hpp"
#include "engine/write/write_spec.hpp"
#include "log/snapshot.hpp"
#include "txn/table_change.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

enum class RowStatement { UPDATE, DELETE, MERGE, REPLACE };

//! One WHEN clause; UPDATE and DELETE are one clause for every row that arrives.
struct RowAction {
	duckdb::MergeActionCondition when = duckdb::MergeActionCondition::WHEN_MATCHED;
	duckdb::MergeActionType type = duckdb::MergeActionType::MERGE_DO_NOTHING;
	//! nullptr: always.
	duckdb::unique_ptr<duckdb::Expression> condition;
	//! Over the arriving rows. UPDATE: one value for each of `columns`; INSERT: one for each column of the table;
	//! ERROR: the message, if any.
	duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> expressions;
	//! UPDATE: indexes of the schema's fields that are set.
	std::vector<size_t> columns;
};

//! Where an arriving row says which row of the table it is.
struct RowIdColumns {
	idx_t file_index = 0;
	idx_t position = 0;
	//! Not NULL where a row of the source is behind the arriving row; none when that is always so.
	std::optional<idx_t> source_marker {};
	//! Rows arrive row group by row group, as the scan of the table reads them.
	bool is_in_file_order = false;
};

//! Files that are removed without being read.
struct WholeFiles {
	std::vector<FileRef> files;
	//! Without the deleted ones.
	uint64_t live_rows = 0;
};

//! INSERT … REPLACE WHERE: the rows that the condition is true for go, and it has to be true for each new one.
struct ReplacedRows {
	//! As the user wrote it.
	std::string predicate;
	//! The same over rows of the whole table.
	duckdb::unique_ptr<duckdb::Expression> condition;
	//! Indexes of the schema's fields that it reads, ascending.
	std::vector<size_t> fields;
	//! nullopt: the rows that go arrive one by one.
	std::optional<WholeFiles> whole_files {};
};

//! What an operator that changes rows does; fixed at planning.
struct RowChangePlan {
	duckdb::Catalog &catalog;
	RowStatement statement = RowStatement::UPDATE;
	//! What the row ids were read from.
	SnapshotPtr snapshot;
	//! Of the scan that found the rows.
	SeenFiles seen;
	WriteSpec spec;
	//! Operation and parameters.
	TableChange change {};
	//! In the order of the statement.
	std::vector<RowAction> actions {};
	RowIdColumns row_id {};
	bool returning = false;
	//! DELETE of every row: nothing arrives, every file is removed. The rows that the table has, as the log counts
	//! them.
	std::optional<uint64_t> all_rows {};
	//! REPLACE only.
	std::optional<ReplacedRows> replaced {};
	//! Columns that name a row to the user: those that the statement looks at.
	std::vector<size_t> naming_columns {};
};

//! For each updating action, in their order, indexes of the schema's fields that it sets.
inline std::vector<std::vector<size_t>> SetColumnsOf(const RowChangePlan &plan) {
	std::vector<std::vector<size_t>> columns;
	for (const auto &action : plan.actions) {
		if (action.type == duckdb::MergeActionType::MERGE_UPDATE) {
			columns.push_back(action.columns);
		}
	}
	return columns;
}

} // namespace merganser
