#pragma once

#include "duckdb.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/file_patches.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/row_change_plan.hpp"
#include "log/snapshot.hpp"
#include "protocol/deletion_vector.hpp"
#include "txn/table_change.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace merganser {

//! Positions of live rows, by FileIndexOf.
using RowsByFile = std::map<uint64_t, std::shared_ptr<const DeletionVector>>;

//! Takes rows out of a table's files: a file without any row left is removed; else it gets a deletion vector where the
//! table has delta.enableDeletionVectors, or its other rows are copied into new files (copy-on-write). One per
//! statement.
class RowDeleter {
public:
	//! Copied rows go through `sink`. Requires: all outlive the deleter; `plan.snapshot` is what the rows were read
	//! from.
	RowDeleter(duckdb::ClientContext &context, LakeTransaction &transaction, const RowChangePlan &plan, FileSink &sink);

	//! True when the file is copied in any case: its updates are then applied to the rows on their way. Not where
	//! RETURNING or the change data feed want to see them.
	bool AppliesUpdates(const FileChange &file) const {
		return !uses_vectors && !plan.returning && !has_change_feed && file.deleted.Cardinality() > 0 &&
		       !file.updated.empty();
	}
	//! Adds new files that hold deleted rows, with their deletion vectors. Before Delete.
	void AddPatched(std::vector<FileWithDeletedRows> files, TableChange &change);
	//! Adds removed files, and files with new deletion vectors, to the change. Copied rows are in the sink afterwards,
	//! updated ones too where AppliesUpdates says so.
	void Delete(const RowsByFile &rows, ChangedRows &changes, TableChange &change);

	uint64_t CopiedRows() const {
		return copied_rows;
	}
	//! By updates that were applied here.
	uint64_t UpdatedRows() const {
		return updated_rows;
	}
	//! True when a file lost some of its rows and not all.
	bool KeptRows() const {
		return counts.kept_rows;
	}
	uint64_t RemovedFiles() const {
		return counts.removed_files;
	}
	uint64_t AddedVectors() const {
		return counts.added_vectors;
	}
	uint64_t ReplacedVectors() const {
		return counts.replaced_vectors;
	}

private:
	//! Physical rows, deleted ones included; nullopt where the log does not say.
	std::optional<uint64_t> PhysicalRows(FileRef file) const;
	//! True when nothing would be left. Requires: `all` are the rows that are deleted before and by this statement.
	bool IsEmptied(FileRef file, const DeletionVector &all) const;
	AddFile WithLooseBounds(FileRef file) const;
	void AddWithVector(AddFile file, const DeletionVector &all, TableChange &change);
	void WriteVectors();
	class CopyPass;

	duckdb::ClientContext &context;
	LakeTransaction &transaction;
	const RowChangePlan &plan;
	FileSink &sink;
	const int64_t now_ms;
	const bool uses_vectors;
	const bool inlines_vectors;
	const bool has_change_feed;
	//! Vectors that go into a file, until all are known.
	DeletionVectorFileContent vector_file;
	std::atomic<uint64_t> copied_rows {0};
	std::atomic<uint64_t> updated_rows {0};
	struct FileCounts {
		bool kept_rows = false;
		uint64_t removed_files = 0;
		uint64_t added_vectors = 0;
		uint64_t replaced_vectors = 0;
	};
	FileCounts counts;
};

} // namespace merganser
