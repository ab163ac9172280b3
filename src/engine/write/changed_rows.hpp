#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "engine/scan/scan_deletion.hpp"
#include "protocol/deletion_vector.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace merganser {

//! One row of one file: DuckDB's row id of our tables.
struct RowPlace {
	uint64_t file_index = 0;
	uint64_t position = 0;
};

//! A row that gets new values: row `row` of collection `collection` of ChangedRows.
struct UpdatedRow {
	uint32_t position = 0;
	uint32_t row = 0;
	uint32_t collection = 0;
};

//! What a statement does to the rows of one file.
struct FileChange {
	DeletionVector deleted;
	//! Deleted and updated.
	DeletionVector touched;
	//! In order of their positions once ChangedRows::Finish was called.
	std::vector<UpdatedRow> updated;
};

//! The rows that one statement deletes and updates, by file. Positions are held compressed; new values in collections
//! that DuckDB's buffer manager spills. Threads gather into a Local each and combine.
class ChangedRows {
public:
	//! `update_types`: for each updating action the types of the columns that it sets.
	ChangedRows(duckdb::ClientContext &context, std::vector<duckdb::vector<duckdb::LogicalType>> update_types);

	class Local {
	public:
		explicit Local(ChangedRows &rows);

		//! `row_ids`: file_index and position of each row. A row that is named twice counts once; `twice` is then set.
		void Delete(duckdb::DataChunk &row_ids);
		void Update(size_t action, duckdb::DataChunk &row_ids, duckdb::DataChunk &values);
		//! A row that was named twice.
		std::optional<RowPlace> twice;

	private:
		friend class ChangedRows;
		struct Values {
			duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
			duckdb::ColumnDataAppendState append;
		};
		FileChange &Of(uint64_t file_index);
		//! Takes the rows that are named for the first time; the others are in none of the results.
		void Split(duckdb::DataChunk &row_ids, duckdb::SelectionVector &first, std::vector<RowPlace> &places);

		ChangedRows &owner;
		std::unordered_map<uint64_t, FileChange> files;
		//! The file of the last row: the next one is mostly in the same.
		uint64_t last_index = 0;
		FileChange *last_file = nullptr;
		//! By action; nullptr until the first row.
		std::vector<Values> values;
	};

	//! Takes what the thread gathered.
	void Combine(Local &local);
	//! Requires: every Local was combined.
	void Finish();

	std::map<uint64_t, FileChange> &Files() {
		return files;
	}
	std::optional<RowPlace> Twice() const {
		return twice;
	}
	size_t ActionOf(uint32_t collection) const {
		return actions[collection];
	}
	duckdb::ColumnDataCollection &Collection(uint32_t collection) {
		return *collections[collection];
	}
	//! The updated rows of these files (by FileIndexOf), of each the first `rows_max`, for a RowRead.
	std::shared_ptr<const ChosenRows> ChooseUpdated(const std::vector<uint64_t> &chosen_files,
	                                                size_t rows_max = SIZE_MAX) const;
	uint64_t DeletedCount() const;
	uint64_t UpdatedCount() const;

private:
	void CombineFile(FileChange &target, FileChange &source, uint64_t file_index);

	duckdb::ClientContext &context;
	const std::vector<duckdb::vector<duckdb::LogicalType>> update_types;
	std::mutex lock;
	std::map<uint64_t, FileChange> files;
	std::optional<RowPlace> twice;
	std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> collections;
	std::vector<size_t> actions;
};

} // namespace merganser
