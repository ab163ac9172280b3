#pragma once

#include "log/file_list.hpp"
#include "protocol/table_configuration.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! A batch made of AddFiles, held in columns as the log room holds it.
class FakeBatch : public FileBatch {
public:
	FakeBatch(std::vector<AddFile> files, TableConfigurationPtr configuration);

	uint32_t Count() const override {
		return uint32_t(files.size());
	}
	std::string_view Path(uint32_t row) const override {
		return files[row].path;
	}
	uint64_t SizeBytes(uint32_t row) const override {
		return uint64_t(files[row].size);
	}
	int64_t ModificationTime(uint32_t row) const override {
		return files[row].modification_time;
	}
	const DeletionVectorDescriptor *DeletionVector(uint32_t) const override {
		return nullptr;
	}
	int64_t CommitVersion(uint32_t) const override {
		return -1;
	}
	uint32_t PartitionCode(size_t column, uint32_t row) const override {
		return codes[column][row];
	}
	const std::vector<std::optional<std::string>> &PartitionDictionary(size_t column) const override {
		return dictionaries[column];
	}
	std::shared_ptr<const StatisticsTable> Statistics(const std::vector<size_t> &leaves) const override;
	AddFile ToAddFile(uint32_t row) const override {
		return files[row];
	}
	uint64_t MemoryBytes() const override {
		return 0;
	}

	//! Leaves that were asked for, in order of the calls.
	mutable std::vector<size_t> loaded_leaves;

private:
	std::vector<AddFile> files;
	TableConfigurationPtr configuration;
	std::vector<std::vector<std::optional<std::string>>> dictionaries;
	std::vector<std::vector<uint32_t>> codes;
	std::vector<FileStatistics> parsed;
};

struct FixtureColumn {
	std::string name;
	DataTypePtr type;
};

TableConfigurationPtr MakeConfiguration(const std::vector<FixtureColumn> &columns,
                                        std::vector<std::string> partition_columns = {});
FileList MakeList(const std::shared_ptr<const FileBatch> &batch, std::shared_ptr<const RowMask> dead = nullptr);
//! A file with these statistics (JSON; empty: none) and partition values.
AddFile MakeFile(std::string path, std::string stats, PartitionValues partition_values = {});

} // namespace merganser
