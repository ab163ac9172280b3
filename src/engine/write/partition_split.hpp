#pragma once

#include "duckdb.hpp"
#include "engine/write/row_slice.hpp"
#include "protocol/actions.hpp"
#include "protocol/table_configuration.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace merganser {

//! The partition columns in the order of the folders.
std::vector<StructField> PartitionFields(const TableConfiguration &configuration);
//! `a=1/b=x`, Hive-escaped; empty without partition columns. `values`: as in the log.
std::string PartitionFolderOf(const std::vector<StructField> &fields, const PartitionValues &values);

//! Which partitions a statement writes, numbered as they are met. Thread-safe.
class PartitionRegistry {
public:
	struct Entry {
		size_t number = 0;
		//! By physical column name, as in the log.
		PartitionValues values;
		//! See PartitionFolderOf.
		std::string folder;
	};
	//! `fields`: see PartitionFields.
	explicit PartitionRegistry(std::vector<StructField> fields);

	const std::vector<StructField> &Fields() const {
		return fields;
	}
	//! `key`: bytes that are equal for equal partition values; `values`: of one row.
	const Entry &Register(const std::string &key, const std::vector<duckdb::Value> &values);
	const Entry &Get(size_t number);

private:
	std::vector<StructField> fields;
	std::mutex lock;
	std::unordered_map<std::string, size_t> numbers;
	std::vector<std::unique_ptr<Entry>> entries;
};

//! Rows of one thread, split by partition. They wait in one chunk and leave it sorted by partition, those of partitions
//! with few rows as slices of one collection: what these cost does not depend on how many there are. Rows of a
//! partition keep their order. For one thread at a time.
class PartitionSplit {
public:
	//! `types`: of the rows without partition columns.
	PartitionSplit(duckdb::ClientContext &context, const duckdb::vector<duckdb::LogicalType> &types,
	               PartitionRegistry &registry);

	//! `keys`: the partition columns of the same rows.
	void AppendRows(duckdb::DataChunk &keys, duckdb::DataChunk &rows);
	idx_t RowCount() const {
		return partitions.size();
	}
	//! What the rows need in memory.
	uint64_t ByteCount() const {
		return byte_count;
	}
	//! The rows of one partition.
	struct Part {
		size_t partition = 0;
		RowSlice slice;
	};
	//! Hands all rows over, by number of the partition.
	std::vector<Part> Take();

private:
	void NumberRows(duckdb::DataChunk &keys);
	size_t Number(duckdb::DataChunk &keys, idx_t row, const std::string &key);
	void Reset();
	//! The numbers of the buffered rows, by partition; ends[partition]: where those of the partition end.
	duckdb::SelectionVector Sort(std::vector<idx_t> &ends) const;
	struct RowRange {
		idx_t start = 0;
		idx_t end = 0;
	};
	//! Calls append(rows) with a range of the sorted rows.
	template <class APPEND>
	void Copy(duckdb::SelectionVector &sorted, RowRange range, const APPEND &append);
	void Copy(duckdb::SelectionVector &sorted, RowRange range, CompactRows &target);

	duckdb::ClientContext &context;
	const duckdb::vector<duckdb::LogicalType> types;
	PartitionRegistry &registry;
	duckdb::DataChunk buffer;
	//! For so many rows the next buffer has room at once: as many as the last one had. What grows is copied.
	idx_t capacity = STANDARD_VECTOR_SIZE;
	//! Number of the partition of each row in the buffer.
	std::vector<uint32_t> partitions;
	uint64_t byte_count = 0;
	std::unordered_map<std::string, size_t> numbers;
};

} // namespace merganser
