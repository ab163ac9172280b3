#include "engine/functions/vacuum.hpp"

#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/common/types/interval.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/functions/row_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/maintain/table_vacuum.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/statement_commit.hpp"
#include "upkeep/vacuum.hpp"

#include <optional>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *VACUUM_NAME = "merganser_vacuum";

struct VacuumCall : public duckdb::TableFunctionData {
	TableLocation location;
	std::optional<int64_t> retention_ms;
	bool dry_run = false;
	VacuumKind kind = VacuumKind::FULL;
	bool SupportStatementCache() const override {
		return false;
	}
};

struct VacuumState : public duckdb::GlobalTableFunctionState {
	bool has_run = false;
	//! Of a dry run.
	std::optional<VacuumPlan> plan;
	size_t next = 0;
};

VacuumRequest MakeRequest(duckdb::ClientContext &context, const VacuumCall &call, LogContext log) {
	auto request = MakeVacuumRequest(context, call.location, log);
	request.retention_ms = call.retention_ms;
	request.kind = call.kind;
	return request;
}

duckdb::vector<Value> RunForGood(duckdb::ClientContext &context, const VacuumCall &call) {
	if (!context.transaction.IsAutoCommit()) {
		throw duckdb::TransactionException(
		    "%s cannot run inside of BEGIN: what it deletes cannot be rolled back. COMMIT "
		    "or ROLLBACK first. Nothing was deleted",
		    VACUUM_NAME);
	}
	ClientCancelToken cancel(context);
	const LogContext log {LakeInstance::Get(context).Parquet(), cancel};
	const auto result = AtBorder([&] { return VacuumTable(context, MakeRequest(context, call, log), log); });
	return {Value::BIGINT(int64_t(result.deleted_files)), Value::BIGINT(int64_t(result.deleted_bytes)),
	        Value::BIGINT(int64_t(result.deleted_folders))};
}

VacuumPlan RunDry(duckdb::ClientContext &context, const VacuumCall &call) {
	auto &instance = LakeInstance::Get(context);
	ClientCancelToken cancel(context);
	const LogContext log {instance.Parquet(), cancel};
	return AtBorder([&] {
		return PlanVacuum(MakeRequest(context, call, log),
		                  CommitEnvironment {log, instance.GetClock(), instance.GetRandom()});
	});
}

void EmitFiles(const VacuumPlan &plan, size_t &next, duckdb::DataChunk &output) {
	duckdb::idx_t count = 0;
	for (; next < plan.Count() && count < STANDARD_VECTOR_SIZE; next++, count++) {
		output.SetValue(0, count, Value(std::string(plan.RelativePathOf(next))));
		output.SetValue(1, count, Value::BIGINT(int64_t(plan.SizeOf(next))));
		output.SetValue(
		    2, count,
		    Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::Timestamp::FromEpochMs(plan.ModifiedOf(next)).value)));
	}
	output.SetCardinality(count);
}

void Run(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	const auto &call = input.bind_data->Cast<VacuumCall>();
	auto &state = input.global_state->Cast<VacuumState>();
	const bool is_first = !state.has_run;
	state.has_run = true;
	if (call.dry_run) {
		if (is_first) {
			state.plan.emplace(RunDry(context, call));
		}
		EmitFiles(*state.plan, state.next, output);
	} else if (is_first) {
		EmitNext({RunForGood(context, call)}, state.next, output);
	}
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> Init(duckdb::ClientContext &, duckdb::TableFunctionInitInput &) {
	return duckdb::make_uniq<VacuumState>();
}

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input,
                                              duckdb::vector<LogicalType> &types, duckdb::vector<std::string> &names) {
	auto call = duckdb::make_uniq<VacuumCall>();
	call->dry_run = IsTrue(input, "dry_run");
	call->kind = IsTrue(input, "lite") ? VacuumKind::LITE : VacuumKind::FULL;
	const auto retain = input.named_parameters.find("retain");
	if (retain != input.named_parameters.end() && !retain->second.IsNull()) {
		call->retention_ms = duckdb::Interval::GetMilli(duckdb::IntervalValue::Get(retain->second));
	}
	if (call->dry_run) {
		call->location = ResolveTable(context, VACUUM_NAME, input.inputs[0]).snapshot->location;
		names = {"path", "size_in_bytes", "modification_time"};
		types = {LogicalType::VARCHAR, LogicalType::BIGINT, LogicalType::TIMESTAMP_TZ};
	} else {
		call->location = ResolveChangedTable(context, VACUUM_NAME, input).snapshot->location;
		names = {"num_deleted_files", "size_of_deleted_files", "num_deleted_folders"};
		types.assign(names.size(), LogicalType::BIGINT);
	}
	return call;
}

} // namespace

void RegisterVacuum(duckdb::ExtensionLoader &loader) {
	duckdb::TableFunction function(VACUUM_NAME, {LogicalType::VARCHAR}, Run, Bind, Init);
	function.function_info = duckdb::make_shared_ptr<ChangingFunctionInfo>();
	function.named_parameters["retain"] = LogicalType::INTERVAL;
	function.named_parameters["dry_run"] = LogicalType::BOOLEAN;
	function.named_parameters["lite"] = LogicalType::BOOLEAN;
	loader.RegisterFunction(function);
}

} // namespace merganser
