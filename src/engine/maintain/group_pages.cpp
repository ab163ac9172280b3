#include "engine/maintain/group_pages.hpp"

#include "base/error.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/write/column_rows.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Names file and table.
template <class WORK>
auto NamingFile(const RewriteJob &job, const std::string &path, WORK &&work) {
	try {
		return work();
	} catch (const Error &error) {
		ThrowUnreadable(*job.snapshot, path, {}, error);
	}
}

ParquetSource OpenFile(const RewriteJob &job, FileRef file, uint64_t held_bytes_max) {
	const auto &batch = job.snapshot->files.BatchOf(file);
	const auto &location = job.snapshot->location;
	const auto path = location.ResolveFile(batch.ToAddFile(file.row).path);
	return NamingFile(job, path,
	                  [&] { return ParquetSource(*location.store, path, batch.SizeBytes(file.row), held_bytes_max); });
}

} // namespace

PageSource::PageSource(const RewriteJob &job, FileRef file_p, uint64_t held_bytes_max)
    : file(file_p), source(OpenFile(job, file, held_bytes_max)),
      deleted(DeletionVectorCache().Load(*job.snapshot, file)) {
	uint64_t start = 0;
	for (size_t number = 0; number < source.Footer().row_groups.size(); number++) {
		Group group;
		group.start = start;
		group.count = uint64_t(source.Footer().row_groups[number].num_rows);
		group.kept = group.count - (deleted ? deleted->CountInRange(start, group.count) : 0);
		group.bytes = source.RowGroupBytes(number);
		start += group.count;
		groups.push_back(group);
	}
}

size_t PageSource::LiveGroupCount() const {
	return size_t(std::count_if(groups.begin(), groups.end(), [](const Group &group) { return group.kept > 0; }));
}

uint64_t PageSource::FileIndex() const {
	return FileIndexOf(file);
}

const ParquetColumn *PageSource::Find(const ParquetColumn &column) const {
	const auto *found = FindColumn(source.Columns(), column.name);
	return found && found->schema == column.schema && CanFilter(source, *found) ? found : nullptr;
}

ChunkSource PageSource::ReadChunk(size_t group_number, const ParquetColumn &column) const {
	const auto &group = groups[group_number];
	const auto leaf = column.first_leaf;
	const auto &chunk = source.Footer().row_groups[group_number].columns[leaf];
	if (chunk.meta_data.num_values != int64_t(group.count)) {
		throw Error(ErrorKind::CORRUPT, "a column chunk has other rows than its row group");
	}
	auto bytes = std::move(source.ReadChunks(group_number, {leaf}).at(leaf));
	if (group.kept == group.count) {
		return {chunk, std::move(bytes)};
	}
	auto filtered =
	    FilterChunk(source.Footer().schema[column.element], chunk, bytes, KeptRuns(*deleted, group.start, group.count));
	return {std::move(filtered.chunk), std::move(filtered.bytes)};
}

void PageSource::AddLiveRows(size_t group_number, DeletionVector &positions) const {
	const auto &group = groups[group_number];
	for (uint64_t row = group.start; row < group.start + group.count; row++) {
		if (!deleted || !deleted->Contains(row)) {
			positions.Add(row);
		}
	}
}

GroupPages::GroupPages(FileWriting &writing_p, const RewriteJob &job_p)
    : writing(writing_p), job(job_p), form(writing.encoder.Form()) {
}

std::shared_ptr<const PageSource> GroupPages::Open(FileRef file, uint64_t held_bytes_max) const {
	ThrowWhenInterrupted(writing.context);
	return std::make_shared<PageSource>(job, file, held_bytes_max);
}

void GroupPages::Add(std::shared_ptr<const PageSource> source, size_t group) {
	const auto &added = source->RowGroup(group);
	if (added.kept == 0) {
		return;
	}
	row_count += added.kept;
	size_bytes += added.bytes;
	parts.push_back({std::move(source), group});
}

