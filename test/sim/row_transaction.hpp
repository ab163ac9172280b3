#pragma once

#include "base/random.hpp"
#include "log/snapshot.hpp"
#include "row_statement.hpp"
#include "txn/commit_loop.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace merganser {

//! Name of a data file, different at every call.
using NewName = std::function<std::string()>;

struct TransactionSettings {
	Clock &clock;
	Random &random;
	NewName new_name;
	//! Marks the commit: the checker finds the transaction by it.
	std::string id;
	//! Says nothing of what was read: to show that the checker notices.
	bool withholds_reads = false;
};

//! Some statements on one pinned version, each seeing what the ones before it did; what the engine does with a plan
//! and operators, done by hand on small files. Not thread-safe. Any method may throw IO.
class RowTransaction {
public:
	RowTransaction(SnapshotPtr base_p, TransactionSettings settings_p);

	//! Returns what the client sees.
	std::string Run(const Statement &statement);
	//! Two files of one partition become one, dataChange = false; false when there are no two.
	bool Compact();

	//! True when there is something to commit.
	bool HasChange() const {
		return !total.IsEmpty();
	}
	CommitRequest Request() const;
	//! Nothing of this transaction is in the log and cannot come to be: its files go.
	void DeleteWritten();
	//! It is in the log: files go that its own later statements replaced.
	void DeleteSuperseded();

private:
	struct ReadRow {
		Row row;
		FileRef file;
		uint64_t position;
	};
	struct FileEdit {
		FileRef file;
		DeletionVector gone;
	};

	const Snapshot &Seen() const {
		return view ? *view : *base;
	}
	bool IsPartitioned() const;
	std::string Get(const std::string &log_path) const;
	Rows AllRowsOf(const AddFile &file) const;
	std::vector<ReadRow> Read(const Statement &statement);
	void ReadFile(FileRef file, const Statement &statement, std::vector<ReadRow> &rows) const;
	void RememberRead(const Statement &statement);
	//! The change of one statement from the rows that it read.
	TableChange ChangeOf(const std::vector<ReadRow> &read, const Effect &effect);
	//! Takes rows out of a file: the whole file, by a vector, or by writing its other rows to `rest`.
	void TakeOut(const FileEdit &edit, TableChange &change, Rows &rest);
	DeletionVectorDescriptor WriteVector(const DeletionVector &vector);
	void WriteRows(const Rows &rows, bool data_change, TableChange &change);
	void Write(const std::string &log_path, const std::string &bytes);
	void Stage(TableChange change);

	const SnapshotPtr base;
	//! The base with `total` on top; nullptr before the first change.
	SnapshotPtr view;
	TransactionSettings settings;
	TableChange total;
	ReadSet read_set;
	std::set<std::string> written;
};

} // namespace merganser
