#include "engine/port/checkpoint_file_columns.hpp"

#include "base/error.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "engine/port/checkpoint_action.hpp"
#include "engine/port/parsed_statistics.hpp"
#include "engine/port/struct_reader.hpp"

#include <algorithm>

namespace merganser {

namespace {

using duckdb::LogicalType;

const char *const ADD_CHILDREN[] = {"path",
                                    "partitionValues",
                                    "size",
                                    "modificationTime",
                                    "tags",
                                    "deletionVector",
                                    "baseRowId",
                                    "defaultRowCommitVersion",
                                    "clusteringProvider"};
const char *const OTHER_COLUMNS[] = {"protocol", "metaData", "txn", "domainMetadata", "checkpointMetadata", "sidecar"};

duckdb::Vector &Flat(duckdb::Vector &vector, idx_t count) {
	// Children of a flat struct are as long as it is, in whatever form.
	vector.Flatten(count);
	return vector;
}

//! A map, or the list of key-value structs that old writers leave.
class MapReader {
public:
	MapReader(duckdb::Vector *vector, idx_t count) {
		if (!vector || vector->GetType().InternalType() != duckdb::PhysicalType::LIST) {
			return;
		}
		auto &entries = duckdb::ListVector::GetEntry(*vector);
		if (entries.GetType().InternalType() != duckdb::PhysicalType::STRUCT) {
			return;
		}
		const auto entry_count = duckdb::ListVector::GetListSize(*vector);
		vector->ToUnifiedFormat(count, lists);
		Flat(entries, entry_count);
		auto &children = duckdb::StructVector::GetEntries(entries);
		if (children.size() != 2) {
			return;
		}
		keys.emplace(children[0].get(), LogicalType::VARCHAR, entry_count);
		values.emplace(children[1].get(), LogicalType::VARCHAR, entry_count);
	}
	//! Calls visit(key, value or nullptr); returns false where there is no map.
	template <class VISITOR>
	bool ForEach(idx_t row, VISITOR &&visit) const {
		if (!keys) {
			return false;
		}
		const auto index = lists.sel->get_index(row);
		if (!lists.validity.RowIsValid(index)) {
			return false;
		}
		const auto list = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists)[index];
		for (idx_t i = list.offset; i < list.offset + list.length; i++) {
			if (const auto *key = keys->At(i)) {
				visit(*key, values->At(i));
			}
		}
		return true;
	}

private:
	duckdb::UnifiedVectorFormat lists;
	std::optional<TextReader> keys;
	std::optional<TextReader> values;
};

//! Adds to the extras of a row; calls come in order of rows within one kind of extra.
class ExtrasBuilder {
public:
	explicit ExtrasBuilder(CheckpointRows &rows_p) : rows(rows_p), slots(rows_p.count, 0) {
	}
	CheckpointRows::AddExtras &Of(uint32_t row) {
		if (slots[row] == 0) {
			rows.extras.emplace_back();
			rows.extras.back().row = row;
			slots[row] = static_cast<uint32_t>(rows.extras.size());
		}
		return rows.extras[slots[row] - 1];
	}

private:
	CheckpointRows &rows;
	//! Index into extras plus one.
	std::vector<uint32_t> slots;
};

void FillDeletionVectors(duckdb::Vector *vectors, CheckpointRows &rows, ExtrasBuilder &extras) {
	if (!vectors) {
		return;
	}
	Flat(*vectors, rows.count);
	TextReader storage_type(ChildOf(*vectors, "storageType"), LogicalType::VARCHAR, rows.count);
	TextReader path(ChildOf(*vectors, "pathOrInlineDv"), LogicalType::VARCHAR, rows.count);
	ColumnReader<int32_t> offset(ChildOf(*vectors, "offset"), LogicalType::INTEGER, rows.count);
	ColumnReader<int32_t> size(ChildOf(*vectors, "sizeInBytes"), LogicalType::INTEGER, rows.count);
	ColumnReader<int64_t> cardinality(ChildOf(*vectors, "cardinality"), LogicalType::BIGINT, rows.count);
	const auto &validity = duckdb::FlatVector::Validity(*vectors);
	for (uint32_t row = 0; row < rows.count; row++) {
		const auto *type = validity.RowIsValid(row) ? storage_type.At(row) : nullptr;
		const auto *text = path.At(row);
		if (!rows.is_add[row] || !type || !text || type->GetSize() == 0) {
			continue;
		}
		DeletionVectorDescriptor descriptor;
		descriptor.storage_type = type->GetData()[0];
		descriptor.path_or_inline_dv = TextOf(*text);
		if (const auto *value = offset.At(row)) {
			descriptor.offset = *value;
		}
		descriptor.size_in_bytes = size.At(row) ? *size.At(row) : 0;
		descriptor.cardinality = cardinality.At(row) ? *cardinality.At(row) : 0;
		extras.Of(row).deletion_vector = std::move(descriptor);
	}
}

void FillExtras(duckdb::Vector &add, CheckpointRows &rows) {
	ExtrasBuilder extras(rows);
	FillDeletionVectors(ChildOf(add, "deletionVector"), rows, extras);
	const MapReader tags(ChildOf(add, "tags"), rows.count);
	const ColumnReader<int64_t> base_row_id(ChildOf(add, "baseRowId"), LogicalType::BIGINT, rows.count);
	const ColumnReader<int64_t> commit_version(ChildOf(add, "defaultRowCommitVersion"), LogicalType::BIGINT,
	                                           rows.count);
	const TextReader clustering(ChildOf(add, "clusteringProvider"), LogicalType::VARCHAR, rows.count);
	for (uint32_t row = 0; row < rows.count; row++) {
		if (!rows.is_add[row]) {
			continue;
		}
		StringMap map;
		const bool has_tags = tags.ForEach(row, [&](const duckdb::string_t &key, const duckdb::string_t *value) {
			map[key.GetString()] = value ? value->GetString() : std::string();
		});
		if (has_tags && !map.empty()) {
			extras.Of(row).tags = std::move(map);
		}
		if (const auto *value = base_row_id.At(row)) {
			extras.Of(row).base_row_id = *value;
		}
		if (const auto *value = commit_version.At(row)) {
			extras.Of(row).default_row_commit_version = *value;
		}
		if (const auto *value = clustering.At(row)) {
			extras.Of(row).clustering_provider = value->GetString();
		}
	}
	std::sort(rows.extras.begin(), rows.extras.end(),
	          [](const auto &left, const auto &right) { return left.row < right.row; });
}

void FillPartitionValues(duckdb::Vector *vector, CheckpointRows &rows) {
	const MapReader maps(vector, rows.count);
	rows.partition_offsets.reserve(rows.count + 1);
	rows.partition_offsets.push_back(0);
	for (uint32_t row = 0; row < rows.count; row++) {
		if (rows.is_add[row]) {
			maps.ForEach(row, [&](const duckdb::string_t &key, const duckdb::string_t *value) {
				CheckpointRows::PartitionEntry entry;
				entry.key = TextOf(key);
				entry.is_null = !value;
				if (value) {
					entry.value = TextOf(*value);
				}
				rows.partition_entries.push_back(entry);
			});
		}
		rows.partition_offsets.push_back(static_cast<uint32_t>(rows.partition_entries.size()));
	}
}

void FillPaths(duckdb::Vector &add, CheckpointRows &rows) {
	const TextReader path(ChildOf(add, "path"), LogicalType::VARCHAR, rows.count);
	const ColumnReader<int64_t> size(ChildOf(add, "size"), LogicalType::BIGINT, rows.count);
	const ColumnReader<int64_t> modified(ChildOf(add, "modificationTime"), LogicalType::BIGINT, rows.count);
	rows.path.resize(rows.count);
	rows.size.resize(rows.count);
	rows.modification_time.resize(rows.count);
	for (uint32_t row = 0; row < rows.count; row++) {
		if (!rows.is_add[row]) {
			continue;
		}
		const auto *text = path.At(row);
		if (!text) {
			throw Error(ErrorKind::CORRUPT, "an add action without path");
		}
		rows.path[row] = TextOf(*text);
		rows.size[row] = size.At(row) ? *size.At(row) : 0;
		rows.modification_time[row] = modified.At(row) ? *modified.At(row) : 0;
	}
}

void Clear(CheckpointRows &rows, idx_t count) {
	rows.count = static_cast<uint32_t>(count);
	rows.is_add.assign(count, 0);
	rows.path.clear();
	rows.size.clear();
	rows.modification_time.clear();
	rows.stats.clear();
	rows.partition_offsets.clear();
	rows.partition_entries.clear();
	rows.extras.clear();
	rows.others.clear();
}

//! A part of a checkpoint may have no `add` column at all: its rows are other actions, and there is still one entry for
//! each.
void FillNoAdds(CheckpointRows &rows) {
	rows.path.assign(rows.count, std::string_view());
	rows.size.assign(rows.count, 0);
	rows.modification_time.assign(rows.count, 0);
	rows.partition_offsets.assign(rows.count + 1, 0);
	rows.stats.assign(rows.count, std::string_view());
}

} // namespace

