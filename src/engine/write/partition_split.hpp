#pragma once

#include "duckdb.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/common/types/column/partitioned_column_data.hpp"
#include "protocol/actions.hpp"
#include "protocol/schema.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace merganser {

//! Which partitions a statement writes, numbered as they are met. Thread-safe.
class PartitionRegistry {
public:
	struct Entry {
		size_t number = 0;
		//! By physical column name, as in the log.
		PartitionValues values;
		//! `a=1/b=x`, Hive-escaped.
		std::string folder;
	};
	//! `fields`: the partition columns in the order of the folders.
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

//! Rows of one thread, split by partition. Rows keep their order inside a partition when `keep_order` is set.
class PartitionSplit : public duckdb::PartitionedColumnData {
public:
	//! `types`: of the rows without partition columns.
	PartitionSplit(duckdb::ClientContext &context, const duckdb::vector<duckdb::LogicalType> &types,
	               PartitionRegistry &registry, bool keep_order);

	//! `keys`: the partition columns of the same rows.
	void AppendRows(duckdb::DataChunk &keys, duckdb::DataChunk &rows);
	idx_t RowCount() const {
		return row_count;
	}
	//! Memory of all rows together.
	uint64_t ByteCount() const {
		return allocators->allocators.front()->AllocationSize();
	}
	//! Calls visit(partition number, rows) for every partition with rows. Ends the split.
	template <class VISITOR>
	void Take(VISITOR &&visit) {
		FlushAppendState(append_state);
		for (size_t i = 0; i < global_numbers.size(); i++) {
			if (partitions[i] && partitions[i]->Count() > 0) {
				visit(global_numbers[i], std::move(partitions[i]));
			}
		}
	}

protected:
	idx_t BufferSize() const override {
		return keep_order ? 1 : 128;
	}
	void ComputePartitionIndices(duckdb::PartitionedColumnDataAppendState &state, duckdb::DataChunk &rows) override;

private:
	idx_t LocalNumber(idx_t row, const std::string &key);

	PartitionRegistry &registry;
	bool keep_order;
	duckdb::PartitionedColumnDataAppendState append_state;
	duckdb::DataChunk *current_keys = nullptr;
	std::unordered_map<std::string, idx_t> local_numbers;
	std::vector<size_t> global_numbers;
	idx_t row_count = 0;
};

} // namespace merganser
