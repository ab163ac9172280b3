#pragma once

#include "log/file_batch.hpp"
#include "protocol/table_configuration.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! One AddFile as a batch of one row, so that it is judged by the very code that prunes lists. Lives shorter than file
//! and configuration.
class SingleFileBatch : public FileBatch {
public:
	SingleFileBatch(const AddFile &file, const TableConfiguration &configuration);

	uint32_t Count() const override;
	std::string_view Path(uint32_t row) const override;
	uint64_t SizeBytes(uint32_t row) const override;
	int64_t ModificationTime(uint32_t row) const override;
	const DeletionVectorDescriptor *DeletionVector(uint32_t row) const override;
	int64_t CommitVersion(uint32_t row) const override;
	uint32_t PartitionCode(size_t column, uint32_t row) const override;
	const std::vector<std::optional<std::string>> &PartitionDictionary(size_t column) const override;
	std::shared_ptr<const StatisticsTable> Statistics(const std::vector<size_t> &leaves) const override;
	AddFile ToAddFile(uint32_t row) const override;
	uint64_t MemoryBytes() const override;

private:
	const AddFile &file;
	const TableConfiguration &configuration;
	//! By partition column; empty (no known code) when the file does not name the column.
	std::vector<std::vector<std::optional<std::string>>> dictionaries;
	//! Owns the texts that the statistics refer to.
	mutable FileStatistics parsed;
};

} // namespace merganser
