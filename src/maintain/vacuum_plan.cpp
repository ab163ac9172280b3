#include "maintain/vacuum_plan.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace merganser {

namespace {

constexpr std::string_view LOG_FOLDER = "_delta_log";
constexpr std::string_view CHANGE_DATA_FOLDER = "_change_data";

bool IsHidden(std::string_view name) {
	return name.starts_with('_') || name.starts_with('.');
}

} // namespace

VacuumScope MakeVacuumScope(const Snapshot &snapshot, int64_t cutoff_ms) {
	VacuumScope scope {snapshot.location.root, cutoff_ms, {}};
	const auto &configuration = *snapshot.configuration;
	for (const auto column : configuration.PartitionColumns()) {
		const auto &field = configuration.GetSchema().fields[column];
		scope.partition_columns.push_back(field.name);
		scope.partition_columns.push_back(field.PhysicalName());
	}
	return scope;
}

VacuumPlan::VacuumPlan(VacuumScope scope_p, KeptFiles kept_p) : scope(std::move(scope_p)), kept(std::move(kept_p)) {
}

std::string_view VacuumPlan::RelativeTo(const std::string &path) const {
	const auto prefix = scope.root.ends_with('/') ? scope.root : scope.root + "/";
	Verify(path.starts_with(prefix) && StaysInside(std::string_view(path).substr(prefix.size())),
	       "a listing names only what is below its folder");
	return std::string_view(path).substr(prefix.size());
}

bool VacuumPlan::IsDataFolder(std::string_view relative_folder) const {
	const auto name = FileNameOf(relative_folder);
	if (!IsHidden(name) || relative_folder == CHANGE_DATA_FOLDER) {
		return true;
	}
	return std::any_of(scope.partition_columns.begin(), scope.partition_columns.end(),
	                   [&](const std::string &column) { return name.starts_with(column + "="); });
}

bool VacuumPlan::Enters(const std::string &folder) {
	const auto relative = RelativeTo(folder);
	if (FileNameOf(relative) == LOG_FOLDER) {
		const auto table = ParentOf(relative);
		if (!table.empty()) {
			other_tables.emplace_back(table);
		}
		return false;
	}
	return IsDataFolder(relative);
}

void VacuumPlan::Take(const ObjectInfo &object) {
	const auto relative = RelativeTo(object.path);
	if (object.is_folder || object.modified_ms >= scope.cutoff_ms || IsHidden(FileNameOf(relative)) ||
	    kept.Contains(relative)) {
		return;
	}
	Verify(relative.size() <= std::numeric_limits<uint32_t>::max(), "a path is shorter than 4 GiB");
	files.push_back(File {paths.size(), uint32_t(relative.size()), object.size_bytes, object.modified_ms});
	paths += relative;
}

void VacuumPlan::FinishWalk() {
	if (other_tables.empty()) {
		return;
	}
	std::sort(other_tables.begin(), other_tables.end());
	std::erase_if(files, [&](const File &file) {
		auto folder = ParentOf(std::string_view(paths).substr(file.path_begin, file.path_length));
		for (; !folder.empty(); folder = ParentOf(folder)) {
			if (std::binary_search(other_tables.begin(), other_tables.end(), folder)) {
				return true;
			}
		}
		return false;
	});
}

void VacuumPlan::Keep(const Action &action) {
	kept.Keep(action);
}

uint64_t VacuumPlan::Bytes() const {
	uint64_t bytes = 0;
	for (const auto &file : files) {
		bytes += file.size_bytes;
	}
	return bytes;
}

std::string_view VacuumPlan::RelativePathOf(size_t file) const {
	return std::string_view(paths).substr(files[file].path_begin, files[file].path_length);
}

std::string VacuumPlan::PathOf(size_t file) const {
	return JoinPath(scope.root, RelativePathOf(file));
}

} // namespace merganser
