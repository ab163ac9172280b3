#pragma once

#include "duckdb.hpp"
#include "engine/parquet/chunk_file.hpp"
#include "engine/parquet/chunk_writer.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/parquet_source.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! Column chunks of a row group that take the places of the source's.
struct NewChunks {
	//! In each of them.
	uint64_t row_count = 0;
	std::vector<std::unique_ptr<EncodedColumns>> encoded;
	//! Of columns that are one leaf, by name.
	std::map<std::string, ChunkPiece> leaves;
	//! By leaf of the source.
	std::map<size_t, PageChunk> pages;
};

//! True when the format's columns are in the source, written as the format writes them: type, nullability, names
//! within, field ids; annotations that mean the same count as the same. Formats are of one or more columns of the
//! table, in any order.
bool CanReplace(duckdb::ClientContext &context, const ParquetSource &source, const ParquetFormat &format);
//! True when the source has none of the format's columns: no name that differs from theirs at most in case, no field
//! id.
bool CanAdd(duckdb::ClientContext &context, const ParquetSource &source, const ParquetFormat &format);

//! A new Parquet file made from the row groups of another: what does not change is copied as bytes, with its
//! statistics and bloom filters; indexes of pages are left out. Row groups come in the order of the calls; one that is
//! never named is dropped. Memory: one row group. Not thread-safe; destroyed unfinished, it leaves nothing behind.
class ParquetSplice {
public:
	//! `source` and `store` must live as long as this.
	ParquetSplice(const ParquetSource &source, ObjectStore &store, const std::string &path);

	//! The new file has these columns too, behind the source's. Requires: CanAdd; no row group was written.
	void Add(duckdb::ClientContext &context, const ParquetFormat &format);
	//! Requires: row_group < row groups of the source; no added columns.
	void Copy(size_t row_group);
	//! Requires: CanReplace for each encoded column, or it was added; no leaf twice; every added column is there; as
	//! many rows as the row group has, in its order; any number of rows (one at least) where all leaves of the file are
	//! given.
	void Replace(size_t row_group, NewChunks chunks);

	//! Writes the footer and makes the file durable. Returns EXISTS when the name is taken.
	PutOutcome Finish();

	uint64_t SizeBytes() const {
		return file.SizeBytes();
	}
	uint64_t RowCount() const {
		return file.RowCount();
	}
	//! What has been written so far.
	const duckdb_parquet::FileMetaData &Footer() const {
		return file.Footer();
	}

private:
	//! Fills the pieces of these leaves with the source's.
	void PlaceCopied(size_t row_group, const std::vector<size_t> &leaves, std::vector<ChunkPiece> &pieces);
	void CompleteCopied(std::vector<ChunkPiece> &pieces) const;
	void PlaceEncoded(EncodedColumns &encoded, std::vector<ChunkPiece> &pieces);
	void PlaceLeaves(std::map<std::string, ChunkPiece> leaves, std::vector<ChunkPiece> &pieces);
	void PlacePages(size_t row_group, std::map<size_t, PageChunk> chunks, std::vector<ChunkPiece> &pieces);
	const ParquetSource &source;
	ChunkFile file;
};

} // namespace merganser
