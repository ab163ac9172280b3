#include "engine/write/writing_operator.hpp"

namespace merganser {

namespace {

class WritingSourceState : public duckdb::GlobalSourceState {
public:
	duckdb::ColumnDataScanState scan;
};

} // namespace

WritingOperator::WritingOperator(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p,
                                 std::string table_name_p, idx_t estimated_cardinality_p)
    : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types_p), estimated_cardinality_p),
      table_name(std::move(table_name_p)) {
}

duckdb::InsertionOrderPreservingMap<std::string> WritingOperator::ParamsToString() const {
	duckdb::InsertionOrderPreservingMap<std::string> result;
	result["Table"] = table_name;
	return result;
}

duckdb::unique_ptr<duckdb::GlobalSourceState> WritingOperator::GetGlobalSourceState(duckdb::ClientContext &) const {
	auto state = duckdb::make_uniq<WritingSourceState>();
	const auto &returned = sink_state->Cast<WritingState>().returned;
	if (returned) {
		returned->Rows().InitializeScan(state->scan);
	}
	return state;
}

duckdb::SourceResultType WritingOperator::GetDataInternal(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
                                                          duckdb::OperatorSourceInput &input) const {
	auto &source = input.global_state.Cast<WritingSourceState>();
	auto &written = sink_state->Cast<WritingState>();
	if (written.returned) {
		written.returned->Rows().Scan(source.scan, chunk);
		return chunk.size() == 0 ? duckdb::SourceResultType::FINISHED : duckdb::SourceResultType::HAVE_MORE_OUTPUT;
	}
	chunk.SetValue(0, 0, duckdb::Value::BIGINT(static_cast<int64_t>(written.row_count)));
	chunk.SetCardinality(1);
	return duckdb::SourceResultType::FINISHED;
}

} // namespace merganser
