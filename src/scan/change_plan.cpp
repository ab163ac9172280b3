#include "scan/change_plan.hpp"

#include "base/error.hpp"
#include "log/file_key.hpp"
#include "protocol/partition_value.hpp"
#include "scan/change_columns.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace merganser {

namespace {

AddFile FileOf(RemoveFile &&removed) {
	AddFile file;
	file.path = std::move(removed.path);
	file.partition_values = removed.partition_values.value_or(PartitionValues());
	file.size = removed.size.value_or(0);
	file.modification_time = removed.deletion_timestamp.value_or(0);
	file.stats = std::move(removed.stats);
	file.deletion_vector = std::move(removed.deletion_vector);
	return file;
}

//! Rows that a deletion vector marks which another one does not; nullopt when there can be none.
std::optional<MarkedRows> Difference(const std::optional<DeletionVectorDescriptor> &marked,
                                     const std::optional<DeletionVectorDescriptor> &but_not) {
	if (!marked || (but_not && marked->UniqueId() == but_not->UniqueId())) {
		return std::nullopt;
	}
	return MarkedRows {*marked, but_not};
}

std::string VersionText(VersionRange versions) {
	return versions.first == versions.last
	           ? "version " + std::to_string(versions.first)
	           : "versions " + std::to_string(versions.first) + " to " + std::to_string(versions.last);
}

} // namespace

void ChangePlan::AddFileOf(const RangedCommit &commit, AddFile file, std::optional<ChangeType> type,
                           std::optional<MarkedRows> only) {
	static const auto timestamp_type = DataType::Primitive(TypeKind::TIMESTAMP);
	file.partition_values[std::string(CHANGE_VERSION_NAME)] = std::to_string(commit.version);
	file.partition_values[std::string(CHANGE_TIMESTAMP_NAME)] =
	    WritePartitionValue(commit.timestamp_ms * 1000, *timestamp_type);
	files.push_back({CommittedFile {std::move(file), commit.version}, type, std::move(only)});
}

void ChangePlan::AddChangeFiles(RangedCommit &commit) {
	for (auto &action : commit.actions) {
		if (auto *change = std::get_if<AddCdcFile>(&action)) {
			AddFile file;
			file.path = std::move(change->path);
			file.partition_values = std::move(change->partition_values);
			file.size = change->size;
			file.modification_time = commit.timestamp_ms;
			AddFileOf(commit, std::move(file), std::nullopt);
		}
	}
}

void ChangePlan::AddDerived(RangedCommit &commit) {
	std::map<std::string, RemoveFile, std::less<>> removed;
	for (auto &action : commit.actions) {
		auto *remove = std::get_if<RemoveFile>(&action);
		if (remove && remove->data_change) {
			auto key = std::string(CanonicalPath(remove->path));
			removed.emplace(std::move(key), std::move(*remove));
		}
	}
	bool adds_files = false;
	for (auto &action : commit.actions) {
		auto *added = std::get_if<AddFile>(&action);
		if (!added || !added->data_change) {
			continue;
		}
		const auto before = removed.find(CanonicalPath(added->path));
		if (before == removed.end()) {
			adds_files = true;
			AddFileOf(commit, std::move(*added), ChangeType::INSERT);
			continue;
		}
		// The same file with another deletion vector.
		const auto old_vector = std::move(before->second.deletion_vector);
		const auto new_vector = std::exchange(added->deletion_vector, std::nullopt);
		removed.erase(before);
		// They speak of the file's other rows too.
		added->stats.reset();
		if (auto rows = Difference(new_vector, old_vector)) {
			AddFileOf(commit, *added, ChangeType::DELETE, std::move(rows));
		}
		if (auto rows = Difference(old_vector, new_vector)) {
			AddFileOf(commit, *added, ChangeType::INSERT, std::move(rows));
		}
	}
	if (adds_files && !removed.empty()) {
		rewrites.push_back(commit.version);
	}
	for (auto &[path, remove] : removed) {
		if (!remove.partition_values) {
			without_partition_values.push_back(commit.version);
		}
		AddFileOf(commit, FileOf(std::move(remove)), ChangeType::DELETE);
	}
}

