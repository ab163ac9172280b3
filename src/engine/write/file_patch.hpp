#pragma once

#include "duckdb.hpp"
#include "engine/port/parquet_splice.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/changed_values.hpp"
#include "engine/write/data_file.hpp"
#include "engine/write/leaf_bounds.hpp"
#include "engine/write/row_change_plan.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace merganser {

//! One column of the data files, written by itself.
struct PatchColumn {
	PatchColumn(duckdb::ClientContext &context, const WriteSpec &spec, PhysicalColumns column);

	const PhysicalColumns column;
	const ParquetFormat format;
	const LeafBoundsPlan bounds;
};

//! What all patched files of a statement share.
struct PatchTarget {
	PatchTarget(duckdb::ClientContext &context, LakeTransaction &transaction, const RowChangePlan &plan);

	duckdb::ClientContext &context;
	LakeTransaction &transaction;
	const RowChangePlan &plan;
	//! With deletion vectors deleted rows stay in the file that is patched.
	const bool keeps_deleted_rows;
	//! By index of the schema's field: all but partition columns.
	std::map<size_t, PatchColumn> columns;
};

//! Copy-on-write of one file by its bytes: a column chunk without a changed value is copied with its statistics, the
//! others are encoded anew; rows keep their order. A row group with deleted rows is encoded anew as a whole, unless the
//! table has deletion vectors: then all rows keep their places. Columns that the table got after the file was written
//! come behind the file's own.
class FilePatch {
public:
	//! Requires: the file has no deletion vector, unless deleted rows stay; target and change outlive the patch.
	//! `number`: of the new file within the statement.
	FilePatch(const PatchTarget &target, uint64_t file_index, const FileChange &change, uint64_t number);

	//! Reads the footer. False when the file must be, or is better, written anew: its chunks cannot be copied, or most
	//! row groups lose rows. Call once, before anything else. `keeps_footer`: false where so many files are patched
	//! that their footers would fill the memory.
	bool Prepare(bool keeps_footer);
	//! What the updates change, before the first Put. False when the file must be written anew: its columns are not
	//! written as the table's are now, or rows move to another partition.
	bool SetValues(ChangedValues changed);

	//! Columns whose rows are needed to patch the file: with deleted rows all of them, as bounds change.
	const std::vector<size_t> &Fields() const {
		return fields;
	}
	//! True when the new file has fewer rows than the old one.
	bool TakesRowsOut() const {
		return !target.keeps_deleted_rows && change.deleted.Cardinality() > 0;
	}
	//! Rows of the new file that are not in the table any more, by their positions. Requires: prepared.
	const DeletionVector &DeletedRows() const {
		return deleted_rows;
	}
	uint64_t FileIndex() const {
		return file_index;
	}
	const FileChange &Change() const {
		return change;
	}
	const ChangedValues &Values() const {
		return values;
	}
	size_t RowGroupOf(uint64_t position) const;
	//! Rows of a row group that are in the new file.
	uint64_t KeptRows(size_t row_group) const {
		return row_groups[row_group].kept;
	}

	//! Takes the kept rows of a row group with their new values, a collection for each of Fields(). The last row group
	//! finishes the file. Thread-safe. Requires: each row group with kept rows once.
	void Put(size_t row_group, std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> columns);

	//! Requires: every row group was put.
	AddFile TakeAdded();
	//! Rows of the new file that the statement did not change.
	uint64_t CopiedRows() const;

private:
	struct RowGroup {
		uint64_t start = 0;
		uint64_t count = 0;
		uint64_t kept = 0;
	};
	using EncodedGroup = std::vector<std::unique_ptr<EncodedColumns>>;

	AddFile OldFile() const;
	void FindDeletedRows();
	std::unique_ptr<ParquetSource> OpenSource() const;
	//! Finds the added fields.
	bool CanBeEncoded(const ParquetSource &file);
	bool IsChanged(size_t row_group, size_t field) const;
	void WriteReadyGroups();
	void OpenSplice();
	void Finish();
	std::string StatisticsText() const;

	const PatchTarget &target;
	const uint64_t file_index;
	const FileChange &change;
	const uint64_t number;
	ChangedValues values;
	DeletionVector deleted_rows;
	std::vector<size_t> fields;
	//! Those that the old file has not: columns that the table got later.
	std::set<size_t> added_fields;
	std::vector<RowGroup> row_groups;

	//! What has come so far; guarded by the lock.
	struct Progress {
		//! Row groups that wait for earlier ones; without columns: to be copied.
		std::map<size_t, EncodedGroup> waiting;
		size_t next_row_group = 0;
		//! By field.
		std::map<size_t, std::vector<LeafBounds>> bounds;
		std::unique_ptr<NewDataFile> name;
		std::unique_ptr<ParquetSplice> splice;
		std::optional<AddFile> added;
	};
	std::mutex lock;
	std::unique_ptr<ParquetSource> source;
	Progress progress;
};

} // namespace merganser