std::vector<ChunkPiece> GroupPages::Take() {
	// The order in which a RowRead gives rows: columns that are copied and columns that are read must have one.
	std::stable_sort(parts.begin(), parts.end(), [](const Part &left, const Part &right) {
		return std::pair(left.source->FileIndex(), left.group) < std::pair(right.source->FileIndex(), right.group);
	});
	std::vector<ChunkPiece> pieces(form.columns.size());
	std::vector<size_t> encoded;
	for (size_t column = 0; column < pieces.size(); column++) {
		ThrowWhenInterrupted(writing.context);
		if (auto piece = MergePages(column)) {
			pieces[column] = std::move(*piece);
		} else {
			encoded.push_back(column);
		}
	}
	if (!encoded.empty()) {
		Encode(encoded, pieces);
	}
	parts.clear();
	row_count = 0;
	size_bytes = 0;
	return pieces;
}

std::optional<ChunkPiece> GroupPages::MergePages(size_t column) const {
	const auto &element = form.footer.schema[form.columns[column].element];
	std::vector<ChunkSource> chunks;
	for (const auto &part : parts) {
		const auto *own = part.source->Find(form.columns[column]);
		if (!own) {
			return std::nullopt;
		}
		NamingFile(job, part.source->Path(), [&] { chunks.push_back(part.source->ReadChunk(part.group, *own)); });
	}
	PageChunk merged;
	try {
		merged = MergeChunks(element, writing.encoder.codec.value(), chunks);
	} catch (const Error &) {
		// Which one it is.
		for (size_t i = 0; i < chunks.size(); i++) {
			NamingFile(job, parts[i].source->Path(),
			           [&] { StatisticsOfValues(element, chunks[i].chunk, chunks[i].bytes); });
		}
		throw;
	}
	return ChunkPiece {std::move(merged.chunk), std::move(merged.bytes), {}};
}

std::shared_ptr<const ChosenRows> GroupPages::RowsToRead() const {
	auto chosen = std::make_shared<ChosenRows>();
	std::map<uint64_t, std::vector<Part>> files;
	for (const auto &part : parts) {
		files[part.source->FileIndex()].push_back(part);
	}
	const bool are_whole = std::all_of(files.begin(), files.end(), [](const auto &file) {
		return file.second.size() == file.second.front().source->LiveGroupCount();
	});
	chosen->mode = are_whole ? ChosenRows::Mode::EXCEPT : ChosenRows::Mode::ONLY;
	for (const auto &[file_index, own] : files) {
		auto positions = std::make_shared<DeletionVector>();
		for (const auto &part : own) {
			if (!are_whole) {
				part.source->AddLiveRows(part.group, *positions);
			}
		}
		chosen->rows.emplace(file_index, std::move(positions));
	}
	return chosen;
}

void GroupPages::Encode(const std::vector<size_t> &columns, std::vector<ChunkPiece> &pieces) const {
	std::vector<size_t> fields;
	ColumnRows rows(writing.context);
	for (const auto column : columns) {
		rows.AddColumn(writing.columns.types[column], fields.size());
		fields.push_back(writing.columns.fields[column]);
	}
	RowRead read(writing.context, job.snapshot, RowsToRead(), fields);
	RowRead::Reader reader(read);
	duckdb::DataChunk chunk;
	chunk.Initialize(writing.context, read.Types());
	std::pair<uint64_t, int64_t> last {0, -1};
	while (reader.Next(chunk)) {
		auto &rows_positions = chunk.data[read.PositionColumn()];
		rows_positions.Flatten(chunk.size());
		const auto *places = duckdb::FlatVector::GetData<int64_t>(rows_positions);
		const std::pair<uint64_t, int64_t> first {read.FileIndexOf(chunk), places[0]};
		Verify(last < first, "rows are read in the order of files and positions");
		last = {first.first, places[chunk.size() - 1]};
		rows.Append(chunk);
	}
	auto collections = rows.Take();
	for (size_t i = 0; i < columns.size(); i++) {
		Verify(collections[i]->Count() == row_count, "all live rows of the old row groups are read");
		pieces[columns[i]] = EncodeColumn(columns[i], std::move(collections[i]));
	}
}

ChunkPiece GroupPages::EncodeColumn(size_t column, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) const {
	auto piece = writing.encoder.EncodeColumn(column, std::move(rows));
	const auto &element = form.footer.schema[form.columns[column].element];
	if (!HasExactBounds(piece.chunk.meta_data) && CanFilter(element, piece.chunk.meta_data)) {
		// DuckDB's own are cut where values are long.
		piece.chunk.meta_data.statistics = StatisticsOfValues(element, piece.chunk, piece.bytes);
	}
	return piece;
}

} // namespace merganser
