#include "engine/functions/table_changes.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/version_value.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "scan/change_plan.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *CHANGES_NAME = "table_changes";

//! The table in its newest version that is committed.
NamedTable ResolveCommitted(duckdb::ClientContext &context, const Value &argument) {
	auto table = ResolveTable(context, CHANGES_NAME, argument);
	if (!table.catalog) {
		return table;
	}
	auto &transaction = LakeTransaction::Get(context, *table.catalog);
	const auto &location = table.snapshot->location;
	if (!transaction.HasLocalChange(location)) {
		return table;
	}
	if (table.snapshot->version == 0) {
		throw duckdb::BinderException("%s: the table \"%s\" has no version yet: COMMIT the transaction first",
		                              CHANGES_NAME, table.name);
	}
	table.snapshot = transaction.ViewAtVersion(context, location, table.snapshot->version - 1);
	return table;
}

//! What a range of changes is read from.
class ChangeRange {
public:
	ChangeRange(duckdb::ClientContext &context_p, NamedTable table_p)
	    : context(context_p), table(std::move(table_p)),
	      cancel(context), log {LakeInstance::Get(context).Parquet(), cancel}, newest(table.snapshot->version) {
	}

	//! Throws BinderException for what is no range of the table's versions.
	VersionRange Find(const Value &from, const std::optional<Value> &to) {
		const bool has_times = IsTime(from) || (to && IsTime(*to));
		VersionRange range {Begin(from), to ? End(*to) : newest};
		// What comes after the newest version is what a consumer asks for that has seen all: there is nothing yet.
		const bool asks_for_next = range.first == newest + 1 && !to;
		if (range.first > newest && !asks_for_next && !has_times) {
			throw duckdb::BinderException("%s: table \"%s\" has no version %d: the newest is %d", CHANGES_NAME,
			                              table.name, range.first, newest);
		}
		if (range.first > range.last && !asks_for_next && !has_times) {
			throw duckdb::BinderException("%s: the range of versions ends before it begins: %d to %d", CHANGES_NAME,
			                              range.first, range.last);
		}
		return range;
	}

	ScanTarget Plan(VersionRange range) {
		auto last = range.last == newest || range.last < range.first ? table.snapshot : AtVersion(range.last);
		if (auto *field = FindChangeFeedColumn(last->configuration->GetSchema())) {
			throw duckdb::BinderException("%s: table \"%s\" has a column \"%s\" of its own, so that it can have no "
			                              "change data feed",
			                              CHANGES_NAME, table.name, field->name);
		}
		ChangePlan plan;
		if (range.first <= range.last) {
			ReadCommits(last->location, range, cancel, [&](RangedCommit &&commit) { plan.Add(std::move(commit)); });
		}
		const auto base = plan.BaseVersion();
		plan.Check(base ? AtVersion(*base)->configuration : nullptr, last->configuration);
		ScanTarget target;
		target.snapshot = SnapshotOf(*last, plan.files);
		target.display_name = table.name;
		target.changes = std::make_shared<const std::vector<FileOfChanges>>(std::move(plan.files));
		return target;
	}

private:
	static bool IsTime(const Value &value) {
		switch (value.type().id()) {
		case duckdb::LogicalTypeId::VARCHAR:
		case duckdb::LogicalTypeId::DATE:
		case duckdb::LogicalTypeId::TIMESTAMP:
		case duckdb::LogicalTypeId::TIMESTAMP_SEC:
		case duckdb::LogicalTypeId::TIMESTAMP_MS:
		case duckdb::LogicalTypeId::TIMESTAMP_NS:
		case duckdb::LogicalTypeId::TIMESTAMP_TZ:
			return true;
		default:
			return false;
		}
	}

	int64_t Microseconds(const Value &value) {
		const auto timestamp = value.CastAs(context, LogicalType::TIMESTAMP_TZ).GetValue<duckdb::timestamp_tz_t>();
		if (!duckdb::Timestamp::IsFinite(duckdb::timestamp_t(timestamp.value))) {
			throw duckdb::BinderException("%s: %s is no point in time of a version", CHANGES_NAME, value.ToString());
		}
		return timestamp.value;
	}

