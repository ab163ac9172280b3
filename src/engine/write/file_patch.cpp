#include "engine/write/file_patch.hpp"

#include "base/error.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/parquet/page_compression.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/write/footer_bounds.hpp"
#include "engine/write/leaf_encoder.hpp"
#include "engine/write/partition_split.hpp"
#include "engine/write/partition_writer.hpp"
#include "log/held_statistics.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! When more of the rows are in row groups that lose rows and become small, the file is written anew.
constexpr double REWRITTEN_ROWS_MAX = 0.5;
//! Chunks of a row group that are read in one request, so many bytes.
constexpr int64_t READ_TOGETHER_BYTES = 32 << 20;
//! Row groups are small when they have fewer rows than one in so many of what would be written anew.
constexpr uint64_t ROW_GROUP_SHARE_MIN = 2;

} // namespace

PatchColumn::PatchColumn(duckdb::ClientContext &context, const WriteSpec &spec, PhysicalColumns column_p)
    : column(std::move(column_p)), format(context, column.names, column.types, ParquetOptionsOf(spec, column)),
      bounds(*spec.configuration, column),
      codec(IsEncodedHere(column.types.front()) ? KnownCodec(spec.codec) : std::nullopt) {
}

const duckdb_parquet::SchemaElement &PatchColumn::Element(duckdb::ClientContext &context) const {
	std::lock_guard<std::mutex> guard(lock);
	if (!element) {
		// Behind the root.
		element = EncodedColumns(context, format, nullptr).File().Footer().schema.at(1);
	}
	return *element;
}

void PatchColumn::Encode(duckdb::ClientContext &context, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows,
                         NewChunks &chunks, std::vector<LeafBounds> &leaf_bounds) const {
	if (codec) {
		auto leaf = EncodeLeaf(Element(context), *codec, {RowSlice::OfAll(std::move(rows), 0)}, 0);
		leaf_bounds = bounds.Empty();
		bounds.Put(0, std::move(leaf.bounds), leaf_bounds);
		chunks.leaves.emplace(column.names.front(), std::move(leaf.piece));
		return;
	}
	leaf_bounds = bounds.Gather(*rows);
	chunks.encoded.push_back(std::make_unique<EncodedColumns>(context, format, std::move(rows)));
}

PatchTarget::PatchTarget(duckdb::ClientContext &context_p, LakeTransaction &transaction_p, const RowChangePlan &plan_p)
    : context(context_p), transaction(transaction_p), plan(plan_p),
      keeps_deleted_rows(DeletionVectorsEnabled(*plan.snapshot->configuration)) {
	const auto all = PhysicalColumnsOf(*plan.spec.configuration);
	for (size_t i = 0; i < all.fields.size(); i++) {
		columns.try_emplace(all.fields[i], context, plan.spec,
		                    PhysicalColumns {{all.fields[i]}, {all.names[i]}, {all.types[i]}});
	}
}

FilePatch::FilePatch(const PatchTarget &target_p, uint64_t file_index_p, const FileChange &change_p, uint64_t number_p)
    : target(target_p), file_index(file_index_p), change(change_p), number(number_p) {
}

AddFile FilePatch::OldFile() const {
	const auto file = FileOfIndex(file_index);
	return target.plan.snapshot->files.BatchOf(file).ToAddFile(file.row);
}

std::shared_ptr<const ParquetSource> FilePatch::OpenSource() const {
	const auto old_file = OldFile();
	const auto &location = target.plan.snapshot->location;
	return std::make_shared<ParquetSource>(*location.store, location.ResolveFile(old_file.path),
	                                       uint64_t(old_file.size));
}

std::shared_ptr<const ParquetSource> FilePatch::Source() {
	std::lock_guard<std::mutex> guard(lock);
	if (!source) {
		source = OpenSource();
	}
	return source;
}

bool FilePatch::ChooseFields(const ParquetSource &file) {
	for (const auto &[field, column] : target.columns) {
		const bool is_changed = Values().by_field.count(field) > 0;
		if (!is_changed && !TakesRowsOut()) {
			continue;
		}
		if (!CanReplace(target.context, file, column.format)) {
			if (!CanAdd(target.context, file, column.format)) {
				return false;
			}
			fields.added.insert(field);
			fields.encoded.push_back(field);
			continue;
		}
		const auto *old = FindColumn(file.Columns(), column.column.names.front());
		if (!is_changed && CanFilter(file, *old)) {
			fields.filtered.emplace(field, *old);
		} else {
			fields.encoded.push_back(field);
		}
	}
	// All columns of a row group lose rows: the file must hold nothing that the table does not know.
	return !TakesRowsOut() ||
	       file.Columns().size() == fields.encoded.size() + fields.filtered.size() - fields.added.size();
}

