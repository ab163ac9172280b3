#include "txn/clone.hpp"

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/uri.hpp"
#include "log/held_statistics.hpp"
#include "protocol/deletion_vector.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/table_properties.hpp"
#include "txn/row_ids.hpp"

#include <utility>

namespace merganser {

namespace {

//! They name versions of the source, which the clone has not.
constexpr const char *VERSION_PROPERTIES[] = {"delta.inCommitTimestampEnablementVersion",
                                              "delta.inCommitTimestampEnablementTimestamp",
                                              "delta.requireCheckpointProtectionBeforeVersion"};

Metadata ClonedMetadata(const TableConfiguration &source, std::string (*random_uuid)()) {
	auto metadata = source.GetMetadata();
	metadata.id = random_uuid();
	metadata.name.reset();
	metadata.description.reset();
	for (const auto *name : VERSION_PROPERTIES) {
		EraseProperty(metadata.configuration, name);
	}
	// Ids that the source's files keep are not the clone's: it gives out its own, from 0 on.
	ForgetRowTrackingNames(metadata.configuration);
	NameRowTrackingColumns(metadata.configuration, random_uuid);
	return metadata;
}

//! `file:` and the whole path, encoded; what is whole already stays as it is.
std::string WholePath(const TableLocation &location, const std::string &log_path) {
	return IsAbsolutePath(log_path) ? log_path : "file:" + PercentEncodePath(location.ResolveFile(log_path));
}

void NameByWholePath(const TableLocation &location, AddFile &file) {
	file.path = WholePath(location, file.path);
	auto &vector = file.deletion_vector;
	if (vector && vector->storage_type == 'u') {
		vector->path_or_inline_dv = WholePath(location, DeletionVectorFile(*vector));
		vector->storage_type = 'p';
	}
}

void SetOperation(const Snapshot &source, const CloneCounts &counts, TableChange &change) {
	change.operation = "CLONE";
	change.operation_parameters["source"] = "delta.`file:" + source.location.root + "`";
	change.operation_parameters["sourceVersion"] = std::to_string(source.version);
	change.operation_parameters["isShallow"] = "true";
	auto set = [&](const char *name, uint64_t value) {
		change.operation_metrics[name] = std::to_string(value);
	};
	set("sourceTableSize", counts.source_bytes);
	set("sourceNumOfFiles", counts.source_files);
	for (const auto *name : {"numRemovedFiles", "numCopiedFiles", "removedFilesSize", "copiedFilesSize"}) {
		set(name, 0);
	}
}

} // namespace

TableChange PlanShallowClone(const Snapshot &source, std::string (*random_uuid)(), CloneCounts &counts) {
	if (source.location.store->Name() != "file") {
		throw Error(ErrorKind::UNSUPPORTED,
		            "table " + source.TableName() + " cannot be cloned shallowly: its store '" +
		                source.location.store->Name() +
		                "' has no whole paths that lead to its files. Copy it: CREATE TABLE … AS FROM it");
	}
	if (source.IsDropped()) {
		throw Error(ErrorKind::INVALID_INPUT, "table " + source.TableName() + ": version " +
		                                          std::to_string(source.version) +
		                                          " dropped the table; clone an earlier one");
	}
	const auto &configuration = *source.configuration;
	configuration.CheckWritable();
	TableChange change;
	change.protocol = configuration.GetProtocol();
	change.metadata = ClonedMetadata(configuration, random_uuid);
	for (const auto &[name, domain] : source.domains) {
		if (!IsRowTracking(domain)) {
			change.domains.push_back(domain);
		}
	}
	change.added_files.reserve(source.files.LiveCount());
	source.files.ForEachLive([&](FileRef file) {
		auto added = AddFileWithStatistics(source, file);
		NameByWholePath(source.location, added);
		added.data_change = true;
		added.base_row_id.reset();
		added.default_row_commit_version.reset();
		change.added_files.push_back(std::move(added));
	});
	counts.source_files = source.files.LiveCount();
	counts.source_bytes = source.files.LiveBytes();
	SetOperation(source, counts, change);
	return change;
}

} // namespace merganser
