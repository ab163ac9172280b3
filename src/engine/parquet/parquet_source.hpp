#pragma once

#include "engine/port/parquet_thrift.hpp"
#include "store/object_store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace merganser {

//! A top-level column in the schema of a Parquet file: its leaves are column chunks [first_leaf, first_leaf +
//! leaf_count) of each row group.
struct ParquetColumn {
	std::string name;
	//! Its first element in the schema.
	size_t element = 0;
	size_t first_leaf = 0;
	size_t leaf_count = 0;
	//! One leaf with one entry a row.
	bool is_flat = false;
	//! Its schema elements as bytes, depth first: equal where the same values are written the same way.
	std::string schema;
};

//! Writers annotate the same type in more or fewer words; what is the same after this holds the same values.
duckdb_parquet::SchemaElement WithoutRedundancy(duckdb_parquet::SchemaElement element);

//! The top-level columns in the order of the file. Throws CORRUPT for a schema that is no tree.
std::vector<ParquetColumn> TopLevelColumns(const duckdb_parquet::FileMetaData &footer);

//! A column chunk as bytes, with what a footer says of it.
struct ChunkPiece {
	duckdb_parquet::ColumnChunk chunk;
	std::string bytes;
	//! With its header; empty where there is none.
	std::string bloom_filter;
};

//! nullptr where there is none: a name that stands twice names nothing.
const ParquetColumn *FindColumn(const std::vector<ParquetColumn> &columns, const std::string &name);
size_t LeafCount(const std::vector<ParquetColumn> &columns);

//! A data file whose column chunks are taken as bytes. Checked at open: all chunks lie in the file. Immutable; its
//! methods are thread-safe.
class ParquetSource {
public:
	//! A file of at most `held_bytes_max` is read whole, in one request. Throws CORRUPT, IO, NOT_FOUND; UNSUPPORTED
	//! where chunks cannot be copied (encrypted, chunks in other files).
	ParquetSource(ObjectStore &store, const std::string &path, uint64_t size_bytes, uint64_t held_bytes_max = 0);

	const duckdb_parquet::FileMetaData &Footer() const {
		return footer;
	}
	const std::vector<ParquetColumn> &Columns() const {
		return columns;
	}
	const std::string &Path() const {
		return path;
	}

	//! The bytes of the leaves' chunks, by leaf. Neighbours are read in one request.
	std::map<size_t, std::string> ReadChunks(size_t row_group, const std::vector<size_t> &leaves) const;
	//! The leaves' chunks with their bloom filters, in the order of `leaves`; all of a row group.
	std::vector<ChunkPiece> ReadPieces(size_t row_group, const std::vector<size_t> &leaves) const;
	std::vector<ChunkPiece> ReadRowGroup(size_t row_group) const;
	//! Of all chunks of a row group.
	uint64_t RowGroupBytes(size_t row_group) const;
	//! The same of the chunks' bloom filters with their headers; without those that do not say how long they are.
	std::map<size_t, std::string> ReadBloomFilters(size_t row_group, const std::vector<size_t> &leaves) const;

private:
	void CheckRowGroup(duckdb_parquet::RowGroup &row_group, size_t leaf_count) const;
	std::string Read(uint64_t begin, uint64_t length) const;
	struct LeafRange;
	std::map<size_t, std::string> ReadRanges(std::vector<LeafRange> ranges) const;

	ObjectStore &store;
	std::string path;
	//! The whole file, or nothing.
	std::string held;
	uint64_t footer_start = 0;
	duckdb_parquet::FileMetaData footer;
	std::vector<ParquetColumn> columns;
};

//! Where a chunk's pages begin.
uint64_t ChunkStart(const duckdb_parquet::ColumnMetaData &chunk);

} // namespace merganser
