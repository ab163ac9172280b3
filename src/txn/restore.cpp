#include "txn/restore.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"
#include "log/held_statistics.hpp"
#include "protocol/deletion_vector.hpp"
#include "protocol/identity_columns.hpp"
#include "protocol/protocol_upgrade.hpp"
#include "protocol/row_tracking.hpp"
#include "protocol/table_properties.hpp"
#include "txn/overwrite.hpp"
#include "txn/row_ids.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace merganser {

namespace {

constexpr const char *MAX_COLUMN_ID = "delta.columnMapping.maxColumnId";
//! They say since when commits have times of their own, which no restore changes.
constexpr const char *COMMIT_TIME_PROPERTIES[] = {"delta.enableInCommitTimestamps",
                                                  "delta.inCommitTimestampEnablementVersion",
                                                  "delta.inCommitTimestampEnablementTimestamp"};
//! More are found by one listing.
constexpr size_t SEARCHED_FILES_MAX = 16;

FileKeySet KeysOf(const Snapshot &snapshot) {
	FileKeySet keys;
	snapshot.files.ForEachLive([&](FileRef file) {
		const auto &batch = snapshot.files.BatchOf(file);
		keys.Insert(batch.Path(file.row), batch.DeletionVector(file.row));
	});
	return keys;
}

//! Calls `take` with the files of one snapshot that are not in the other.
template <class TAKE>
void ForEachMissing(const Snapshot &snapshot, const FileKeySet &others, TAKE take) {
	snapshot.files.ForEachLive([&](FileRef file) {
		const auto &batch = snapshot.files.BatchOf(file);
		if (!others.Contains(batch.Path(file.row), batch.DeletionVector(file.row))) {
			take(AddFileWithStatistics(snapshot, file));
		}
	});
}

Metadata RestoredMetadata(const TableConfiguration &now, const TableConfiguration &then) {
	const auto &current = now.GetMetadata();
	auto metadata = then.GetMetadata();
	metadata.id = current.id;
	metadata.created_time = current.created_time;
	for (const auto *name : COMMIT_TIME_PROPERTIES) {
		EraseProperty(metadata.configuration, name);
		if (const auto *kept = FindProperty(current.configuration, name)) {
			metadata.configuration[name] = *kept;
		}
	}
	KeepRowTrackingNames(current.configuration, metadata.configuration);
	metadata.schema_string = KeepHighWaterMarks(current.schema_string, metadata.schema_string);
	const auto column_id = std::max(now.PropertyInt(MAX_COLUMN_ID, 0), then.PropertyInt(MAX_COLUMN_ID, 0));
	if (column_id > 0) {
		SetProperty(metadata.configuration, MAX_COLUMN_ID, std::to_string(column_id));
	}
	return metadata;
}

bool IsSame(const Metadata &left, const Metadata &right) {
	return left.name == right.name && left.description == right.description &&
	       left.schema_string == right.schema_string && left.partition_columns == right.partition_columns &&
	       left.configuration == right.configuration;
}

void RestoreConfiguration(const Snapshot &current, const Snapshot &target, TableChange &change) {
	const auto &now = *current.configuration;
	const auto &then = *target.configuration;
	if (now.MappingMode() != then.MappingMode()) {
		throw Error(ErrorKind::UNSUPPORTED,
		            "table " + current.TableName() + ": version " + std::to_string(target.version) +
		                " maps columns in another mode (delta.columnMapping.mode) than version " +
		                std::to_string(current.version) +
		                ". Make a table of it instead: CREATE TABLE … AS FROM … AT (VERSION => " +
		                std::to_string(target.version) + ")");
	}
	auto metadata = RestoredMetadata(now, then);
	if (!IsSame(metadata, now.GetMetadata())) {
		change.metadata = std::move(metadata);
	}
	auto protocol = CombineProtocols(now.GetProtocol(), then.GetProtocol());
	if (!(protocol == now.GetProtocol())) {
		change.protocol = std::move(protocol);
	}
}

//! All but the high-water mark of row ids, which never goes down.
void RestoreDomains(const Snapshot &current, const Snapshot &target, TableChange &change) {
	for (const auto &[name, domain] : target.domains) {
		const auto now = current.domains.find(name);
		const bool is_same = now != current.domains.end() && now->second.configuration == domain.configuration;
		if (!IsRowTracking(domain) && !is_same) {
			change.domains.push_back(domain);
		}
	}
	for (const auto &[name, domain] : current.domains) {
		if (!IsRowTracking(domain) && !target.domains.count(name)) {
			change.domains.push_back(DomainMetadata {name, domain.configuration, true});
		}
	}
}

void SetMetrics(const RestoreCounts &counts, TableChange &change) {
	auto set = [&](const char *name, uint64_t value) {
		change.operation_metrics[name] = std::to_string(value);
	};
	set("numOfFilesAfterRestore", counts.files_after);
	set("tableSizeAfterRestore", counts.bytes_after);
	set("numRemovedFiles", counts.removed_files);
	set("removedFilesSize", counts.removed_bytes);
	set("numRestoredFiles", counts.restored_files);
	set("restoredFilesSize", counts.restored_bytes);
}

std::vector<std::string> AddedPaths(const TableLocation &location, const TableChange &change) {
	std::set<std::string> paths;
	for (const auto &file : change.added_files) {
		paths.insert(location.ResolveFile(file.path));
		if (file.deletion_vector && file.deletion_vector->storage_type != 'i') {
			paths.insert(location.ResolveFile(DeletionVectorFile(*file.deletion_vector)));
		}
	}
	return {paths.begin(), paths.end()};
}

} // namespace