CheckpointFileColumns::CheckpointFileColumns(const duckdb::vector<std::string> &names,
                                             const duckdb::vector<LogicalType> &types,
                                             const CheckpointReadRequest &request_p)
    : request(request_p) {
	for (idx_t i = 0; i < names.size(); i++) {
		if (names[i] == "add" && types[i].id() == duckdb::LogicalTypeId::STRUCT &&
		    (request.add_files || request.stats)) {
			const auto &children = duckdb::StructType::GetChildTypes(types[i]);
			const auto has = [&](const std::string &name) {
				return std::any_of(children.begin(), children.end(),
				                   [&](const auto &child) { return child.first == name; });
			};
			has_stats = has("stats");
			has_stats_parsed = has("stats_parsed");
			std::vector<std::string> wanted;
			if (request.add_files) {
				wanted.assign(std::begin(ADD_CHILDREN), std::end(ADD_CHILDREN));
			}
			if (request.stats) {
				wanted.push_back("stats");
				wanted.push_back("stats_parsed");
			}
			if (wanted.empty() || (!request.add_files && !has_stats && !has_stats_parsed)) {
				wanted.push_back("path");
			}
			add = projection.size();
			Project(i, types[i], wanted);
			continue;
		}
		const bool is_other =
		    std::find(std::begin(OTHER_COLUMNS), std::end(OTHER_COLUMNS), names[i]) != std::end(OTHER_COLUMNS);
		if ((request.others && is_other) || (request.removes && names[i] == "remove")) {
			others.push_back({projection.size(), names[i]});
			projection.emplace_back(i);
		}
	}
}