	int64_t Begin(const Value &from) {
		if (!IsTime(from)) {
			return VersionOfValue(from, "table_changes: from");
		}
		// Versions have times of milliseconds: the first that is not before the microsecond.
		const auto time_us = Microseconds(from);
		const auto time_ms = time_us >= 0 ? (time_us + 999) / 1000 : time_us / 1000;
		return FirstVersionFromTimestamp(table.snapshot->location, log, time_ms);
	}

	int64_t End(const Value &to) {
		if (IsTime(to)) {
			const auto time_ms = duckdb::Timestamp::GetEpochMs(duckdb::timestamp_t(Microseconds(to)));
			return std::min(newest, VersionAtTimestamp(table.snapshot->location, log, time_ms));
		}
		const auto version = VersionOfValue(to, "table_changes: to");
		if (version > newest) {
			throw duckdb::BinderException("%s: table \"%s\" has no version %d: the newest is %d. Leave the end of "
			                              "the range out to read up to it",
			                              CHANGES_NAME, table.name, version, newest);
		}
		return version;
	}

	SnapshotPtr AtVersion(int64_t version) {
		return LakeInstance::Get(context).Snapshots().AtVersion(table.snapshot->location, log, version);
	}

	static SnapshotPtr SnapshotOf(const Snapshot &last, const std::vector<FileOfChanges> &files) {
		auto changes = std::make_shared<Snapshot>();
		changes->location = last.location;
		changes->version = last.version;
		changes->timestamp_ms = last.timestamp_ms;
		changes->configuration = ChangeFeedConfiguration(*last.configuration);
		std::vector<CommittedFile> committed;
		uint64_t bytes = 0;
		for (auto &file : files) {
			committed.push_back(file.committed);
			bytes += uint64_t(file.committed.file.size);
		}
		if (!committed.empty()) {
			changes->files.Append(MakeCommitBatch(committed, changes->configuration), nullptr, committed.size(), bytes);
		}
		return changes;
	}

	duckdb::ClientContext &context;
	const NamedTable table;
	ClientCancelToken cancel;
	const LogContext log;
	const int64_t newest;
};

duckdb::unique_ptr<duckdb::FunctionData> BindTableChanges(duckdb::ClientContext &context,
                                                          duckdb::TableFunctionBindInput &input,
                                                          duckdb::vector<LogicalType> &types,
                                                          duckdb::vector<std::string> &names) {
	const auto to = input.inputs.size() > 2 ? std::optional(input.inputs[2]) : std::nullopt;
	if (input.inputs[1].IsNull() || (to && to->IsNull())) {
		throw duckdb::BinderException("%s: a bound of the range is NULL; give a version or a timestamp. Without an end "
		                              "the range goes up to the newest version",
		                              CHANGES_NAME);
	}
	auto table = ResolveCommitted(context, input.inputs[0]);
	if (table.catalog && !to) {
		// The newest version may become another one before a write of this transaction is committed.
		LakeTransaction::Get(context, *table.catalog).MarkWholeTableRead(table.snapshot->location);
	}
	auto target = AtBorder([&] {
		ChangeRange changes(context, std::move(table));
		return changes.Plan(changes.Find(input.inputs[1], to));
	});
	TableColumns(*target.snapshot, names, types);
	duckdb::unique_ptr<duckdb::FunctionData> bind_data;
	// From here on the plan holds the scan itself: DuckDB goes on with what stands in the input.
	input.table_function = MakeLakeScan(context, std::move(target), bind_data);
	return bind_data;
}

} // namespace

duckdb::TableFunctionSet MakeTableChanges() {
	duckdb::TableFunctionSet functions(CHANGES_NAME);
	// Not BIGINT: a timestamp is another way to say it, and the cast to it would round.
	functions.AddFunction(duckdb::TableFunction({LogicalType::VARCHAR, LogicalType::ANY}, nullptr, BindTableChanges));
	functions.AddFunction(
	    duckdb::TableFunction({LogicalType::VARCHAR, LogicalType::ANY, LogicalType::ANY}, nullptr, BindTableChanges));
	return functions;
}

} // namespace merganser
