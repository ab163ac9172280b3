#pragma once

#include "duckdb.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/write_spec.hpp"
#include "engine/write/writing_operator.hpp"
#include "txn/table_change.hpp"

#include <optional>
#include <string>

namespace merganser {

//! What an insert operator does; fixed at planning.
struct LakeInsertPlan {
	duckdb::Catalog &catalog;
	WriteSpec spec;
	//! Change that the files are added to: of INSERT only the operation, and what evolves the schema.
	TableChange change;
	bool creates = false;
	//! The rows replace all that the table holds.
	bool replaces_all = false;
	bool returning = false;
	bool keep_order = false;
};

//! Sink of INSERT and CREATE TABLE AS: writes data files, stages one change when all rows are in.
class LakeInsert : public WritingOperator {
public:
	LakeInsert(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types, LakeInsertPlan insert,
	           idx_t estimated_cardinality);

	std::string GetName() const override {
		return insert.creates ? "MERGANSER_CREATE_TABLE_AS" : "MERGANSER_INSERT";
	}
	bool ParallelSink() const override {
		return !insert.keep_order;
	}
	bool SinkOrderDependent() const override {
		return insert.keep_order;
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
	LakeInsertPlan insert;
};

} // namespace merganser
