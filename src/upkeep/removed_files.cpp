#include "upkeep/removed_files.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_file.hpp"
#include "protocol/deletion_vector.hpp"
#include "store/head_below.hpp"

#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace merganser {

namespace {

//! False where a segment is empty, '.' or '..'.
bool IsPlainPath(std::string_view path) {
	while (true) {
		const auto slash = path.find('/');
		const auto segment = path.substr(0, slash);
		if (segment.empty() || segment == "." || segment == "..") {
			return false;
		}
		if (slash == std::string_view::npos) {
			return true;
		}
		path.remove_prefix(slash + 1);
	}
}

std::optional<std::string> RelativePath(std::string_view log_path) {
	if (log_path.empty() || IsAbsolutePath(log_path)) {
		return std::nullopt;
	}
	try {
		auto path = PercentDecode(log_path);
		return IsPlainPath(path) ? std::optional(std::move(path)) : std::nullopt;
	} catch (const Error &error) {
		if (error.kind != ErrorKind::CORRUPT) {
			throw;
		}
		// No URI, so that nobody knows which file it means.
		return std::nullopt;
	}
}

void AddPathsOf(const Action &action, std::vector<std::string> &log_paths) {
	if (const auto *removed = std::get_if<RemoveFile>(&action)) {
		log_paths.push_back(removed->path);
		if (removed->deletion_vector && removed->deletion_vector->storage_type != 'i') {
			log_paths.push_back(DeletionVectorFile(*removed->deletion_vector));
		}
	} else if (const auto *change = std::get_if<AddCdcFile>(&action)) {
		log_paths.push_back(change->path);
	}
}

//! Which folders below the table's the plan may look into.
class EnteredFolders {
public:
	EnteredFolders(const TableLocation &location_p, VacuumPlan &plan_p) : location(location_p), plan(plan_p) {
	}

	bool IsEntered(const std::string &folder) {
		if (folder.size() <= location.root.size()) {
			return true;
		}
		const auto known = entered.find(folder);
		if (known != entered.end()) {
			return known->second;
		}
		const bool is_entered = IsEntered(std::string(ParentOf(folder))) && plan.Enters(folder) &&
		                        !location.store->FolderExists(JoinPath(folder, "_delta_log"));
		return entered[folder] = is_entered;
	}

private:
	const TableLocation &location;
	VacuumPlan &plan;
	std::map<std::string, bool> entered;
};

} // namespace

RemovedFiles::RemovedFiles(const TableLocation &location_p, LogContext context_p, const LogInventory &inventory_p,
                           const RemovedFilesRange &range_p)
    : location(location_p), context(context_p), inventory(inventory_p), range(range_p), next(range_p.begin) {
}

std::vector<std::string> RemovedFiles::ReadPaths() const {
	context.cancel.Check();
	std::vector<std::string> paths;
	for (const auto &action : ReadLogFile(location, inventory.commits.at(next.version))) {
		AddPathsOf(action, paths);
	}
	return paths;
}

bool RemovedFiles::SkipEmptyCommits() {
	for (; next.version <= range.last; next = {next.version + 1, 0}) {
		if (next.file < ReadPaths().size()) {
			return true;
		}
	}
	return false;
}

void RemovedFiles::Show(VacuumPlan &plan) {
	EnteredFolders folders(location, plan);
	std::unordered_set<std::string> shown;
	for (; next.version <= range.last; next = {next.version + 1, 0}) {
		const auto log_paths = ReadPaths();
		for (; next.file < log_paths.size(); next.file++) {
			if (plan.Count() >= range.files_max) {
				return;
			}
			context.cancel.Check();
			const auto relative = RelativePath(log_paths[next.file]);
			if (!relative || plan.IsKept(*relative) || !shown.insert(*relative).second) {
				continue;
			}
			const auto path = JoinPath(location.root, *relative);
			const auto object = folders.IsEntered(std::string(ParentOf(path)))
			                        ? HeadBelow(*location.store, location.root, path)
			                        : std::nullopt;
			if (object) {
				plan.Take(*object);
			}
		}
	}
}

} // namespace merganser
