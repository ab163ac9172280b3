#pragma once

#include "log/file_columns.hpp"
#include "log/parquet_port.hpp"
#include "log/statistics_columns.hpp"
#include "protocol/table_configuration.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace merganser {

//! A batch whose files are in FileColumns, seen through one table configuration: which partition columns and leaves
//! there are.
class StoredBatch : public FileBatch {
public:
	uint32_t Count() const override;
	std::string_view Path(uint32_t row) const override;
	uint64_t SizeBytes(uint32_t row) const override;
	int64_t ModificationTime(uint32_t row) const override;
	const DeletionVectorDescriptor *DeletionVector(uint32_t row) const override;
	uint32_t PartitionCode(size_t column, uint32_t row) const override;
	const std::vector<std::optional<std::string>> &PartitionDictionary(size_t column) const override;
	std::shared_ptr<const StatisticsTable> Statistics(const std::vector<size_t> &leaves) const override;
	AddFile ToAddFile(uint32_t row) const override;
	uint64_t MemoryBytes() const override;

	const FileColumns &Columns() const {
		return *columns;
	}
	//! The same files under another configuration of the table; columns and statistics that still fit are shared.
	virtual std::shared_ptr<const StoredBatch> Rebind(TableConfigurationPtr other) const = 0;

protected:
	StoredBatch(FileColumnsPtr columns_p, TableConfigurationPtr configuration_p);
	//! Reads the wanted statistics of all rows.
	virtual void FillStatistics(StatisticsColumns &target) const = 0;
	void CopyStatistics(const StoredBatch &other);

	const FileColumnsPtr columns;
	const TableConfigurationPtr configuration;

private:
	std::shared_ptr<const StatisticsTable> TryStatistics(const std::vector<size_t> &leaves) const;

	//! By partition column; nullptr when no file names it.
	std::vector<const CodedColumn *> partitions;
	//! One thread loads, others wait.
	mutable std::mutex load_lock;
	//! Guards the two below; never held for long.
	mutable std::mutex statistics_lock;
	mutable std::shared_ptr<const StatisticsTable> statistics;
	mutable uint64_t statistics_bytes = 0;
};

//! Files of commits: their statistics are held as text.
struct CommitFiles {
	std::shared_ptr<FileColumns> columns;
	//! data() == nullptr without statistics; bytes are in the columns' arenas.
	std::vector<std::string_view> stats;
	//! From this row on the files were added by that version, ascending in row.
	std::vector<std::pair<uint32_t, int64_t>> versions;
};

class CommitBatch : public StoredBatch {
public:
	CommitBatch(std::shared_ptr<const CommitFiles> files_p, TableConfigurationPtr configuration_p);
	int64_t CommitVersion(uint32_t row) const override;
	AddFile ToAddFile(uint32_t row) const override;
	uint64_t MemoryBytes() const override;
	std::shared_ptr<const StoredBatch> Rebind(TableConfigurationPtr other) const override;
	std::string_view StatisticsText(uint32_t row) const {
		return files->stats[row];
	}

protected:
	void FillStatistics(StatisticsColumns &target) const override;

private:
	const std::shared_ptr<const CommitFiles> files;
};

//! Where a checkpoint's rows came from, to read their statistics later.
struct CheckpointOrigin {
	std::shared_ptr<ObjectStore> store;
	ParquetPort *parquet = nullptr;
	std::vector<std::string> files;
	//! Batch row of each file's first row.
	std::vector<uint64_t> first_rows;
};

class CheckpointBatch : public StoredBatch {
public:
	CheckpointBatch(FileColumnsPtr columns_p, CheckpointOrigin origin_p, TableConfigurationPtr configuration_p);
	int64_t CommitVersion(uint32_t row) const override;
	std::shared_ptr<const StoredBatch> Rebind(TableConfigurationPtr other) const override;

protected:
	void FillStatistics(StatisticsColumns &target) const override;

private:
	const CheckpointOrigin origin;
};

} // namespace merganser
