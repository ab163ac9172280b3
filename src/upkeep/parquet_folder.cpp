#include "upkeep/parquet_folder.hpp"

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/uri.hpp"
#include "protocol/partition_value.hpp"
#include "protocol/table_configuration.hpp"

#include <map>

namespace merganser {

namespace {

constexpr std::string_view PARQUET_ENDING = ".parquet";

bool IsHidden(std::string_view name) {
	return name.starts_with('_') || name.starts_with('.');
}

std::vector<std::string> FoldersOf(std::string_view path) {
	std::vector<std::string> folders;
	for (size_t begin = 0, slash; (slash = path.find('/', begin)) != std::string_view::npos; begin = slash + 1) {
		folders.emplace_back(path.substr(begin, slash - begin));
	}
	return folders;
}

//! As VACUUM: a folder of a partition is data, whatever its column is called.
bool IsPassedOver(std::string_view path) {
	for (const auto &folder : FoldersOf(path)) {
		if (IsHidden(folder) && !ParsePartitionFolder(folder)) {
			return true;
		}
	}
	return IsHidden(FileNameOf(path));
}

class Listing {
public:
	explicit Listing(const TableLocation &location_p) : location(location_p) {
	}

	void Add(const ObjectInfo &object) {
		ParquetFolder::File file;
		file.path = object.path.substr(location.root.size() + 1);
		if (IsPassedOver(file.path)) {
			return;
		}
		if (!file.path.ends_with(PARQUET_ENDING)) {
			Refuse(file.path, "is no Parquet file by its name. VACUUM of the table would delete it: move it away");
		}
		std::vector<std::string> columns;
		for (const auto &name : FoldersOf(file.path)) {
			auto partition = ParsePartitionFolder(name);
			if (!partition) {
				Refuse(file.path, "is in the folder \"" + name + "\", which is no partition (column=value)");
			}
			columns.push_back(std::move(partition->column));
			file.partition_values.push_back(std::move(partition->value));
		}
		if (folder.files.empty()) {
			folder.partition_columns = columns;
		} else if (folder.partition_columns != columns) {
			Refuse(file.path, "is not in the same partition columns as \"" + folder.files[0].path + "\"");
		}
		file.size_bytes = object.size_bytes;
		file.modified_ms = object.modified_ms;
		folder.bytes += object.size_bytes;
		folder.files.push_back(std::move(file));
	}

	ParquetFolder folder;

private:
	[[noreturn]] void Refuse(const std::string &path, const std::string &what) const {
		throw Error(ErrorKind::INVALID_INPUT, "the folder \"" + location.name + "\" cannot become a Delta table: \"" +
		                                          path + "\" " + what + ". Nothing was changed");
	}

	const TableLocation &location;
};

PartitionValues PartitionValuesOf(const ParquetFolder &folder, const ParquetFolder::File &file, const Schema &schema) {
	PartitionValues values;
	for (size_t i = 0; i < folder.partition_columns.size(); i++) {
		const auto &column = folder.partition_columns[i];
		const auto field = schema.IndexOf(column);
		Verify(field.has_value(), "partition columns are columns");
		const auto &type = *schema.fields[*field].type;
		try {
			values[column] = WritePartitionValue(ParsePartitionValue(file.partition_values[i], type), type);
		} catch (const Error &error) {
			throw Error(ErrorKind::INVALID_INPUT,
			            "\"" + file.path + "\" is in a partition of no " + type.ToString() + ": " + error.what());
		}
	}
	return values;
}

//! Compares how files store their columns.
class ColumnForms {
public:
	void Check(const std::string &path, const ParquetFooterSummary &footer) {
		for (const auto &[leaf, type] : footer.leaf_types) {
			const auto [seen, is_new] = forms.emplace(leaf, std::make_pair(type, path));
			if (!is_new && seen->second.first != type) {
				std::string name;
				for (const auto &part : leaf) {
					name += (name.empty() ? "" : ".") + part;
				}
				throw Error(ErrorKind::INVALID_INPUT, "column \"" + name + "\" has another type in \"" + path +
				                                          "\" than in \"" + seen->second.second +
				                                          "\". Write one of them anew, with the type of the other");
			}
		}
	}

private:
	std::map<ColumnPath, std::pair<std::string, std::string>> forms;
};

} // namespace

ParquetFolder ListParquetFolder(const TableLocation &location) {
	if (location.store->FolderExists(location.LogFolder())) {
		throw Error(ErrorKind::ALREADY_EXISTS,
		            "the folder \"" + location.name + "\" has a _delta_log: it is a Delta table already");
	}
	Listing listing(location);
	for (const auto &object : location.store->List(location.root, ListDepth::RECURSIVE)) {
		listing.Add(object);
	}
	if (listing.folder.files.empty()) {
		throw Error(ErrorKind::NOT_FOUND, "there is no Parquet file in the folder \"" + location.name + "\"");
	}
	return std::move(listing.folder);
}

TableChange PlanConvert(const ParquetFolder &folder, const Schema &schema,
                        const std::vector<ParquetFooterSummary> &footers, Metadata metadata) {
	TableChange change;
	metadata.schema_string = WriteSchema(schema);
	metadata.partition_columns = folder.partition_columns;
	change.protocol = SmallestProtocol(schema, metadata.configuration);
	// Refuses what could not be read or written later.
	const TableConfiguration configuration("", *change.protocol, metadata);
	configuration.CheckWritable();
	const auto leaves = configuration.DataLeaves();
	const auto wanted = configuration.StatisticsLeaves();
	ColumnForms forms;
	for (size_t i = 0; i < folder.files.size(); i++) {
		const auto &file = folder.files[i];
		forms.Check(file.path, footers[i]);
		FileStatistics statistics;
		statistics.num_records = footers[i].statistics.num_records;
		statistics.columns.resize(leaves.size());
		for (const auto leaf : wanted) {
			auto &column = statistics.columns[leaf];
			column = footers[i].statistics.columns.at(leaf);
			if (leaves[leaf].type->kind == TypeKind::FLOAT || leaves[leaf].type->kind == TypeKind::DOUBLE) {
				// Parquet leaves NaN out of it, which is larger than every number.
				column.max.reset();
			}
		}
		AddFile added;
		added.path = PercentEncodePath(file.path);
		added.size = int64_t(file.size_bytes);
		added.modification_time = file.modified_ms;
		added.partition_values = PartitionValuesOf(folder, file, schema);
		added.stats = WriteStatistics(statistics, leaves);
		change.added_files.push_back(std::move(added));
	}
	change.operation = "CONVERT";
	change.operation_parameters["numFiles"] = std::to_string(folder.files.size());
	change.operation_parameters["partitionedBy"] = JsonWriter().Strings(folder.partition_columns).Take();
	change.operation_parameters["collectStats"] = "true";
	change.operation_parameters["sourceFormat"] = "\"parquet\"";
	change.operation_metrics["numConvertedFiles"] = std::to_string(folder.files.size());
	change.metadata = std::move(metadata);
	return change;
}

} // namespace merganser
