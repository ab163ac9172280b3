#include "engine/functions/changing_function.hpp"

#include "engine/session/statement_commit.hpp"

#include <algorithm>

namespace merganser {

namespace {

struct CallState : public duckdb::GlobalTableFunctionState {
	bool has_run = false;
	WorkProgress progress;
	std::vector<duckdb::vector<duckdb::Value>> rows;
	size_t next = 0;
};

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> InitCall(duckdb::ClientContext &,
                                                              duckdb::TableFunctionInitInput &) {
	return duckdb::make_uniq<CallState>();
}

void RunCall(duckdb::ClientContext &context, duckdb::TableFunctionInput &input, duckdb::DataChunk &output) {
	auto &state = input.global_state->Cast<CallState>();
	if (!state.has_run) {
		state.rows = input.bind_data->Cast<ChangingCall>().Run(context, state.progress);
		state.has_run = true;
	}
	EmitNext(state.rows, state.next, output);
}

//! In percent, for the progress bar; -1 where it is not known.
double ProgressOf(duckdb::ClientContext &, const duckdb::FunctionData *,
                  const duckdb::GlobalTableFunctionState *global_state) {
	const auto &progress = global_state->Cast<CallState>().progress;
	const uint64_t total = progress.total;
	return total == 0 ? -1 : std::min(100.0, 100.0 * double(progress.done) / double(total));
}

} // namespace

duckdb::TableFunction MakeChangingFunction(const std::string &name, duckdb::vector<duckdb::LogicalType> arguments,
                                           duckdb::table_function_bind_t bind) {
	duckdb::TableFunction function(name, std::move(arguments), RunCall, bind, InitCall);
	function.table_scan_progress = ProgressOf;
	function.function_info = duckdb::make_shared_ptr<ChangingFunctionInfo>();
	return function;
}

} // namespace merganser
