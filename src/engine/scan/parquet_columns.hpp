#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace duckdb {
class ParquetReader;
struct ParquetColumnSchema;
} // namespace duckdb

namespace merganser {

//! A node of a Parquet reader's own schema: the type under which its values are decoded. Parquet's headers bring names
//! that clash with DuckDB's; they are seen in one file only.
class ParquetNode {
public:
	static ParquetNode Root(duckdb::ParquetReader &reader);
	ParquetNode Child(size_t index) const;
	void SetType(const duckdb::LogicalType &type) const;

private:
	explicit ParquetNode(duckdb::ParquetColumnSchema &schema) : schema(schema) {
	}
	duckdb::ParquetColumnSchema &schema;
};

//! Requires: `reader` is a Parquet reader.
duckdb::ParquetReader &AsParquetReader(duckdb::BaseFileReader &reader);
duckdb::vector<duckdb::MultiFileColumnDefinition> &ParquetColumns(duckdb::ParquetReader &reader);

//! The column with the identifier; nullptr where there is none. A NULL is nobody's.
const duckdb::MultiFileColumnDefinition *FindByNumber(const duckdb::BaseFileReader &reader,
                                                      const duckdb::Value &number);
//! First positions of the file's row groups but the first one.
std::vector<uint64_t> RowGroupStarts(const duckdb::ParquetReader &reader);
//! Encoded bytes of the file's top-level columns, by name.
std::map<std::string, uint64_t> ColumnBytes(const duckdb::ParquetReader &reader);

//! A reader that takes a struct of `metadata` and `value` bytes for a VARIANT, as Spark wrote them before Parquet had a
//! VARIANT annotation. A shredded value in that form throws NotImplementedException.
duckdb::shared_ptr<duckdb::BaseFileReader> OpenLegacyVariants(duckdb::ClientContext &context,
                                                              const duckdb::OpenFileInfo &file);

} // namespace merganser
