#include "txn/commit_assembly.hpp"

#include "txn/conflict_check.hpp"
#include "txn/row_id_rebase.hpp"

#include <algorithm>

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
	if (content.base) {
		info.read_version = content.base->version;
	}
	return info;
}

//! A commit that turns in-commit timestamps on in a table with history says since when they hold.
Metadata WithTimestampEnablement(const CommitContent &content, const CommitSlot &slot, const CommitInfo &info) {
	Metadata metadata = *content.change.metadata;
	bool enables =
	    content.base && info.in_commit_timestamp && !content.base->configuration->InCommitTimestampsEnabled();
	if (enables) {
		metadata.configuration["delta.inCommitTimestampEnablementVersion"] = std::to_string(slot.version);
		metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] =
		    std::to_string(*info.in_commit_timestamp);
	}
	return metadata;
}

} // namespace

std::vector<Action> AssembleCommit(const CommitContent &content, const CommitSlot &slot) {
	auto &change = content.change;
	auto info = MakeCommitInfo(content, slot);
	std::vector<Action> actions;
	actions.emplace_back(info);
	if (change.protocol) {
		actions.emplace_back(*change.protocol);
	}
	if (change.metadata) {
		actions.emplace_back(WithTimestampEnablement(content, slot, info));
	}
	actions.insert(actions.end(), change.transactions.begin(), change.transactions.end());
	actions.insert(actions.end(), change.domains.begin(), change.domains.end());
	for (auto &remove : change.removed_files) {
		auto &action = std::get<RemoveFile>(actions.emplace_back(remove));
		if (!action.deletion_timestamp) {
			action.deletion_timestamp = slot.now_ms;
		}
	}
	actions.insert(actions.end(), change.added_files.begin(), change.added_files.end());
	actions.insert(actions.end(), change.cdc_files.begin(), change.cdc_files.end());
	RebaseRowIds(content.base, slot.previous, slot.version, actions);
	return actions;
}

} // namespace merganser
