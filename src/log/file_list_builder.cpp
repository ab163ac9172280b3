#include "log/file_list_builder.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <limits>

namespace merganser {

namespace {

//! Smaller batches are not worth moving their live files out.
constexpr uint32_t SPARSE_BATCH_ROWS_MIN = 1024;

//! Fills a CommitBatch row by row.
class CommitFilesWriter {
public:
	explicit CommitFilesWriter(uint32_t count)
	    : files(std::make_shared<CommitFiles>()), arena(std::make_shared<ByteArena>()) {
		files->columns = std::make_shared<FileColumns>(count);
		files->stats.resize(count);
	}

	void Add(const AddFile &file, int64_t version) {
		AddTexts(file.path, file.stats ? std::string_view(*file.stats) : std::string_view(), version);
		auto &columns = *files->columns;
		columns.SetExtras(row, file);
		for (auto &[key, value] : file.partition_values) {
			auto &column = columns.Partition(key);
			column.codes[row] = value ? column.Intern(*value) : 0;
		}
		row++;
	}

	void Copy(const CommitBatch &batch, uint32_t source_row) {
		auto &source = batch.Columns();
		auto &columns = *files->columns;
		AddTexts(source.Path(source_row), batch.StatisticsText(source_row), batch.CommitVersion(source_row));
		auto file = source.ToAddFile(source_row);
		columns.SetExtras(row, file);
		for (auto &[key, column] : source.partitions) {
			auto &value = column.dictionary[column.codes[source_row]];
			auto &target = columns.Partition(key);
			target.codes[row] = value ? target.Intern(*value) : 0;
		}
		row++;
	}

	std::shared_ptr<const CommitFiles> Finish() {
		files->columns->arenas.push_back(arena);
		files->columns->Seal();
		return files;
	}

private:
	void AddTexts(std::string_view path, std::string_view stats, int64_t version) {
		files->columns->SetPath(row, arena->Add(path));
		if (stats.data()) {
			files->stats[row] = arena->Add(stats);
		}
		if (files->versions.empty() || files->versions.back().second != version) {
			files->versions.emplace_back(row, version);
		}
	}

	std::shared_ptr<CommitFiles> files;
	std::shared_ptr<ByteArena> arena;
	uint32_t row = 0;
};

const StoredBatch *AsStored(const FileBatch &batch) {
	return dynamic_cast<const StoredBatch *>(&batch);
}

const CommitBatch *AsCommitBatch(const FileBatch &batch) {
	return dynamic_cast<const CommitBatch *>(&batch);
}

//! Rows with a key of the set, dead ones too.
std::vector<uint32_t> FindRows(const FileBatch &batch, const FileKeySet &keys) {
	std::vector<uint32_t> rows;
	auto stored = AsStored(batch);
	const uint32_t *hashes = stored ? stored->Columns().paths.hash.data() : nullptr;
	for (uint32_t row = 0; row < batch.Count(); row++) {
		const bool maybe = keys.MayContain(hashes ? hashes[row] : PathHash(batch.Path(row)));
		if (maybe && keys.Contains(batch.Path(row), batch.DeletionVector(row))) {
			rows.push_back(row);
		}
	}
	return rows;
}

} // namespace

std::shared_ptr<const CommitBatch> MakeCommitBatch(const std::vector<CommittedFile> &files,
                                                   TableConfigurationPtr configuration) {
	if (files.size() >= std::numeric_limits<uint32_t>::max()) {
		throw Error(ErrorKind::UNSUPPORTED,
		            "table " + configuration->TableName() + " has more files than Merganser can hold");
	}
	CommitFilesWriter writer(uint32_t(files.size()));
	for (auto &committed : files) {
		writer.Add(committed.file, committed.version);
	}
	return std::make_shared<CommitBatch>(writer.Finish(), std::move(configuration));
}

FileListBuilder::FileListBuilder(FileList base) : list(std::move(base)) {
}

void FileListBuilder::Remove(const FileKeySet &keys) {
	if (keys.IsEmpty()) {
		return;
	}
	for (size_t i = 0; i < list.batches.size(); i++) {
		auto &batch = *list.batches[i];
		std::shared_ptr<RowMask> mask;
		for (auto row : FindRows(batch, keys)) {
			if (list.dead[i] && list.dead[i]->Test(row)) {
				continue;
			}
			if (!mask) {
				mask =
				    list.dead[i] ? std::make_shared<RowMask>(*list.dead[i]) : std::make_shared<RowMask>(batch.Count());
				list.dead[i] = mask;
			}
			mask->Set(row);
			list.live_count--;
			list.live_bytes -= batch.SizeBytes(row);
		}
	}
}

void FileListBuilder::Append(std::shared_ptr<const FileBatch> batch, std::shared_ptr<const RowMask> dead_rows,
                             uint64_t live_rows, uint64_t live_bytes) {
	list.Append(std::move(batch), std::move(dead_rows), live_rows, live_bytes);
}

void FileListBuilder::Rebind(const TableConfigurationPtr &configuration) {
	for (auto &batch : list.batches) {
		if (auto stored = AsStored(*batch)) {
			batch = stored->Rebind(configuration);
		}
	}
}

uint32_t FileListBuilder::LiveRows(size_t index) const {
	return list.batches[index]->Count() - (list.dead[index] ? list.dead[index]->CountSet() : 0);
}

void FileListBuilder::MergeBatches(size_t begin, size_t end, const TableConfigurationPtr &configuration) {
	uint32_t count = 0;
	for (size_t i = begin; i < end; i++) {
		count += LiveRows(i);
	}
	CommitFilesWriter writer(count);
	for (size_t i = begin; i < end; i++) {
		auto &batch = *AsCommitBatch(*list.batches[i]);
		for (uint32_t row = 0; row < batch.Count(); row++) {
			if (!list.dead[i] || !list.dead[i]->Test(row)) {
				writer.Copy(batch, row);
			}
		}
	}
	list.batches[begin] = std::make_shared<CommitBatch>(writer.Finish(), configuration);
	list.dead[begin] = nullptr;
	list.batches.erase(list.batches.begin() + ptrdiff_t(begin) + 1, list.batches.begin() + ptrdiff_t(end));
	list.dead.erase(list.dead.begin() + ptrdiff_t(begin) + 1, list.dead.begin() + ptrdiff_t(end));
}

void FileListBuilder::Compact(const TableConfigurationPtr &configuration) {
	for (size_t i = list.batches.size(); i-- > 0;) {
		const uint32_t live = LiveRows(i);
		if (live == 0) {
			list.batches.erase(list.batches.begin() + ptrdiff_t(i));
			list.dead.erase(list.dead.begin() + ptrdiff_t(i));
		} else if (list.dead[i] && list.batches[i]->Count() >= SPARSE_BATCH_ROWS_MIN &&
		           live < list.batches[i]->Count() / 2 && AsCommitBatch(*list.batches[i])) {
			MergeBatches(i, i + 1, configuration);
		}
	}
	// As a binary counter: a batch is merged with its elder once it is not much smaller.
	size_t begin = list.batches.size();
	uint64_t gathered = 0;
	while (begin > 0 && AsCommitBatch(*list.batches[begin - 1])) {
		const uint64_t elder = LiveRows(begin - 1);
		if (gathered > 0 && elder > 2 * gathered) {
			break;
		}
		gathered += elder;
		begin--;
	}
	if (begin + 1 < list.batches.size()) {
		MergeBatches(begin, list.batches.size(), configuration);
	}
}

FileList FileListBuilder::Take() {
	return std::move(list);
}

} // namespace merganser
