#include "txn/change_check.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"
#include "protocol/dropped_table_mark.hpp"
#include "txn/conflict_check.hpp"
#include "txn/row_ids.hpp"

#include <string_view>
#include <unordered_map>

namespace merganser {

namespace {

//! Up to this many live files the paths of a pure append are looked up too (a few milliseconds).
constexpr uint64_t LOOKED_UP_FILES_MAX = 100000;

using Reason = std::optional<std::string>;

std::string VectorId(const std::optional<DeletionVectorDescriptor> &vector) {
	return vector ? vector->UniqueId() : std::string();
}

//! What a commit does to one path (PROTOCOL.md, "Add File and Remove File": at most one of each).
struct PathChange {
	const AddFile *add = nullptr;
	const RemoveFile *remove = nullptr;
	bool remove_is_live = false;
};
using PathChanges = std::unordered_map<std::string_view, PathChange>;

Reason CollectPaths(const TableChange &change, PathChanges &paths) {
	for (auto &add : change.added_files) {
		auto &path = paths[CanonicalPath(add.path)];
		if (path.add) {
			return "the change adds the file " + add.path + " twice";
		}
		path.add = &add;
	}
	for (auto &remove : change.removed_files) {
		auto &path = paths[CanonicalPath(remove.path)];
		if (path.remove) {
			return "the change removes the file " + remove.path + " twice";
		}
		path.remove = &remove;
		if (path.add && VectorId(path.add->deletion_vector) == VectorId(remove.deletion_vector)) {
			return "the change adds and removes the file " + remove.path + " with the same deletion vector";
		}
	}
	return std::nullopt;
}

//! A live file that is added again as it is, to get row ids.
bool IsBackfilled(const TableChange &change, const AddFile &file) {
	return change.known_files.backfills_row_ids && !file.data_change;
}

Reason CheckDataChange(const TableChange &change) {
	std::optional<bool> first;
	auto differs = [&](bool data_change) {
		bool result = first && *first != data_change;
		first = data_change;
		return result;
	};
	for (auto &add : change.added_files) {
		if (!IsBackfilled(change, add) && differs(add.data_change)) {
			return "the change mixes files with and without dataChange: " + add.path;
		}
	}
	for (auto &remove : change.removed_files) {
		if (differs(remove.data_change)) {
			return "the change mixes files with and without dataChange: " + remove.path;
		}
	}
	for (auto &cdc : change.cdc_files) {
		if (cdc.data_change) {
			return "a change data file has dataChange: " + cdc.path;
		}
	}
	return std::nullopt;
}

//! PROTOCOL.md, "Append-only Tables". Dropping the table is no change of its rows.
Reason CheckAppendOnly(const Snapshot &base, const TableChange &change) {
	if (!base.configuration->IsAppendOnly() || (change.metadata && IsDropped(*change.metadata))) {
		return std::nullopt;
	}
	for (auto &remove : change.removed_files) {
		if (remove.data_change) {
			return "the table is append-only (delta.appendOnly = true): rows can only be inserted. Set the property to "
			       "false to change or "
			       "delete rows";
		}
	}
	return std::nullopt;
}

Reason CheckPartitionValues(const TableConfiguration &configuration, const TableChange &change) {
	auto &columns = configuration.PartitionColumns();
	for (auto &add : change.added_files) {
		bool complete = add.partition_values.size() == columns.size();
		for (auto column : columns) {
			complete =
			    complete && add.partition_values.contains(configuration.GetSchema().fields[column].PhysicalName());
		}
		if (!complete) {
			return "the file " + add.path + " does not name a value for exactly the partition columns";
		}
		if (add.deletion_vector && !add.stats) {
			return "the file " + add.path + " has a deletion vector but no numRecords";
		}
	}
	return std::nullopt;
}

Reason CheckLiveFile(const TableChange &change, const FileBatch &batch, uint32_t row, PathChange &path) {
	auto vector = batch.DeletionVector(row);
	std::string live_id = vector ? vector->UniqueId() : std::string();
	if (path.remove && VectorId(path.remove->deletion_vector) == live_id) {
		path.remove_is_live = true;
		return std::nullopt;
	}
	const bool is_same = path.add && VectorId(path.add->deletion_vector) == live_id;
	if (path.add && !(is_same && IsBackfilled(change, *path.add))) {
		return "the file " + path.add->path + " is already part of the table";
	}
	return std::nullopt;
}

Reason CheckLiveFiles(const Snapshot &base, const TableChange &change, PathChanges &paths) {
	bool looks_up = !change.removed_files.empty() || (!paths.empty() && base.files.LiveCount() <= LOOKED_UP_FILES_MAX);
	if (!looks_up) {
		return std::nullopt;
	}
	Reason reason;
	base.files.ForEachLive([&](FileRef file) {
		auto &batch = base.files.BatchOf(file);
		auto found = paths.find(CanonicalPath(batch.Path(file.row)));
		if (found != paths.end() && !reason) {
			reason = CheckLiveFile(change, batch, file.row, found->second);
		}
	});
	for (auto &[path, action] : paths) {
		if (!reason && action.remove && !action.remove_is_live) {
			reason = "the change removes the file " + std::string(path) + ", which is not part of the table";
		}
	}
	return reason;
}

Reason CheckNewTable(const TableChange &change) {
	if (!change.protocol || !change.metadata) {
		return "a new table needs protocol and metaData";
	}
	if (!change.removed_files.empty()) {
		return "a new table cannot remove files";
	}
	return std::nullopt;
}

//! The configuration of the new version; throws Error when it cannot be written.
TableConfigurationPtr ResultingConfiguration(const Snapshot *base, const TableChange &change,
                                             const std::string &table_name) {
	bool replaces_dropped = base && base->IsDropped();
	if (base && !replaces_dropped) {
		base->configuration->CheckWritable();
	}
	if (!change.protocol && !change.metadata) {
		return base->configuration;
	}
	auto configuration = std::make_shared<TableConfiguration>(
	    table_name, change.protocol ? *change.protocol : base->configuration->GetProtocol(),
	    change.metadata ? *change.metadata : base->configuration->GetMetadata());
	configuration->CheckWritable();
	return configuration;
}

} // namespace

std::optional<std::string> CheckChange(const Snapshot *base, const TableChange &change, const std::string &table_name,
                                       TableConfigurationPtr &configuration) {
	if (!base) {
		if (auto reason = CheckNewTable(change)) {
			return reason;
		}
	} else if (base->IsDropped() && !change.metadata) {
		return "the table was dropped in version " + std::to_string(base->version) + ". Create it again first";
	}
	try {
		configuration = ResultingConfiguration(base, change, table_name);
	} catch (const Error &error) {
		return error.what();
	}
	PathChanges paths;
	if (auto reason = CollectPaths(change, paths)) {
		return reason;
	}
	if (auto reason = CheckDataChange(change)) {
		return reason;
	}
	if (auto reason = CheckPartitionValues(*configuration, change)) {
		return reason;
	}
	if (auto reason = MissingRowCount(*configuration, change)) {
		return reason;
	}
	if (!base) {
		return std::nullopt;
	}
	if (auto reason = CheckAppendOnly(*base, change)) {
		return reason;
	}
	if (auto reason = MissingRowIds(*configuration, *base, change)) {
		return reason;
	}
	return CheckLiveFiles(*base, change, paths);
}

} // namespace merganser