bool FilePatch::KeepsLargeRowGroups(uint64_t kept_count) const {
	const auto group_count = uint64_t(
	    std::count_if(row_groups.begin(), row_groups.end(), [](const RowGroup &group) { return group.kept > 0; }));
	const auto rows_anew = std::min<uint64_t>({DEFAULT_ROW_GROUP_SIZE, RowGroupRows(target.context), kept_count});
	const auto &columns = source->Columns();
	return kept_count / group_count >= rows_anew / ROW_GROUP_SHARE_MIN &&
	       std::all_of(columns.begin(), columns.end(),
	                   [&](const ParquetColumn &column) { return CanFilter(*source, column); });
}

bool FilePatch::Prepare(bool keeps_footer) {
	try {
		source = OpenSource();
	} catch (const Error &error) {
		if (error.kind != ErrorKind::UNSUPPORTED && error.kind != ErrorKind::CORRUPT) {
			throw;
		}
		// Perhaps only the log's size of the file is wrong: whoever writes the rows anew finds out.
		return false;
	}
	FindDeletedRows();
	uint64_t row_count = 0;
	uint64_t kept_count = 0;
	uint64_t rewritten_count = 0;
	for (const auto &row_group : source->Footer().row_groups) {
		const auto count = uint64_t(row_group.num_rows);
		const auto deleted = TakesRowsOut() ? change.deleted.CountInRange(row_count, count) : 0;
		row_groups.push_back({row_count, count, count - deleted});
		row_count += count;
		kept_count += count - deleted;
		rewritten_count += deleted > 0 ? count : 0;
	}
	const bool is_patched = kept_count > 0 && (double(rewritten_count) <= double(row_count) * REWRITTEN_ROWS_MAX ||
	                                           KeepsLargeRowGroups(kept_count));
	if (!keeps_footer) {
		source.reset();
	}
	return is_patched;
}

bool FilePatch::ChooseWays() {
	for (const auto &entry : Values().by_field) {
		if (!target.columns.count(entry.first)) {
			return false;
		}
	}
	return source ? ChooseFields(*source) : ChooseFields(*OpenSource());
}

size_t FilePatch::RowGroupOf(uint64_t position) const {
	const auto next = std::upper_bound(row_groups.begin(), row_groups.end(), position,
	                                   [](uint64_t wanted, const RowGroup &group) { return wanted < group.start; });
	Verify(next != row_groups.begin(), "a row is in a row group");
	// Row groups without rows begin where the next one does.
	return size_t(next - row_groups.begin()) - 1;
}

bool FilePatch::IsChanged(size_t row_group, size_t field) const {
	const auto &group = row_groups[row_group];
	if (group.kept < group.count || fields.added.contains(field)) {
		return true;
	}
	const auto changed = Values().by_field.find(field);
	return changed != Values().by_field.end() && changed->second.CountInRange(group.start, group.count) > 0;
}

std::map<size_t, PageChunk> FilePatch::FilterChunks(const ParquetSource &file, size_t row_group) const {
	const auto &group = row_groups[row_group];
	const auto &chunks = file.Footer().row_groups[row_group].columns;
	const auto &schema = file.Footer().schema;
	std::map<size_t, const duckdb_parquet::SchemaElement *> leaves;
	for (const auto &[field, column] : fields.filtered) {
		const auto &element = schema[column.element];
		// The statistics of the new file are those of its footer.
		const bool knows_bounds =
		    LeafFormOf(element).order == ValueOrder::NONE || HasExactBounds(chunks[column.first_leaf].meta_data);
		if (group.kept < group.count || !knows_bounds) {
			leaves.emplace(column.first_leaf, &element);
		}
	}
	const auto runs = KeptRuns(change.deleted, group.start, group.count);
	std::map<size_t, PageChunk> pages;
	for (auto next = leaves.begin(); next != leaves.end();) {
		std::vector<size_t> together;
		for (int64_t bytes = 0; next != leaves.end() && bytes < READ_TOGETHER_BYTES; ++next) {
			together.push_back(next->first);
			bytes += chunks[next->first].meta_data.total_compressed_size;
		}
		for (auto &[leaf, bytes] : file.ReadChunks(row_group, together)) {
			ThrowWhenInterrupted(target.context);
			Verify(chunks[leaf].meta_data.num_values == int64_t(group.count), "a flat column has a value for each row");
			try {
				pages.emplace(leaf, FilterChunk(*leaves.at(leaf), chunks[leaf], bytes, runs));
			} catch (const Error &error) {
				ThrowUnreadable(*target.plan.snapshot, file.Path(), "column \"" + leaves.at(leaf)->name + "\"", error);
			}
			bytes = std::string();
		}
	}
	return pages;
}

