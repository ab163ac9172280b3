#pragma once

#include "duckdb.hpp"
#include "engine/scan/scan_deletion.hpp"
#include "engine/write/touched_rows.hpp"
#include "engine/write/updated_values.hpp"
#include "protocol/deletion_vector.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace merganser {

//! Which values of one file an update makes others.
struct ChangedValues {
	//! Rows with one or more of them.
	DeletionVector rows;
	//! By index of the schema's field; only fields with a changed value.
	std::map<size_t, DeletionVector> by_field;

	void UnionWith(const ChangedValues &others);
};

//! Some of a statement's updates, by file (FileIndexOf).
struct UpdateBatch {
	UpdatedValues values;
	std::map<uint64_t, std::vector<UpdatedRow>> files;
	uint64_t row_count = 0;

	void Add(UpdateBatch others);
	//! Each file's by their positions. Requires: no row is here twice.
	void Sort(duckdb::ClientContext &context);
};

//! What a statement does to the rows of one file.
struct FileChange {
	//! Rows that go. Those that were moved are among them.
	DeletionVector deleted;
	//! In order of their positions once ChangedRows::Finish was called.
	std::vector<UpdatedRow> updated;
	//! What becomes of the updated rows; nothing where they were not compared yet with what the file holds.
	ChangedValues changed;
};

//! The rows that one statement deletes and updates, by file. Positions are held compressed. Threads gather into a Local
//! each and combine.
class ChangedRows {
public:
	explicit ChangedRows(duckdb::ClientContext &context);

	class Local {
	public:
		explicit Local(ChangedRows &rows);

		//! `row_ids`: file_index and position of each row. Puts those that the statement meets for the first time into
		//! `rows`, where they stand in the chunk into `first`. A row that is met twice counts once, see Twice.
		void Meet(duckdb::DataChunk &row_ids, duckdb::SelectionVector &first, std::vector<RowPlace> &rows);

		void Delete(duckdb::DataChunk &row_ids);
		//! `values`: of the rows, for each of `fields`.
		void Update(const std::vector<size_t> &fields, const std::vector<RowPlace> &rows, duckdb::DataChunk &values);
		//! The row is in the table with other values already: where it stood it goes.
		void Move(uint64_t file_index, uint64_t position);
		FileChange &Of(uint64_t file_index);
		//! How many sets of fields the updates set.
		size_t FieldSetCount() const {
			return values.FieldSetCount();
		}

	private:
		friend class ChangedRows;

		ChangedRows &owner;
		std::unordered_map<uint64_t, FileChange> files;
		//! The file of the last row: the next one is mostly in the same.
		uint64_t last_index = 0;
		FileChange *last_file = nullptr;
		GatheredValues values;
		uint64_t moved_count = 0;
	};

	//! Takes what the thread gathered.
	void Combine(Local &local);
	//! Takes those of the updates that make other rows of what the files hold, see FileChange::changed. Requires: they
	//! were compared, and every Local was combined.
	void TakeChanged(UpdateBatch batch);
	//! Requires: every Local was combined.
	void Finish();

	std::map<uint64_t, FileChange> &Files() {
		return files;
	}
	const UpdatedValues &Values() const {
		return values;
	}
	//! A row that was met twice.
	std::optional<RowPlace> Twice() const {
		return twice;
	}
	//! The updated rows of these files (by FileIndexOf), for a RowRead.
	std::shared_ptr<const ChosenRows> ChooseUpdated(const std::vector<uint64_t> &chosen_files) const;
	//! Without the moved ones.
	uint64_t DeletedCount() const;
	uint64_t MovedCount() const {
		return moved_count;
	}

private:
	duckdb::ClientContext &context;
	TouchedRows touched;
	std::mutex lock;
	std::map<uint64_t, FileChange> files;
	std::optional<RowPlace> twice;
	UpdatedValues values;
	uint64_t moved_count = 0;
};

//! The updated rows as a RowRead reads them.
std::shared_ptr<const DeletionVector> PositionsOf(const std::vector<UpdatedRow> &updated);

} // namespace merganser
