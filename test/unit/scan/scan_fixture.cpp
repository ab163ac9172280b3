#include "scan_fixture.hpp"

#include <algorithm>

namespace merganser {

FakeBatch::FakeBatch(std::vector<AddFile> files_p, TableConfigurationPtr configuration_p)
    : files(std::move(files_p)), configuration(std::move(configuration_p)) {
	for (auto index : configuration->PartitionColumns()) {
		auto name = configuration->GetSchema().fields[index].PhysicalName();
		auto &dictionary = dictionaries.emplace_back();
		auto &column = codes.emplace_back();
		for (auto &file : files) {
			auto value = file.partition_values.at(name);
			auto found = std::find(dictionary.begin(), dictionary.end(), value);
			column.push_back(uint32_t(found - dictionary.begin()));
			if (found == dictionary.end()) {
				dictionary.push_back(value);
			}
		}
	}
	for (auto &file : files) {
		parsed.push_back(file.stats ? ParseStatistics(*file.stats, configuration->DataLeaves()) : FileStatistics());
		parsed.back().columns.resize(configuration->DataLeaves().size());
	}
}

namespace {

void AppendBounds(LeafStatistics &leaf, const std::optional<Scalar> &bound, bool is_max) {
	switch (leaf.storage) {
	case BoundStorage::NONE:
		return;
	case BoundStorage::INT64:
		(is_max ? leaf.max_int64 : leaf.min_int64).push_back(bound ? std::get<int64_t>(*bound) : 0);
		return;
	case BoundStorage::INT128:
		(is_max ? leaf.max_int128 : leaf.min_int128).push_back(bound ? std::get<Int128>(*bound) : 0);
		return;
	case BoundStorage::FLOAT64:
		(is_max ? leaf.max_float64 : leaf.min_float64).push_back(bound ? std::get<double>(*bound) : 0);
		return;
	case BoundStorage::TEXT:
		(is_max ? leaf.max_text : leaf.min_text).push_back(bound ? std::get<std::string>(*bound) : std::string_view());
		return;
	}
}

} // namespace

std::shared_ptr<const StatisticsTable> FakeBatch::Statistics(const std::vector<size_t> &leaves) const {
	auto table = std::make_shared<StatisticsTable>();
	loaded_leaves.insert(loaded_leaves.end(), leaves.begin(), leaves.end());
	table->leaves.resize(configuration->DataLeaves().size());
	for (auto &statistics : parsed) {
		table->num_records.push_back(statistics.num_records.value_or(-1));
		table->tight_bounds.push_back(statistics.tight_bounds);
	}
	for (auto index : leaves) {
		auto leaf = std::make_shared<LeafStatistics>();
		leaf->storage = BoundStorageOf(*configuration->DataLeaves()[index].type);
		for (auto &statistics : parsed) {
			auto &column = statistics.columns[index];
			bool bounded = leaf->storage != BoundStorage::NONE;
			leaf->known.push_back((bounded && column.min ? LeafStatistics::HAS_MIN : 0) |
			                      (bounded && column.max ? LeafStatistics::HAS_MAX : 0) |
			                      (column.null_count ? LeafStatistics::HAS_NULL_COUNT : 0));
			AppendBounds(*leaf, column.min, false);
			AppendBounds(*leaf, column.max, true);
			leaf->null_count.push_back(uint32_t(column.null_count.value_or(0)));
		}
		table->leaves[index] = leaf;
	}
	return table;
}

TableConfigurationPtr MakeConfiguration(const std::vector<FixtureColumn> &columns,
                                        std::vector<std::string> partition_columns) {
	Schema schema;
	for (auto &column : columns) {
		schema.fields.push_back(StructField {column.name, column.type, true, {}});
	}
	Metadata metadata;
	metadata.id = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9";
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns = std::move(partition_columns);
	return std::make_shared<TableConfiguration>("lake.test", Protocol(), metadata);
}

FileList MakeList(const std::shared_ptr<const FileBatch> &batch, std::shared_ptr<const RowMask> dead) {
	uint64_t live = 0;
	uint64_t bytes = 0;
	for (uint32_t row = 0; row < batch->Count(); row++) {
		if (!dead || !dead->Test(row)) {
			live++;
			bytes += batch->SizeBytes(row);
		}
	}
	FileList list;
	list.Append(batch, std::move(dead), live, bytes);
	return list;
}

AddFile MakeFile(std::string path, std::string stats, PartitionValues partition_values) {
	AddFile file;
	file.path = std::move(path);
	file.size = 100;
	file.partition_values = std::move(partition_values);
	if (!stats.empty()) {
		file.stats = std::move(stats);
	}
	return file;
}

} // namespace merganser
