#include "txn/row_ids.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "log/file_key.hpp"
#include "log/held_statistics.hpp"
#include "protocol/file_statistics.hpp"
#include "protocol/row_tracking.hpp"

#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace merganser {

namespace {

constexpr std::string_view MARK_KEY = "rowIdHighWaterMark";
//! The mark of a table that has given out no id.
constexpr int64_t NO_MARK = -1;

int64_t ParseMark(const std::string &configuration) {
	const auto mark = ParseJson(configuration, "domain " + std::string(ROW_TRACKING_DOMAIN)).Root().GetInt(MARK_KEY);
	if (mark < NO_MARK || mark == std::numeric_limits<int64_t>::max()) {
		throw Error(ErrorKind::CORRUPT, "domain " + std::string(ROW_TRACKING_DOMAIN) + ": " + std::string(MARK_KEY) +
		                                    " is " + std::to_string(mark));
	}
	return mark;
}

int64_t MarkOf(const Snapshot *snapshot) {
	if (!snapshot) {
		return NO_MARK;
	}
	auto found = snapshot->domains.find(std::string(ROW_TRACKING_DOMAIN));
	return found == snapshot->domains.end() ? NO_MARK : ParseMark(found->second.configuration);
}

DomainMetadata MarkAt(int64_t highest) {
	JsonWriter json;
	json.StartObject().Key(MARK_KEY).Int(highest).EndObject();
	return {std::string(ROW_TRACKING_DOMAIN), json.Take(), false};
}

//! Deleted rows too: ids go by position.
std::optional<int64_t> PhysicalRowsOf(const AddFile &file) {
	return file.stats ? ParseStatistics(*file.stats, {}).num_records : std::nullopt;
}

bool GivesOutIds(const TableConfiguration &configuration) {
	return SupportsRowTracking(configuration) && !IsRowTrackingSuspended(configuration);
}

//! A file that is taken out and put in again, by path.
using RemovedFiles = std::unordered_map<std::string_view, const RemoveFile *>;

RemovedFiles RemovedFilesOf(const std::vector<Action> &actions) {
	RemovedFiles removed;
	for (auto &action : actions) {
		auto remove = std::get_if<RemoveFile>(&action);
		if (remove && remove->base_row_id) {
			removed.emplace(CanonicalPath(remove->path), remove);
		}
	}
	return removed;
}

//! Gives the file what it had before, or the ids after `mark`, which moves.
void AssignTo(AddFile &file, const RemovedFiles &removed, int64_t version, int64_t &mark) {
	auto earlier = file.base_row_id ? removed.end() : removed.find(CanonicalPath(file.path));
	if (earlier != removed.end()) {
		file.base_row_id = earlier->second->base_row_id;
		file.default_row_commit_version = earlier->second->default_row_commit_version;
	}
	if (!file.base_row_id) {
		const auto rows = PhysicalRowsOf(file);
		Verify(rows && *rows >= 0 && *rows < std::numeric_limits<int64_t>::max() - (mark + 1),
		       "a file that gets row ids has a number of records");
		file.base_row_id = mark + 1;
		mark += *rows;
	}
	if (!file.default_row_commit_version) {
		file.default_row_commit_version = version;
	}
}

//! Row tracking begins: what was there before may have no ids.
bool Enables(const TableConfiguration &before, const TableConfiguration &after) {
	return RowTrackingEnabled(after) && !RowTrackingEnabled(before);
}

} // namespace

bool IsRowTracking(const DomainMetadata &domain) {
	return domain.domain == ROW_TRACKING_DOMAIN;
}

std::optional<std::string> MissingRowCount(const TableConfiguration &configuration, const TableChange &change) {
	if (!GivesOutIds(configuration)) {
		return std::nullopt;
	}
	for (auto &file : change.added_files) {
		if (!file.base_row_id && !PhysicalRowsOf(file)) {
			return "the file " + file.path +
			       " has no numRecords in its statistics, and the table's row tracking numbers rows by it. Write the "
			       "table anew: CREATE OR REPLACE TABLE … AS FROM it";
		}
	}
	return std::nullopt;
}

void BackfillRowIds(const Snapshot &base, TableChange &change) {
	if (!change.metadata) {
		return;
	}
	const auto &before = *base.configuration;
	const TableConfiguration after(before.TableName(), change.protocol.value_or(before.GetProtocol()),
	                               *change.metadata);
	if (!Enables(before, after)) {
		return;
	}
	base.files.ForEachLive([&](FileRef file) {
		if (base.files.BatchOf(file).ToAddFile(file.row).base_row_id) {
			return;
		}
		auto added = AddFileWithStatistics(base, file);
		added.data_change = false;
		change.added_files.push_back(std::move(added));
		change.known_files.backfills_row_ids = true;
	});
}

std::optional<std::string> MissingRowIds(const TableConfiguration &configuration, const Snapshot &base,
                                         const TableChange &change) {
	if (!Enables(*base.configuration, configuration)) {
		return std::nullopt;
	}
	std::unordered_set<std::string_view> paths;
	for (auto &file : change.removed_files) {
		paths.insert(CanonicalPath(file.path));
	}
	for (auto &file : change.added_files) {
		paths.insert(CanonicalPath(file.path));
	}
	std::optional<std::string> reason;
	base.files.ForEachLive([&](FileRef file) {
		const auto &batch = base.files.BatchOf(file);
		const bool is_known = reason || paths.contains(CanonicalPath(batch.Path(file.row)));
		if (!is_known && !batch.ToAddFile(file.row).base_row_id) {
			reason = "the file " + std::string(batch.Path(file.row)) + " has no row ids (baseRowId)";
		}
	});
	return reason;
}

void AssignRowIds(const TableConfiguration &configuration, const Snapshot *previous, int64_t version,
                  std::vector<Action> &actions) {
	if (!SupportsRowTracking(configuration)) {
		return;
	}
	// The mark is nobody else's to set.
	std::erase_if(actions, [](const Action &action) {
		auto domain = std::get_if<DomainMetadata>(&action);
		return domain && IsRowTracking(*domain);
	});
	const bool gives_out = GivesOutIds(configuration);
	const auto removed = RemovedFilesOf(actions);
	const auto highest = MarkOf(previous);
	auto mark = highest;
	for (auto &action : actions) {
		auto add = std::get_if<AddFile>(&action);
		if (add && gives_out) {
			AssignTo(*add, removed, version, mark);
		} else if (add) {
			add->base_row_id.reset();
			add->default_row_commit_version.reset();
		}
	}
	if (mark != highest) {
		actions.emplace_back(MarkAt(mark));
	}
}

} // namespace merganser