void ChangePlan::Add(RangedCommit &&commit) {
	Verify(range.last < 0 || commit.version == range.last + 1, "changes are planned commit by commit");
	range = {range.first < 0 ? commit.version : range.first, commit.version};
	ConfigurationChange change;
	bool has_change_files = false;
	for (auto &action : commit.actions) {
		if (auto *protocol = std::get_if<Protocol>(&action)) {
			change.protocol = std::move(*protocol);
		} else if (auto *metadata = std::get_if<Metadata>(&action)) {
			change.metadata = std::move(*metadata);
		}
		has_change_files = has_change_files || std::holds_alternative<AddCdcFile>(action);
	}
	if (change.protocol || change.metadata) {
		change.version = commit.version;
		changes.push_back(std::move(change));
	}
	if (has_change_files) {
		AddChangeFiles(commit);
	} else {
		AddDerived(commit);
	}
	if (commit.version == range.first) {
		first_removes_rows = std::any_of(files.begin(), files.end(),
		                                 [](auto &file) { return file.type != ChangeType::INSERT || file.only; });
	}
}

std::optional<int64_t> ChangePlan::BaseVersion() const {
	if (changes.empty()) {
		return std::nullopt;
	}
	const bool first_changes = changes.front().version == range.first;
	if (first_changes && first_removes_rows && range.first > 0) {
		return range.first - 1;
	}
	return changes.size() > size_t(first_changes) ? std::optional(range.first) : std::nullopt;
}

std::vector<ChangePlan::Period> ChangePlan::Periods(const TableConfigurationPtr &base,
                                                    const TableConfigurationPtr &last) const {
	const auto base_version = BaseVersion();
	if (!base_version) {
		return {{last, range}};
	}
	std::vector<Period> periods {{base, {*base_version, range.last}}};
	for (auto &change : changes) {
		if (change.version <= *base_version) {
			continue;
		}
		auto &before = periods.back();
		before.versions.last = change.version - 1;
		auto configuration = std::make_shared<const TableConfiguration>(
		    last->TableName(), change.protocol.value_or(before.configuration->GetProtocol()),
		    change.metadata.value_or(before.configuration->GetMetadata()));
		periods.push_back({std::move(configuration), {change.version, range.last}});
	}
	return periods;
}

void ChangePlan::CheckRewrites(const Period &period) const {
	if (period.configuration->ChangeDataFeedEnabled()) {
		return;
	}
	const auto &versions = period.versions;
	for (auto version : rewrites) {
		if (version >= versions.first && version <= versions.last) {
			throw Error(ErrorKind::INVALID_INPUT,
			            "table '" + period.configuration->TableName() + "': version " + std::to_string(version) +
			                " replaced files while the table had no change data feed (delta.enableChangeDataFeed), so "
			                "that changed rows cannot be told from copied ones. Read the changes from version " +
			                std::to_string(version + 1) + " on");
		}
	}
}

void ChangePlan::CheckColumns(const Period &period, const TableConfiguration &last) const {
	const auto problem = FindColumnThatDiffers(*period.configuration, last);
	if (!problem) {
		return;
	}
	const auto table = "table '" + last.TableName() + "': ";
	if (period.versions.last < range.first) {
		throw Error(ErrorKind::INVALID_INPUT,
		            table + "version " + std::to_string(range.first) +
		                " gave the table other columns, and its changes hold rows in the old ones: " + *problem +
		                ". Read the changes from version " + std::to_string(range.first + 1) + " on");
	}
	throw Error(ErrorKind::INVALID_INPUT, table + "the changes of " + VersionText(period.versions) +
	                                          " cannot be read in the columns of version " +
	                                          std::to_string(range.last) + ": " + *problem + ". Read " +
	                                          VersionText(period.versions) + " in a query of its own");
}

void ChangePlan::Check(const TableConfigurationPtr &base, const TableConfigurationPtr &last) const {
	if (range.last < 0) {
		return;
	}
	for (auto &period : Periods(base, last)) {
		CheckRewrites(period);
		CheckColumns(period, *last);
	}
	if (!without_partition_values.empty() && !last->PartitionColumns().empty()) {
		throw Error(ErrorKind::UNSUPPORTED,
		            "table '" + last->TableName() + "': version " + std::to_string(without_partition_values.front()) +
		                " removes files without naming their partition values, so that its changes cannot be read. "
		                "Read the changes from version " +
		                std::to_string(without_partition_values.front() + 1) + " on");
	}
}

} // namespace merganser
