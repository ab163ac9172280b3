#pragma once

#include "parquet_types.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace merganser {

constexpr std::string_view PARQUET_MAGIC = "PAR1";
//! The footer's length and the magic.
constexpr size_t PARQUET_ENDING_BYTES = sizeof(uint32_t) + PARQUET_MAGIC.size();

//! Throws the exceptions of thrift where the bytes are no footer.
duckdb_parquet::FileMetaData ReadParquetFooter(std::string_view bytes);
//! Appends the footer, its length and the magic.
void AppendParquetFooter(const duckdb_parquet::FileMetaData &footer, std::string &target);
//! What the end of a file says of its footer's length. Throws CORRUPT.
uint32_t ParquetFooterBytes(std::string_view tail);

//! Takes the header of a page from the front of the bytes. Throws CORRUPT.
duckdb_parquet::PageHeader TakePageHeader(std::string_view &bytes);
void AppendPageHeader(const duckdb_parquet::PageHeader &header, std::string &target);
void AppendBloomFilterHeader(const duckdb_parquet::BloomFilterHeader &header, std::string &target);

//! Equal exactly when the elements are.
std::string SchemaElementBytes(const duckdb_parquet::SchemaElement &element);

//! In the form `<name> version <version> (build <build>)`, which readers parse to know of a writer's bugs.
std::string OurCreatedBy();

//! Number of data pages by their kind.
using PageCounts = std::map<std::pair<duckdb_parquet::PageType::type, duckdb_parquet::Encoding::type>, int32_t>;
//! What the footer says of a chunk's pages: their counts, and each encoding once, that of the levels too.
void SetPageCounts(duckdb_parquet::ColumnMetaData &column, bool has_dictionary, const PageCounts &data_pages);

//! DuckDB lists the encoding of each data page, one entry a page, and writes no other pages than those and the
//! dictionary; the format wants a set here and the counts apart. Requires: the chunk is of DuckDB's writer.
void CompleteEncodings(duckdb_parquet::ColumnMetaData &column);

} // namespace merganser
