#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "engine/write/row_change_plan.hpp"

#include <string>

namespace merganser {

//! Sink of UPDATE, DELETE and MERGE: sorts the arriving rows to the statement's clauses, the first that fits; source of
//! the count or of the changed rows. Shared by threads and executions: everything of one execution is in the sink
//! state.
class LakeRowChange : public duckdb::PhysicalOperator {
public:
	LakeRowChange(duckdb::PhysicalPlan &physical_plan, duckdb::vector<duckdb::LogicalType> types, RowChangePlan plan,
	              idx_t estimated_cardinality);

	std::string GetName() const override;
	duckdb::InsertionOrderPreservingMap<std::string> ParamsToString() const override;

	bool IsSink() const override {
		return true;
	}
	bool ParallelSink() const override {
		return true;
	}
	duckdb::unique_ptr<duckdb::GlobalSinkState> GetGlobalSinkState(duckdb::ClientContext &context) const override;
	duckdb::unique_ptr<duckdb::LocalSinkState> GetLocalSinkState(duckdb::ExecutionContext &context) const override;
	duckdb::SinkResultType Sink(duckdb::ExecutionContext &context, duckdb::DataChunk &chunk,
	                            duckdb::OperatorSinkInput &input) const override;
	duckdb::SinkCombineResultType Combine(duckdb::ExecutionContext &context,
	                                      duckdb::OperatorSinkCombineInput &input) const override;
	duckdb::SinkFinalizeType Finalize(duckdb::Pipeline &pipeline, duckdb::Event &event, duckdb::ClientContext &context,
	                                  duckdb::OperatorSinkFinalizeInput &input) const override;

	bool IsSource() const override {
		return true;
	}
	duckdb::unique_ptr<duckdb::GlobalSourceState> GetGlobalSourceState(duckdb::ClientContext &context) const override;

protected:
	duckdb::SourceResultType GetDataInternal(duckdb::ExecutionContext &context, duckdb::DataChunk &chunk,
	                                         duckdb::OperatorSourceInput &input) const override;

private:
	RowChangePlan plan;
};

} // namespace merganser
