#pragma once

#include "duckdb.hpp"
#include "engine/write/row_change_plan.hpp"
#include "engine/write/writing_operator.hpp"

#include <string>

namespace merganser {

//! Sink of UPDATE, DELETE, MERGE and REPLACE WHERE: sorts the arriving rows to the statement's clauses, the first that
//! fits.
class LakeRowChange : public WritingOperator {
public:
	LakeRowChange(duckdb::PhysicalPlan &physical_plan, duckdb::vector<duckdb::LogicalType> types, RowChangePlan plan,
	              idx_t estimated_cardinality);

	std::string GetName() const override;
	//! Besides: the columns that its updates set.
	duckdb::InsertionOrderPreservingMap<std::string> ParamsToString() const override;
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

private:
	RowChangePlan plan;
};

} // namespace merganser
