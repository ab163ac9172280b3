#include "engine/functions/table_check.hpp"

#include "engine/functions/row_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/port/error_border.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/session/statement_commit.hpp"
#include "engine/write/shared_work.hpp"
#include "upkeep/table_check.hpp"
#include "upkeep/table_repair.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *CHECK_NAME = "merganser_check";

struct CheckCall : public duckdb::TableFunctionData {
	SnapshotPtr snapshot;
	//! Set where files that are gone are taken out of the log.
	duckdb::Catalog *repaired = nullptr;
	bool opens_files = true;
	bool SupportStatementCache() const override {
		return false;
	}
};

struct CheckState : public duckdb::GlobalTableFunctionState {
	bool has_run = false;
	std::vector<duckdb::vector<Value>> rows;
	size_t next = 0;
};

void Repair(duckdb::ClientContext &context, const CheckCall &call, const TableCheckRequest &request,
            const std::vector<TableProblem> &problems) {
	auto change = AtBorder(
	    [&] { return MakeRepairChange(*request.snapshot, problems, LakeInstance::Get(context).GetClock().NowMs()); });
	if (!change.IsEmpty()) {
		LakeTransaction::Get(context, *call.repaired).Stage(context, request.snapshot->location, std::move(change));
	}
}

std::vector<duckdb::vector<Value>> RunCheck(duckdb::ClientContext &context, const CheckCall &call) {
	ClientCancelToken cancel(context);
	auto snapshot = call.snapshot;
	if (call.repaired) {
		auto &transaction = LakeTransaction::Get(context, *call.repaired);
		transaction.CheckMayWrite(context, snapshot->location);
		snapshot = transaction.View(context, snapshot->location);
	}
	TableCheckRequest request {snapshot, LogContext {LakeInstance::Get(context).Parquet(), cancel}, nullptr};
	if (call.opens_files) {
		request.read_footer = ReadFooterStatistics;
	}
	const auto problems = AtBorder([&] {
		return CheckTable(request, [&](size_t count, const std::function<void(size_t)> &work) {
			ForEachOnAllThreads(context, count, work);
		});
	});
	if (call.repaired) {
		Repair(context, call, request, problems);
	}
	std::vector<duckdb::vector<Value>> rows;
	for (const auto &problem : problems) {
		const auto outcome = call.repaired && problem.gone_file ? "; it is no longer in the log" : "";
		rows.push_back({Value(NameOf(problem.kind)),
		                problem.path.empty() ? Value(LogicalType::VARCHAR) : Value(problem.path),
		                Value(problem.detail + outcome)});
	}
	return rows;
}

void EmitProblems(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	auto &state = input.global_state->Cast<CheckState>();
	if (!state.has_run) {
		state.has_run = true;
		state.rows = RunCheck(context, input.bind_data->Cast<CheckCall>());
	}
	EmitNext(state.rows, state.next, output);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitCheck(duckdb::ClientContext &,
                                                               duckdb::TableFunctionInitInput &) {
	return duckdb::make_uniq<CheckState>();
}

duckdb::unique_ptr<duckdb::FunctionData> BindCheck(duckdb::ClientContext &context,
                                                   duckdb::TableFunctionBindInput &input,
                                                   duckdb::vector<LogicalType> &types,
                                                   duckdb::vector<std::string> &names) {
	auto call = duckdb::make_uniq<CheckCall>();
	if (IsTrue(input, "repair")) {
		auto table = ResolveChangedTable(context, CHECK_NAME, input);
		call->snapshot = table.snapshot;
		call->repaired = table.catalog.get();
		input.table_function.function_info = duckdb::make_shared_ptr<ChangingFunctionInfo>();
	} else {
		call->snapshot = ResolveTable(context, CHECK_NAME, input.inputs[0]).snapshot;
	}
	call->opens_files = IsTrue(input, "footers", true);
	names = {"problem", "path", "detail"};
	types.assign(names.size(), LogicalType::VARCHAR);
	return call;
}

} // namespace

duckdb::TableFunction MakeTableCheck() {
	duckdb::TableFunction function(CHECK_NAME, {LogicalType::VARCHAR}, EmitProblems, BindCheck, InitCheck);
	function.named_parameters["footers"] = LogicalType::BOOLEAN;
	function.named_parameters["repair"] = LogicalType::BOOLEAN;
	return function;
}

} // namespace merganser
