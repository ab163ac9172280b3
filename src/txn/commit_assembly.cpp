#include "txn/commit_assembly.hpp"

#include "base/json_writer.hpp"
#include "protocol/identity_columns.hpp"
#include "protocol/row_tracking.hpp"
#include "txn/conflict_check.hpp"
#include "txn/row_ids.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace merganser {

namespace {

const char *IsolationName(const CommitContent &content) {
	if (RearrangesOnly(content.change)) {
		return "SnapshotIsolation";
	}
	auto &configuration = content.base ? *content.base->configuration : *content.configuration;
	switch (content.isolation.value_or(configuration.Isolation())) {
	case IsolationLevel::SERIALIZABLE:
		return "Serializable";
	case IsolationLevel::WRITE_SERIALIZABLE:
		return "WriteSerializable";
	}
	return "Serializable";
}

//! Adds files at most and does not depend on any: looking up an application id is no dependency on files.
bool IsBlindAppend(const CommitContent &content) {
	auto &read = content.read_set;
	bool depends_on_files = read.whole_table || !read.predicates.empty() || !read.files.empty();
	return !depends_on_files && content.change.removed_files.empty() && content.change.cdc_files.empty();
}

//! `BEGIN; DELETE FROM t; INSERT INTO t …; COMMIT`: every file of the version before is removed (CheckChange saw that
//! each is live and named once), and new ones take their place. Files that others added meanwhile stay: no overwrite.
bool IsOverwrite(const CommitContent &content, const CommitSlot &slot) {
	return content.change.refill_parameters && slot.previous &&
	       slot.previous->files.LiveCount() == content.change.removed_files.size();
}

//! Whoever copies or updates rows of a table with row tracking keeps their ids. Before it was enabled there are none to
//! keep: without the tag readers take ids of such a commit for new ones.
bool KeepsRowIds(const CommitContent &content) {
	return RowTrackingEnabled(*content.configuration) &&
	       (!content.base || RowTrackingEnabled(*content.base->configuration));
}

//! Spark's: its writers let a change of metadata pass that only says how far rows were numbered.
constexpr const char *IDENTITY_TAG = "delta.identity.schemaUpdate";

bool OnlyNumbersRows(const CommitContent &content) {
	auto &change = content.change;
	return content.base && change.metadata && !change.protocol &&
	       MovesHighWaterMarksOnly(content.base->configuration->GetMetadata(), *change.metadata);
}

std::optional<std::string> TagsOf(const CommitContent &content) {
	std::vector<std::string_view> tags;
	if (KeepsRowIds(content)) {
		tags.emplace_back(ROW_TRACKING_PRESERVED_TAG);
	}
	if (OnlyNumbersRows(content)) {
		tags.emplace_back(IDENTITY_TAG);
	}
	if (tags.empty()) {
		return std::nullopt;
	}
	JsonWriter json;
	json.StartObject();
	for (auto tag : tags) {
		json.Key(tag).String("true");
	}
	json.EndObject();
	return json.Take();
}

CommitInfo MakeCommitInfo(const CommitContent &content, const CommitSlot &slot) {
	CommitInfo info;
	info.timestamp = slot.now_ms;
	if (content.configuration->InCommitTimestampsEnabled()) {
		info.in_commit_timestamp = slot.previous ? std::max(slot.now_ms, slot.previous->timestamp_ms + 1) : slot.now_ms;
	}
	info.operation = content.change.operation.empty() ? "WRITE" : content.change.operation;
	info.operation_parameters = content.change.operation_parameters;
	if (IsOverwrite(content, slot)) {
		info.operation = "WRITE";
		info.operation_parameters = *content.change.refill_parameters;
		info.operation_parameters["mode"] = "Overwrite";
	}
	info.operation_metrics = content.change.operation_metrics;
	info.engine_info = content.engine_info;
	info.txn_id = content.txn_id;
	info.is_blind_append = IsBlindAppend(content);
	info.isolation_level = IsolationName(content);
	if (auto tags = TagsOf(content)) {
		info.other["tags"] = std::move(*tags);
	}
	if (content.base) {
		info.read_version = content.base->version;
	}
	return info;
}

//! A commit that turns in-commit timestamps on in a table with history says since when they hold.
void SetTimestampEnablement(const CommitContent &content, const CommitSlot &slot, const CommitInfo &info,
                            Metadata &metadata) {
	bool enables =
	    content.base && info.in_commit_timestamp && !content.base->configuration->InCommitTimestampsEnabled();
	if (enables) {
		metadata.configuration["delta.inCommitTimestampEnablementVersion"] = std::to_string(slot.version);
		metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] =
		    std::to_string(*info.in_commit_timestamp);
	}
}

} // namespace

std::vector<Action> AssembleCommit(const CommitContent &content, const CommitSlot &slot) {
	auto info = MakeCommitInfo(content, slot);
	auto actions = ActionsOf(content.change);
	for (auto &action : actions) {
		if (auto metadata = std::get_if<Metadata>(&action)) {
			SetTimestampEnablement(content, slot, info, *metadata);
		} else if (auto remove = std::get_if<RemoveFile>(&action)) {
			remove->deletion_timestamp = remove->deletion_timestamp.value_or(slot.now_ms);
		}
	}
	actions.insert(actions.begin(), std::move(info));
	AssignRowIds(*content.configuration, slot.previous, slot.version, actions);
	return actions;
}

} // namespace merganser
