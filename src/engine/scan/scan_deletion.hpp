#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "log/snapshot.hpp"
#include "protocol/deletion_vector.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace merganser {

//! The deletion vectors of one query's files: each is read once, however many scans and copies of the plan open its
//! file. Thread-safe.
class DeletionVectorCache {
public:
	//! nullptr when the file has none. Throws Error naming table, version and file: CORRUPT (unreadable, or not as many
	//! positions as the log says), IO.
	std::shared_ptr<const DeletionVector> Load(const Snapshot &snapshot, FileRef file);

private:
	struct Entry {
		std::mutex loading;
		std::shared_ptr<const DeletionVector> vector;
	};
	std::mutex lock;
	std::map<std::pair<uint32_t, uint32_t>, std::shared_ptr<Entry>> entries;
};

//! Which rows of which files a statement reads for a second time, by FileIndexOf.
struct ChosenRows {
	enum class Mode {
		//! Just these. Requires: all of them are live.
		ONLY,
		//! All live rows but these.
		EXCEPT,
		//! All rows of the files, deleted ones too: these sets are not looked at.
		ALL
	};
	Mode mode = Mode::ONLY;
	//! A file that is not here is not read.
	std::map<uint64_t, std::shared_ptr<const DeletionVector>> rows;
};

//! Keeps the rows that a set names. Immutable; shared by the threads that read one file.
class OnlyRows : public duckdb::DeleteFilter {
public:
	explicit OnlyRows(std::shared_ptr<const DeletionVector> rows);
	duckdb::idx_t Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
	                     duckdb::SelectionVector &result_sel) override;

private:
	std::shared_ptr<const DeletionVector> rows;
};

//! Keeps the rows that a deletion vector does not name. Shared by the threads that read one file.
class KeptRows : public duckdb::DeleteFilter {
public:
	explicit KeptRows(std::shared_ptr<const DeletionVector> deleted);

	//! From now on deleted rows are read too, and RemoveDeleted takes them out: vectors stay flat, which what comes
	//! after the scan reads faster than a selection of their rows. Requires: nobody looks at the rows before
	//! RemoveDeleted, no filter either.
	void RemoveAfterRead();
	duckdb::idx_t Filter(duckdb::row_t start_row_index, duckdb::idx_t count,
	                     duckdb::SelectionVector &result_sel) override;
	//! Takes the deleted rows out of those that this thread has just read, whose positions it told Filter.
	static void RemoveDeleted(const duckdb::BaseFileReader &reader, duckdb::DataChunk &rows);

private:
	const std::shared_ptr<const DeletionVector> deleted;
	bool removes_after_read = false;
	//! DeletionVector::DenseMembers, where rows are removed after they were read.
	std::vector<uint64_t> dense;
};

} // namespace merganser
