#pragma once

#include "log/byte_arena.hpp"
#include "protocol/actions.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace merganser {

//! Strings of one column as codes into a dictionary. Code 0 is NULL (also for rows that do not name the column).
class CodedColumn {
public:
	explicit CodedColumn(uint32_t count) : codes(count) {
	}
	uint32_t Intern(std::string_view value);
	uint64_t MemoryBytes() const;
	//! No more values will come.
	void Seal() {
		code_of.clear();
	}

	std::vector<uint32_t> codes;
	std::vector<std::optional<std::string>> dictionary = {std::nullopt};

private:
	std::unordered_map<std::string, uint32_t> code_of;
};

//! Paths in 16 bytes a row besides their own, which are in arenas.
struct PathColumn {
	std::vector<const char *> data;
	std::vector<uint32_t> length;
	//! PathHash.
	std::vector<uint32_t> hash;
};

//! The data files of a batch in columns, without statistics. Filled once, then immutable and shared.
struct FileColumns {
	static constexpr int64_t NONE = std::numeric_limits<int64_t>::min();
	template <class T>
	using SparseColumn = std::vector<std::pair<uint32_t, T>>;

	uint32_t count = 0;
	PathColumn paths;
	std::vector<int64_t> size;
	std::vector<int64_t> modification_time;
	//! By the key in partitionValues (the physical name of the column).
	//! A deque: columns stay where they are while others are added.
	std::deque<std::pair<std::string, CodedColumn>> partitions;
	//! By row.
	SparseColumn<DeletionVectorDescriptor> deletion_vectors;
	SparseColumn<StringMap> tags;
	//! Empty when no file has one; else NONE where a file has none.
	std::vector<int64_t> base_row_id;
	std::vector<int64_t> default_row_commit_version;
	//! No codes when no file has one.
	CodedColumn clustering_provider = CodedColumn(0);
	std::vector<std::shared_ptr<const ByteArena>> arenas;

	explicit FileColumns(uint32_t count_p);

	std::string_view Path(uint32_t row) const {
		return std::string_view(paths.data[row], paths.length[row]);
	}
	const DeletionVectorDescriptor *DeletionVector(uint32_t row) const;
	//! The column of that key, made when there is none.
	CodedColumn &Partition(std::string_view key);
	//! `path` must live in one of the arenas.
	void SetPath(uint32_t row, std::string_view path);
	//! Everything but path, partition values and statistics. Rows with deletion vectors or tags must come in order, or
	//! Seal sorts them.
	void SetExtras(uint32_t row, const AddFile &file);
	void SetBaseRowId(uint32_t row, int64_t value);
	void SetDefaultRowCommitVersion(uint32_t row, int64_t value);
	void SetClusteringProvider(uint32_t row, std::string_view value);
	//! Ends the filling.
	void Seal();
	//! Without statistics. Paths, partition values in the log's form.
	AddFile ToAddFile(uint32_t row) const;
	uint64_t MemoryBytes() const;
};
using FileColumnsPtr = std::shared_ptr<const FileColumns>;

} // namespace merganser
