#include "engine/maintain/group_pages.hpp"

#include "base/error.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/encoded_columns.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"

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
		throw Error(error.kind, "cannot read \"" + path + "\", a file of table \"" + job.snapshot->TableName() +
		                            "\" in version " + std::to_string(job.snapshot->version) + ": " + error.what() +
		                            ". Nothing was changed; merganser_check says what else is damaged");
	}
}

ParquetSource OpenFile(const RewriteJob &job, FileRef file, uint64_t held_bytes_max) {
	const auto &batch = job.snapshot->files.BatchOf(file);
	const auto &location = job.snapshot->location;
	const auto path = location.ResolveFile(batch.ToAddFile(file.row).path);
	return NamingFile(job, path,
	                  [&] { return ParquetSource(*location.store, path, batch.SizeBytes(file.row), held_bytes_max); });
}

//! Throws where the pages are damaged.
void CheckChunk(const duckdb_parquet::SchemaElement &element, const ChunkSource &chunk) {
	FilterChunk(element, chunk.chunk, chunk.bytes, {{0, size_t(chunk.chunk.meta_data.num_values)}});
}

} // namespace

PageSource::PageSource(const RewriteJob &job, FileRef file_p, uint64_t held_bytes_max)
    : file(file_p), source(OpenFile(job, file, held_bytes_max)),
      deleted(DeletionVectorCache().Load(*job.snapshot, file)) {
	uint64_t start = 0;
	for (const auto &row_group : source.Footer().row_groups) {
		Group group;
		group.start = start;
		group.count = uint64_t(row_group.num_rows);
		group.kept = group.count - (deleted ? deleted->CountInRange(start, group.count) : 0);
		for (const auto &chunk : row_group.columns) {
			group.bytes += uint64_t(chunk.meta_data.total_compressed_size);
		}
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

std::optional<size_t> PageSource::FindLeaf(const ParquetColumn &column) const {
	const auto &columns = source.Columns();
	const auto found =
	    std::find_if(columns.begin(), columns.end(), [&](const ParquetColumn &own) { return own.name == column.name; });
	if (found == columns.end() || !found->is_flat || found->schema != column.schema) {
		return std::nullopt;
	}
	const auto &element = source.Footer().schema[found->element];
	for (const auto &row_group : source.Footer().row_groups) {
		if (!CanFilter(element, row_group.columns[found->first_leaf].meta_data)) {
			return std::nullopt;
		}
	}
	return found->first_leaf;
}

ChunkSource PageSource::ReadChunk(size_t group_number, size_t leaf) const {
	const auto &group = groups[group_number];
	const auto &chunk = source.Footer().row_groups[group_number].columns[leaf];
	if (chunk.meta_data.num_values != int64_t(group.count)) {
		throw Error(ErrorKind::CORRUPT, "a column chunk has other rows than its row group");
	}
	auto bytes = std::move(source.ReadChunks(group_number, {leaf}).at(leaf));
	if (group.kept == group.count) {
		return {chunk, std::move(bytes)};
	}
	const auto &columns = source.Columns();
	const auto column =
	    std::find_if(columns.begin(), columns.end(), [&](const ParquetColumn &own) { return own.first_leaf == leaf; });
	auto filtered = FilterChunk(source.Footer().schema[column->element], chunk, bytes,
	                            KeptRuns(*deleted, group.start, group.count));
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

GroupPages::GroupPages(FileWriting &writing_p, const RewriteJob &job_p, const PageForm &form_p)
    : writing(writing_p), job(job_p), form(form_p) {
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
		const auto leaf = part.source->FindLeaf(form.columns[column]);
		if (!leaf) {
			return std::nullopt;
		}
		NamingFile(job, part.source->Path(), [&] { chunks.push_back(part.source->ReadChunk(part.group, *leaf)); });
	}
	PageChunk merged;
	try {
		merged = MergeChunks(element, form.codec, chunks);
	} catch (const Error &) {
		// Which one it is.
		for (size_t i = 0; i < chunks.size(); i++) {
			NamingFile(job, parts[i].source->Path(), [&] { CheckChunk(element, chunks[i]); });
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
	std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> rows;
	std::vector<duckdb::ColumnDataAppendState> appends(columns.size());
	for (size_t i = 0; i < columns.size(); i++) {
		fields.push_back(writing.columns.fields[columns[i]]);
		rows.push_back(duckdb::make_uniq<duckdb::ColumnDataCollection>(
		    writing.context, duckdb::vector<duckdb::LogicalType> {writing.columns.types[columns[i]]}));
		rows[i]->SetPartitionIndex(0);
		rows[i]->InitializeAppend(appends[i]);
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
		for (size_t i = 0; i < columns.size(); i++) {
			duckdb::DataChunk column;
			column.InitializeEmpty(rows[i]->Types());
			column.data[0].Reinterpret(chunk.data[i]);
			column.SetCardinality(chunk.size());
			rows[i]->Append(appends[i], column);
		}
	}
	appends.clear();
	for (size_t i = 0; i < columns.size(); i++) {
		Verify(rows[i]->Count() == row_count, "all live rows of the old row groups are read");
		pieces[columns[i]] = EncodeColumn(columns[i], std::move(rows[i]));
	}
}

ChunkPiece GroupPages::EncodeColumn(size_t column, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) const {
	const PhysicalColumns one {
	    {writing.columns.fields[column]}, {writing.columns.names[column]}, {writing.columns.types[column]}};
	const ParquetFormat format(writing.context, one.names, one.types, ParquetOptionsOf(writing.spec, one));
	auto piece = std::move(EncodedColumns(writing.context, format, std::move(rows)).Chunks().at(0));
	const auto &element = form.footer.schema[form.columns[column].element];
	if (!HasExactBounds(piece.chunk.meta_data) && CanFilter(element, piece.chunk.meta_data)) {
		// DuckDB's own are cut where values are long.
		piece.chunk.meta_data.statistics =
		    FilterChunk(element, piece.chunk, piece.bytes, {{0, row_count}}).chunk.meta_data.statistics;
	}
	return piece;
}

} // namespace merganser
