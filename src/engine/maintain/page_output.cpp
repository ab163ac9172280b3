#include "engine/maintain/page_output.hpp"

#include "engine/write/footer_bounds.hpp"

#include <utility>

namespace merganser {

struct PageOutput::OpenFile {
	OpenFile(FileWriting &writing, const std::string &folder)
	    : name(writing.context, writing.transaction, writing.spec, folder, writing.next_file_number++),
	      chunks(*writing.spec.location.store, name.FullPath(writing.spec), writing.encoder.Form().footer) {
	}

	NewDataFile name;
	ChunkFile chunks;
};

PageOutput::PageOutput(FileWriting &writing_p, PartitionValues values_p, std::string folder_p)
    : writing(writing_p), values(std::move(values_p)), folder(std::move(folder_p)) {
}

PageOutput::~PageOutput() = default;

void PageOutput::WriteRowGroup(uint64_t row_count, std::vector<ChunkPiece> pieces) {
	duckdb_parquet::RowGroup row_group;
	row_group.__set_num_rows(static_cast<int64_t>(row_count));
	std::lock_guard<std::mutex> guard(lock);
	if (!current) {
		current = std::make_unique<OpenFile>(writing, folder);
	}
	current->chunks.WriteRowGroup(std::move(row_group), std::move(pieces));
	if (current->chunks.SizeBytes() >= writing.spec.target_file_size_bytes) {
		Close();
	}
}

void PageOutput::Finish() {
	if (current) {
		Close();
	}
}

void PageOutput::Close() {
	const auto file = std::exchange(current, nullptr);
	const auto outcome = file->chunks.Finish();
	auto added = file->name.Finished(writing.context, writing.spec, outcome, file->chunks.SizeBytes());
	added.partition_values = values;
	const auto &configuration = writing.spec.Table();
	added.stats = WriteStatistics(StatisticsOfFooter(configuration, file->chunks.Footer()), configuration.DataLeaves());
	writing.AddFinished(std::move(added), file->chunks.RowCount());
}

} // namespace merganser