void FilePatch::Put(size_t row_group, std::vector<duckdb::unique_ptr<duckdb::ColumnDataCollection>> columns) {
	NewChunks chunks;
	chunks.row_count = row_groups[row_group].kept;
	std::vector<std::vector<LeafBounds>> group_bounds;
	for (size_t i = 0; i < fields.encoded.size(); i++) {
		const auto &column = target.columns.at(fields.encoded[i]);
		Verify(columns[i]->Count() == chunks.row_count, "a row group is put whole");
		auto &leaf_bounds = group_bounds.emplace_back();
		if (IsChanged(row_group, fields.encoded[i])) {
			// One column at a time: what encoding needs cannot be spilled.
			column.Encode(target.context, std::move(columns[i]), chunks, leaf_bounds);
		} else {
			leaf_bounds = column.bounds.Gather(*columns[i]);
		}
		columns[i].reset();
	}
	if (!fields.filtered.empty()) {
		chunks.pages = FilterChunks(*Source(), row_group);
	}
	std::lock_guard<std::mutex> guard(lock);
	for (size_t i = 0; i < fields.encoded.size(); i++) {
		target.columns.at(fields.encoded[i]).bounds.Merge(progress.bounds[fields.encoded[i]], group_bounds[i]);
	}
	progress.waiting.emplace(row_group, std::move(chunks));
	WriteReadyGroups();
}

void FilePatch::WriteReadyGroups() {
	auto &next = progress.next_row_group;
	for (; next < row_groups.size(); next++) {
		if (row_groups[next].kept == 0) {
			continue;
		}
		const auto ready = progress.waiting.find(next);
		if (ready == progress.waiting.end()) {
			return;
		}
		if (!progress.splice) {
			OpenSplice();
		}
		const auto &chunks = ready->second;
		if (chunks.encoded.empty() && chunks.leaves.empty() && chunks.pages.empty()) {
			progress.splice->Copy(next);
		} else {
			progress.splice->Replace(next, std::move(ready->second));
		}
		progress.waiting.erase(ready);
	}
	Finish();
}

void FilePatch::OpenSplice() {
	const auto &spec = target.plan.spec;
	const auto folder = PartitionFolderOf(PartitionFields(*spec.configuration), OldFile().partition_values);
	progress.name = std::make_unique<NewDataFile>(target.context, target.transaction, spec, folder, number);
	if (!source) {
		source = OpenSource();
	}
	progress.splice = std::make_unique<ParquetSplice>(*source, *spec.location.store, progress.name->FullPath(spec));
	for (const auto field : fields.added) {
		progress.splice->Add(target.context, target.columns.at(field).format);
	}
}

std::string FilePatch::StatisticsText() const {
	const auto &configuration = *target.plan.snapshot->configuration;
	const auto &leaves = configuration.DataLeaves();
	auto statistics = HeldStatistics(*target.plan.snapshot, FileOfIndex(file_index));
	statistics.num_records = int64_t(progress.splice->RowCount());
	if (deleted_rows.Cardinality() > 0) {
		statistics.tight_bounds = false;
	}
	const auto replace = [&](size_t field, const std::vector<ColumnStatistics> &others) {
		const auto name = configuration.GetSchema().fields[field].PhysicalName();
		for (size_t i = 0; i < leaves.size(); i++) {
			if (leaves[i].physical_path.front() == name) {
				statistics.columns[i] = others[i];
			}
		}
	};
	const std::vector<ColumnStatistics> unknown(leaves.size());
	for (const auto field : fields.encoded) {
		replace(field, unknown);
		target.columns.at(field).bounds.Store(progress.bounds.at(field), statistics.columns);
	}
	if (!fields.filtered.empty()) {
		const auto of_footer = StatisticsOfFooter(configuration, progress.splice->Footer());
		for (const auto &[field, column] : fields.filtered) {
			replace(field, of_footer.columns);
		}
	}
	return WriteStatistics(statistics, leaves);
}

void FilePatch::Finish() {
	const auto outcome = progress.splice->Finish();
	auto added = progress.name->Finished(target.context, target.plan.spec, outcome, progress.splice->SizeBytes());
	added.partition_values = OldFile().partition_values;
	added.stats = StatisticsText();
	progress.added = std::move(added);
	progress.splice.reset();
	source.reset();
}

AddFile FilePatch::TakeAdded() {
	Verify(progress.added.has_value(), "every row group of a patched file was put");
	return std::move(*progress.added);
}

uint64_t FilePatch::CopiedRows() const {
	uint64_t kept = 0;
	for (const auto &group : row_groups) {
		kept += group.kept;
	}
	return kept - Values().rows.Cardinality() - deleted_rows.Cardinality();
}

void FilePatch::FindDeletedRows() {
	if (!target.keeps_deleted_rows) {
		return;
	}
	deleted_rows = change.deleted;
	if (const auto earlier = target.plan.seen.deletion_vectors->Load(*target.plan.snapshot, FileOfIndex(file_index))) {
		deleted_rows.UnionWith(*earlier);
	}
}

} // namespace merganser
