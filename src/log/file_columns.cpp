#include "log/file_columns.hpp"

#include "base/assert.hpp"
#include "log/file_key.hpp"

#include <algorithm>

namespace merganser {

namespace {

template <class T>
const T *FindSparse(const FileColumns::SparseColumn<T> &column, uint32_t row) {
	if (column.empty()) {
		return nullptr;
	}
	auto found = std::lower_bound(column.begin(), column.end(), row,
	                              [](auto &entry, uint32_t wanted) { return entry.first < wanted; });
	return found != column.end() && found->first == row ? &found->second : nullptr;
}

template <class T>
void SortSparse(FileColumns::SparseColumn<T> &column) {
	auto before = [](auto &left, auto &right) {
		return left.first < right.first;
	};
	if (!std::is_sorted(column.begin(), column.end(), before)) {
		std::sort(column.begin(), column.end(), before);
	}
	column.shrink_to_fit();
}

void SetOptional(std::vector<int64_t> &column, uint32_t count, uint32_t row, int64_t value) {
	if (column.empty()) {
		column.assign(count, FileColumns::NONE);
	}
	column[row] = value;
}

std::optional<int64_t> GetOptional(const std::vector<int64_t> &column, uint32_t row) {
	return column.empty() || column[row] == FileColumns::NONE ? std::nullopt : std::optional(column[row]);
}

} // namespace

uint32_t CodedColumn::Intern(std::string_view value) {
	auto [found, is_new] = code_of.try_emplace(std::string(value), uint32_t(dictionary.size()));
	if (is_new) {
		dictionary.emplace_back(std::string(value));
	}
	return found->second;
}

uint64_t CodedColumn::MemoryBytes() const {
	uint64_t bytes = codes.capacity() * sizeof(uint32_t) + dictionary.capacity() * sizeof(dictionary[0]);
	for (auto &value : dictionary) {
		bytes += value && value->size() > 15 ? value->capacity() : 0;
	}
	return bytes;
}

FileColumns::FileColumns(uint32_t count_p) : count(count_p), size(count_p), modification_time(count_p) {
	paths.data.resize(count);
	paths.length.resize(count);
	paths.hash.resize(count);
}

const DeletionVectorDescriptor *FileColumns::DeletionVector(uint32_t row) const {
	return FindSparse(deletion_vectors, row);
}

CodedColumn &FileColumns::Partition(std::string_view key) {
	for (auto &[name, column] : partitions) {
		if (name == key) {
			return column;
		}
	}
	return partitions.emplace_back(std::string(key), CodedColumn(count)).second;
}

void FileColumns::SetPath(uint32_t row, std::string_view path) {
	paths.data[row] = path.data();
	paths.length[row] = uint32_t(path.size());
	paths.hash[row] = PathHash(path);
}

void FileColumns::SetExtras(uint32_t row, const AddFile &file) {
	size[row] = file.size;
	modification_time[row] = file.modification_time;
	if (file.deletion_vector) {
		deletion_vectors.emplace_back(row, *file.deletion_vector);
	}
	if (file.tags) {
		tags.emplace_back(row, *file.tags);
	}
	if (file.base_row_id) {
		SetBaseRowId(row, *file.base_row_id);
	}
	if (file.default_row_commit_version) {
		SetDefaultRowCommitVersion(row, *file.default_row_commit_version);
	}
	if (file.clustering_provider) {
		SetClusteringProvider(row, *file.clustering_provider);
	}
}

void FileColumns::SetBaseRowId(uint32_t row, int64_t value) {
	SetOptional(base_row_id, count, row, value);
}

void FileColumns::SetDefaultRowCommitVersion(uint32_t row, int64_t value) {
	SetOptional(default_row_commit_version, count, row, value);
}

void FileColumns::SetClusteringProvider(uint32_t row, std::string_view value) {
	if (clustering_provider.codes.empty()) {
		clustering_provider.codes.resize(count);
	}
	clustering_provider.codes[row] = clustering_provider.Intern(value);
}

void FileColumns::Seal() {
	SortSparse(deletion_vectors);
	SortSparse(tags);
	for (auto &entry : partitions) {
		entry.second.Seal();
	}
	clustering_provider.Seal();
}

AddFile FileColumns::ToAddFile(uint32_t row) const {
	AddFile file;
	file.path = std::string(Path(row));
	file.size = size[row];
	file.modification_time = modification_time[row];
	for (auto &[key, column] : partitions) {
		file.partition_values[key] = column.dictionary[column.codes[row]];
	}
	if (auto vector = DeletionVector(row)) {
		file.deletion_vector = *vector;
	}
	if (auto found = FindSparse(tags, row)) {
		file.tags = *found;
	}
	file.base_row_id = GetOptional(base_row_id, row);
	file.default_row_commit_version = GetOptional(default_row_commit_version, row);
	if (!clustering_provider.codes.empty()) {
		file.clustering_provider = clustering_provider.dictionary[clustering_provider.codes[row]];
	}
	return file;
}

uint64_t FileColumns::MemoryBytes() const {
	uint64_t bytes = sizeof(FileColumns) + paths.data.capacity() * sizeof(const char *);
	bytes += (paths.length.capacity() + paths.hash.capacity()) * sizeof(uint32_t);
	bytes += (size.capacity() + modification_time.capacity() + base_row_id.capacity() +
	          default_row_commit_version.capacity()) *
	         sizeof(int64_t);
	for (auto &entry : partitions) {
		bytes += entry.second.MemoryBytes();
	}
	// A z85 path of 20 characters is on the heap.
	bytes += deletion_vectors.capacity() * (sizeof(deletion_vectors[0]) + 32);
	bytes += tags.capacity() * (sizeof(tags[0]) + 160);
	bytes += clustering_provider.MemoryBytes();
	for (auto &arena : arenas) {
		bytes += arena->MemoryBytes();
	}
	return bytes;
}

} // namespace merganser
