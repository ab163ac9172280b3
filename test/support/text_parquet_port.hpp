#pragma once

#include "log/parquet_port.hpp"
#include "protocol/actions.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

//! A ParquetPort without Parquet, for tests: a checkpoint is a line of magic, then one line of JSON a row. Gives small
//! batches from two threads. Thread-safe.
class TextParquetPort : public ParquetPort {
public:
	static constexpr const char *MAGIC = "TEXT-CHECKPOINT\n";

	//! The content of a checkpoint (or sidecar) with these actions.
	static std::string Encode(const std::vector<Action> &actions);

	std::vector<uint64_t> CountRows(ObjectStore &store, const std::vector<std::string> &files) override;

	void ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
	                    const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) override;

	PutOutcome WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
	                           uint64_t &size_bytes) override;

	size_t WriterThreads() const override {
		return writer_threads;
	}

	size_t writer_threads = 1;
	uint64_t rows_per_batch = 7;
	std::atomic<uint64_t> read_count {0};
	std::atomic<uint64_t> stats_read_count {0};

private:
	static std::string Load(ObjectStore &store, const std::string &file);

	static AddFile FileOf(const CheckpointRows &rows, uint32_t row, const CheckpointRows::AddExtras *extras);

	static void AddRow(CheckpointRows &rows, const AddFile &file, const CheckpointReadRequest &request);

	void GiveBatch(const std::vector<Action> &actions, std::pair<uint32_t, uint64_t> batch,
	               const CheckpointReadRequest &request, const std::function<void(CheckpointRows &)> &consume) const;
};

} // namespace merganser
