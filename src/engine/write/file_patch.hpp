#pragma once

#include "duckdb.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/parquet_splice.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/changed_rows.hpp"
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

	//! Puts the column into the chunks of a row group, and its bounds into `bounds`.
	void Encode(duckdb::ClientContext &context, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows,
	            NewChunks &chunks, std::vector<LeafBounds> &leaf_bounds) const;

	const PhysicalColumns column;
	const ParquetFormat format;
	const LeafBoundsPlan bounds;

private:
	const duckdb_parquet::SchemaElement &Element(duckdb::ClientContext &context) const;

	//! nullopt where DuckDB's writer encodes it.
	const std::optional<duckdb_parquet::CompressionCodec::type> codec;
	mutable std::mutex lock;
	//! As new files have it, once it is known.
	mutable std::optional<duckdb_parquet::SchemaElement> element;
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
//! others are encoded anew; rows keep their order. Where a row group loses rows, these are taken out of the encoded
//! pages of the columns without a changed value, as far as pages can be read (FilterChunk); with deletion vectors all
//! rows keep their places. Columns that the table got after the file was written come behind the file's own.
class FilePatch {
public:
	//! Requires: the file has no deletion vector, unless deleted rows stay; target and change outlive the patch.
	//! `number`: of the new file within the statement.
	FilePatch(const PatchTarget &target, uint64_t file_index, const FileChange &change, uint64_t number);

	//! Reads the footer. False when the file must be, or is better, written anew: its chunks cannot be copied, or most
	//! row groups lose rows and would have to be encoded, or become small. Call once, before anything else.
	//! `keeps_footer`: false where so many files are patched that their footers would fill the memory.
	bool Prepare(bool keeps_footer);
	//! Finds out what becomes of the columns, before the first Put. False when the file must be written anew: its
	//! columns are not written as the table's are now, or rows move to another partition.
	bool ChooseWays();

	//! Columns whose rows are needed to patch the file; with deleted rows may be none.
	const std::vector<size_t> &Fields() const {
		return fields.encoded;
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
		return change.changed;
	}
	size_t RowGroupOf(uint64_t position) const;
	size_t RowGroupCount() const {
		return row_groups.size();
	}
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

	AddFile OldFile() const;
	void FindDeletedRows();
	std::shared_ptr<const ParquetSource> OpenSource() const;
	//! What Prepare left open.
	std::shared_ptr<const ParquetSource> Source();
	bool KeepsLargeRowGroups(uint64_t kept_count) const;
	//! Finds out which fields are encoded, which are filtered, and which are added. False when one cannot be.
	bool ChooseFields(const ParquetSource &file);
	std::map<size_t, PageChunk> FilterChunks(const ParquetSource &file, size_t row_group) const;
	bool IsChanged(size_t row_group, size_t field) const;
	void WriteReadyGroups();
	void OpenSplice();
	void Finish();
	std::string StatisticsText() const;

	const PatchTarget &target;
	const uint64_t file_index;
	const FileChange &change;
	const uint64_t number;
	DeletionVector deleted_rows;
	//! What becomes of the table's fields in this file.
	struct FieldWays {
		//! Read and encoded.
		std::vector<size_t> encoded;
		//! Of a file that loses rows: fields whose pages are filtered, and the columns of the old file that they are.
		std::map<size_t, ParquetColumn> filtered;
		//! Those encoded that the old file has not: columns that the table got later.
		std::set<size_t> added;
	};
	FieldWays fields;
	std::vector<RowGroup> row_groups;

	//! What has come so far; guarded by the lock.
	struct Progress {
		//! Row groups that wait for earlier ones; without chunks: to be copied.
		std::map<size_t, NewChunks> waiting;
		size_t next_row_group = 0;
		//! By field.
		std::map<size_t, std::vector<LeafBounds>> bounds;
		std::unique_ptr<NewDataFile> name;
		std::unique_ptr<ParquetSplice> splice;
		std::optional<AddFile> added;
	};
	std::mutex lock;
	std::shared_ptr<const ParquetSource> source;
	Progress progress;
};

} // namespace merganser
