#include "log/log_listing.hpp"

#include "base/error.hpp"
#include "log/last_checkpoint.hpp"
#include "log/log_inventory.hpp"

namespace merganser {

namespace {

[[noreturn]] void ThrowNoTable(const TableLocation &location, const LogInventory &inventory) {
	const auto folder = location.LogFolder();
	const auto begin = "there is no Delta table '" + location.name + "': ";
	if (inventory.ShowedNothing() && !location.store->FolderExists(folder)) {
		throw Error(ErrorKind::NOT_FOUND, begin + "the folder " + folder + " is missing");
	}
	if (inventory.ShowedNothing()) {
		throw Error(ErrorKind::NOT_FOUND, begin + "the folder " + folder + " is empty or missing");
	}
	throw Error(ErrorKind::NOT_FOUND, begin + "the folder " + folder + " is empty of commits and checkpoints");
}

[[noreturn]] void ThrowMissing(const TableLocation &location, const LogInventory &inventory, int64_t version,
                               int64_t missing) {
	const auto newest = inventory.Newest();
	const auto oldest = inventory.OldestReadable();
	if (oldest && *oldest > version) {
		throw Error(ErrorKind::NOT_FOUND, "version " + std::to_string(version) + " of table '" + location.name +
		                                      "' was cleaned up: versions " + std::to_string(*oldest) + " to " +
		                                      std::to_string(newest) + " are available");
	}
	throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': version " + std::to_string(missing) +
	                                    " is missing from the log, but version " + std::to_string(newest) +
	                                    " is there. Restore the file " + location.CommitPath(missing));
}

//! The segment from the hint's version on. nullopt when the hint leads nowhere: then the whole log has to be listed.
std::optional<LogSegment> TryFromHint(const TableLocation &location, std::optional<int64_t> version) {
	const auto hint = TryReadLastCheckpoint(location);
	if (!hint || (version && *version < *hint)) {
		return std::nullopt;
	}
	auto inventory = LogInventory::List(location, *hint);
	if (inventory.checkpoints.empty() || (version && *version > inventory.Newest())) {
		return std::nullopt;
	}
	const auto wanted = version.value_or(inventory.Newest());
	if (inventory.CheckpointAtOrBefore(wanted) < 0) {
		return std::nullopt;
	}
	int64_t missing = -1;
	return inventory.TrySegment(wanted, missing);
}

} // namespace

LogSegment ListLogSegment(const TableLocation &location, std::optional<int64_t> version) {
	if (version && *version < 0) {
		throw Error(ErrorKind::INVALID_INPUT, "a version of table '" + location.name + "' cannot be negative");
	}
	if (auto segment = TryFromHint(location, version)) {
		return std::move(*segment);
	}
	auto inventory = LogInventory::List(location);
	if (inventory.IsEmpty()) {
		ThrowNoTable(location, inventory);
	}
	const auto newest = inventory.Newest();
	if (version && *version > newest) {
		throw Error(ErrorKind::NOT_FOUND, "table '" + location.name + "' has no version " + std::to_string(*version) +
		                                      ": the newest is " + std::to_string(newest));
	}
	const auto wanted = version.value_or(newest);
	int64_t missing = -1;
	auto segment = inventory.TrySegment(wanted, missing);
	if (!segment) {
		ThrowMissing(location, inventory, wanted, missing);
	}
	return std::move(*segment);
}

std::vector<LogFile> ListNewCommits(const TableLocation &location, int64_t after_version) {
	if (after_version < 0) {
		// A table that is being created: there is no version to begin at.
		auto inventory = LogInventory::List(location);
		std::vector<LogFile> commits;
		for (auto &[version, file] : inventory.commits) {
			if (version != int64_t(commits.size())) {
				throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': version " +
				                                    std::to_string(commits.size()) + " is missing from the log");
			}
			commits.push_back(file);
		}
		return commits;
	}
	auto tail = ListLogTail(location, after_version);
	if (tail.has_gap) {
		throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': version " +
		                                    std::to_string(after_version + 1 + int64_t(tail.commits.size())) +
		                                    " is missing from the log");
	}
	return std::move(tail.commits);
}

} // namespace merganser
