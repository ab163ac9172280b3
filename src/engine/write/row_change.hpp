#pragma once

#include "duckdb.hpp"
#include "engine/write/change_files.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/file_patches.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/identity_values.hpp"
#include "engine/write/returned_rows.hpp"
#include "engine/write/row_change_plan.hpp"
#include "engine/write/row_deleter.hpp"
#include "engine/write/update_compare.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! One execution of UPDATE, DELETE, MERGE or REPLACE WHERE: gathers what happens to which row, then writes it as one
//! TableChange.
class RowChange {
public:
	RowChange(duckdb::ClientContext &context, const RowChangePlan &plan, LakeTransaction &transaction);

	//! Where RETURNING wants the rows. Requires: outlives the execution; before the first row.
	void SetReturned(ReturnedRows &rows) {
		returned = &rows;
	}

	//! Stages what the threads gathered. Throws InvalidInputException when MERGE changes a row twice.
	void Finish();

	ChangedRows &Changes() {
		return changes;
	}
	UpdateCompare &Compare() {
		return compare;
	}
	//! Numbers rows that the table did not have.
	IdentityValues &Identities() {
		return inserted.identities;
	}
	//! Rows that the table did not have. They get their ids with the commit.
	void Insert(FileSink::Local &local, duckdb::DataChunk &rows);
	FileSink &Sink() {
		return sink;
	}
	//! nullptr without RETURNING.
	ReturnedRows *Returned() {
		return returned;
	}
	//! Where inserted rows are recorded besides; nullptr where they need not be.
	ChangeFiles *InsertedChanges() {
		return feed.records_inserts ? feed.files.get() : nullptr;
	}
	//! What the statement asks of inserted rows, besides the table's own rules; nullptr where it asks nothing.
	const ConstraintCheck *InsertedRule() const {
		return inserted.rule.get();
	}
	uint64_t AffectedRows() const {
		return counts.affected;
	}
	struct MetRows {
		std::atomic<uint64_t> inserted {0};
		//! Whether an update makes others of them or not.
		std::atomic<uint64_t> updated {0};
	};
	MetRows met;

private:
	[[noreturn]] void ThrowChangedTwice(RowPlace place);
	void DeleteAll(TableChange &change);
	void ChangeRows(TableChange &change);
	void RemoveWholeFiles(TableChange &change);
	//! `deleter` has deleted the rows.
	void RecordChanges(const RowDeleter &deleter, TableChange &change);
	void AddMetrics(const RowDeleter &deleter, TableChange &change) const;
	void AddWritten(TableChange &change);

	duckdb::ClientContext &context;
	const RowChangePlan &plan;
	LakeTransaction &transaction;
	ChangedRows changes;
	FileSink sink;
	UpdateCompare compare;
	struct Inserted {
		IdentityValues identities;
		std::unique_ptr<const ConstraintCheck> rule {};
	};
	Inserted inserted;
	struct Feed {
		//! nullptr without change data feed.
		std::unique_ptr<ChangeFiles> files;
		//! A commit is read from its change files alone where it has some.
		bool records_inserts = false;
	};
	Feed feed;
	ReturnedRows *returned = nullptr;
	PatchedFiles patched;
	struct RowCounts {
		//! That the statement's result counts.
		uint64_t affected = 0;
		uint64_t updated = 0;
		uint64_t deleted = 0;
	};
	RowCounts counts;
};

} // namespace merganser
