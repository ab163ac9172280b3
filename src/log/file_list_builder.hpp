#pragma once

#include "log/file_key.hpp"
#include "log/file_list.hpp"
#include "log/stored_batch.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace merganser {

//! A data file that a commit added. The version is -1 where it is not known.
struct CommittedFile {
	AddFile file;
	int64_t version = -1;
};

//! Columns of these files. Their statistics stay text.
std::shared_ptr<const CommitBatch> MakeCommitBatch(const std::vector<CommittedFile> &files,
                                                   TableConfigurationPtr configuration);

//! Makes the next version's list out of this one's. Batches are shared; masks are copied before they are changed.
class FileListBuilder {
public:
	explicit FileListBuilder(FileList base);

	//! Files whose key is among `keys` are no longer live. A scan over path hashes.
	void Remove(const FileKeySet &keys);
	void Append(std::shared_ptr<const FileBatch> batch, std::shared_ptr<const RowMask> dead_rows, uint64_t live_rows,
	            uint64_t live_bytes);
	//! Shows all batches through another configuration.
	void Rebind(const TableConfigurationPtr &configuration);
	//! Merges neighbouring commit batches of similar size and drops empty ones, so that n commits make O(log n) batches
	//! and each file is moved O(log n) times.
	void Compact(const TableConfigurationPtr &configuration);
	FileList Take();

private:
	uint32_t LiveRows(size_t index) const;
	//! The live files of commit batches [begin, end) as one batch in their place.
	void MergeBatches(size_t begin, size_t end, const TableConfigurationPtr &configuration);

	FileList list;
};

} // namespace merganser
