#pragma once

#include "engine/maintain/page_output.hpp"
#include "engine/maintain/rewrite_job.hpp"
#include "engine/parquet/chunk_merge.hpp"
#include "engine/parquet/row_runs.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! An old file whose row groups are put together with others.
class PageSource {
public:
	struct Group {
		//! The first row's position in the file.
		uint64_t start = 0;
		uint64_t count = 0;
		//! Live rows.
		uint64_t kept = 0;
		//! Of its pages.
		uint64_t bytes = 0;
	};

	//! Reads the footer and the deletion vector. Throws for unreadable files, naming them.
	PageSource(const RewriteJob &job, FileRef file, uint64_t held_bytes_max);

	size_t RowGroupCount() const {
		return groups.size();
	}
	const Group &RowGroup(size_t group) const {
		return groups[group];
	}
	const std::string &Path() const {
		return source.Path();
	}
	//! Row groups with live rows.
	size_t LiveGroupCount() const;
	uint64_t FileIndex() const;
	//! The file's column that is this one as the table writes it today, in pages that can be read; nullptr where it has
	//! none.
	const ParquetColumn *Find(const ParquetColumn &column) const;
	//! The pages of the live rows. Requires: the column was found; the group has live rows.
	ChunkSource ReadChunk(size_t group, const ParquetColumn &column) const;
	void AddLiveRows(size_t group, DeletionVector &positions) const;

private:
	const FileRef file;
	ParquetSource source;
	std::shared_ptr<const DeletionVector> deleted;
	std::vector<Group> groups;
};

//! Row groups of old files on their way to one new one. For one thread.
class GroupPages {
public:
	GroupPages(FileWriting &writing, const RewriteJob &job);

	std::shared_ptr<const PageSource> Open(FileRef file, uint64_t held_bytes_max) const;
	void Add(std::shared_ptr<const PageSource> source, size_t group);
	uint64_t RowCount() const {
		return row_count;
	}
	uint64_t SizeBytes() const {
		return size_bytes;
	}
	//! Column chunks of all rows, in the order of the table's columns; afterwards it is empty. Requires: rows.
	std::vector<ChunkPiece> Take();

private:
	//! nullopt where a file does not hold the column as the table writes it, in pages that can be read.
	std::optional<ChunkPiece> MergePages(size_t column) const;
	std::shared_ptr<const ChosenRows> RowsToRead() const;
	//! Decodes these columns and encodes them anew.
	void Encode(const std::vector<size_t> &columns, std::vector<ChunkPiece> &pieces) const;
	ChunkPiece EncodeColumn(size_t column, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) const;

	struct Part {
		std::shared_ptr<const PageSource> source;
		size_t group = 0;
	};
	FileWriting &writing;
	const RewriteJob &job;
	const FileForm &form;
	std::vector<Part> parts;
	uint64_t row_count = 0;
	uint64_t size_bytes = 0;
};

} // namespace merganser
