#pragma once

#include "log/parquet_port.hpp"

namespace merganser {

//! A checkpoint "Parquet" of JSON lines, kept in the store itself: what the log room asks of Parquet, without Parquet.
class MemoryParquet : public ParquetPort {
public:
	std::vector<uint64_t> CountRows(ObjectStore &store, const std::vector<std::string> &files) override;
	void ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
	                    const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) override;
	PutOutcome WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
	                           uint64_t &size_bytes) override;
};

} // namespace merganser