TableChange PlanRestore(const Snapshot &current, const Snapshot &target, int64_t now_ms, RestoreCounts &counts) {
	if (target.IsDropped()) {
		throw Error(ErrorKind::INVALID_INPUT, "table " + current.TableName() + ": version " +
		                                          std::to_string(target.version) +
		                                          " dropped the table; restore an earlier one");
	}
	TableChange change;
	RestoreConfiguration(current, target, change);
	RestoreDomains(current, target, change);
	counts = RestoreCounts();
	ForEachMissing(current, KeysOf(target), [&](AddFile file) {
		counts.removed_files++;
		counts.removed_bytes += uint64_t(file.size);
		change.removed_files.push_back(RemovalOf(std::move(file), now_ms));
	});
	ForEachMissing(target, KeysOf(current), [&](AddFile file) {
		counts.restored_files++;
		counts.restored_bytes += uint64_t(file.size);
		file.data_change = true;
		change.added_files.push_back(std::move(file));
	});
	counts.files_after = target.files.LiveCount();
	counts.bytes_after = target.files.LiveBytes();
	if (!change.IsEmpty()) {
		change.operation = "RESTORE";
		change.known_files.restores_old = counts.restored_files > 0;
		SetMetrics(counts, change);
	}
	return change;
}

void CheckAddedFilesExist(const TableLocation &location, const TableChange &change) {
	const auto wanted = AddedPaths(location, change);
	std::set<std::string> missing(wanted.begin(), wanted.end());
	if (wanted.size() > SEARCHED_FILES_MAX) {
		for (const auto &found : location.store->List(location.root, ListDepth::RECURSIVE)) {
			missing.erase(found.path);
		}
	}
	// Besides those that are elsewhere, or that a listing of a table in use may have missed.
	for (auto path = missing.begin(); path != missing.end();) {
		path = location.store->Head(*path) ? missing.erase(path) : std::next(path);
	}
	if (!missing.empty()) {
		throw Error(ErrorKind::NOT_FOUND,
		            "table " + location.name + ": " + std::to_string(missing.size()) +
		                " of the version's files are gone, probably vacuumed, the first is " + *missing.begin() +
		                ". Nothing was changed; use a newer version (merganser_history lists them)");
	}
}

} // namespace merganser