void CheckpointFileColumns::Project(idx_t index, const LogicalType &type, const std::vector<std::string> &children) {
	duckdb::vector<duckdb::ColumnIndex> indexes;
	const auto &all = duckdb::StructType::GetChildTypes(type);
	for (idx_t i = 0; i < all.size(); i++) {
		if (std::find(children.begin(), children.end(), all[i].first) != children.end()) {
			indexes.emplace_back(i);
		}
	}
	projection.emplace_back(index, std::move(indexes));
}

void CheckpointFileColumns::FillAdds(duckdb::Vector &column, CheckpointRows &rows,
                                     std::vector<std::string> &made_texts) const {
	Flat(column, rows.count);
	const auto &validity = duckdb::FlatVector::Validity(column);
	for (uint32_t row = 0; row < rows.count; row++) {
		rows.is_add[row] = validity.RowIsValid(row);
	}
	if (request.add_files) {
		FillPaths(column, rows);
		FillPartitionValues(ChildOf(column, "partitionValues"), rows);
		FillExtras(column, rows);
	}
	if (!request.stats) {
		return;
	}
	rows.stats.assign(rows.count, std::string_view());
	const TextReader stats(has_stats ? ChildOf(column, "stats") : nullptr, LogicalType::VARCHAR, rows.count);
	bool is_complete = has_stats;
	for (uint32_t row = 0; row < rows.count; row++) {
		const auto *text = stats.At(row);
		if (rows.is_add[row] && text) {
			rows.stats[row] = TextOf(*text);
		}
		is_complete &= !rows.is_add[row] || text;
	}
	if (!is_complete && has_stats_parsed) {
		AddParsedStatistics(*ChildOf(column, "stats_parsed"), rows, made_texts);
	}
}

void CheckpointFileColumns::Fill(duckdb::DataChunk &chunk, CheckpointRows &rows,
                                 std::vector<std::string> &made_texts) const {
	made_texts.clear();
	Clear(rows, chunk.size());
	const ColumnReader<int64_t> row_number(&chunk.data.back(), LogicalType::BIGINT, chunk.size());
	rows.first_row = static_cast<uint64_t>(*row_number.At(0));
	if (add) {
		FillAdds(chunk.data[*add], rows, made_texts);
	} else {
		FillNoAdds(rows);
	}
	for (const auto &other : others) {
		auto &column = chunk.data[other.column];
		duckdb::UnifiedVectorFormat format;
		column.ToUnifiedFormat(chunk.size(), format);
		for (uint32_t row = 0; row < rows.count; row++) {
			if (format.validity.RowIsValid(format.sel->get_index(row))) {
				rows.others.emplace_back(row, CheckpointActionOf(other.name, column.GetValue(row)));
			}
		}
	}
}

} // namespace merganser
