#pragma once

#include "log/file_columns.hpp"
#include "log/file_list.hpp"
#include "log/parquet_port.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

//! Gathers the rows of a checkpoint into FileColumns, in the checkpoint's order: batch row = first row of the file +
//! row in the file. Consume may be called by several threads at once.
class CheckpointColumns {
public:
	//! `source` begins error messages; `row_counts` are those of each file. Throws UNSUPPORTED when rows cannot be
	//! numbered with 32 bits.
	CheckpointColumns(std::string source_p, const std::vector<uint64_t> &row_counts);

	void Consume(CheckpointRows &rows);

	//! Call once after the last Consume. Throws CORRUPT when rows are missing.
	std::shared_ptr<const FileColumns> Finish();
	const std::vector<uint64_t> &FirstRows() const {
		return first_rows;
	}
	//! After Finish: rows that are no data files; nullptr when all are.
	std::shared_ptr<RowMask> DeadRows() const;
	uint64_t LiveCount() const {
		return live_count;
	}
	uint64_t LiveBytes() const {
		return live_bytes;
	}
	//! Every other action, in no order.
	std::vector<Action> others;

private:
	void ConsumePaths(const CheckpointRows &rows, uint32_t first, uint64_t &file_count, uint64_t &bytes);
	void ConsumePartitions(const CheckpointRows &rows, uint32_t first);
	void ConsumeExtras(const CheckpointRows &rows, uint32_t first);

	const std::string source;
	std::vector<uint64_t> first_rows;
	std::shared_ptr<FileColumns> columns;
	//! A byte a row, so that threads do not share what they write.
	std::vector<uint8_t> is_add;
	std::mutex lock;
	uint64_t row_count = 0;
	uint64_t live_count = 0;
	uint64_t live_bytes = 0;
};

} // namespace merganser
