#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "engine/write/returned_rows.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace merganser {

//! One execution of a statement that writes: what it gives out when it is done.
class WritingState : public duckdb::GlobalSinkState {
public:
	//! nullptr without RETURNING.
	std::unique_ptr<ReturnedRows> returned;
	//! Rows that the statement counts.
	std::atomic<uint64_t> row_count {0};
};

//! What all sinks of a table are: also the source of the count, or of the rows of RETURNING. Shared by threads and
//! executions: everything of one execution is in the sink state, which is a WritingState.
class WritingOperator : public duckdb::PhysicalOperator {
public:
	WritingOperator(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types, std::string table_name,
	                idx_t estimated_cardinality);

	bool IsSink() const override {
		return true;
	}
	bool IsSource() const override {
		return true;
	}
	duckdb::InsertionOrderPreservingMap<std::string> ParamsToString() const override;
	duckdb::unique_ptr<duckdb::GlobalSourceState> GetGlobalSourceState(duckdb::ClientContext &context) const override;

protected:
	duckdb::SourceResultType GetDataInternal(duckdb::ExecutionContext &context, duckdb::DataChunk &chunk,
	                                         duckdb::OperatorSourceInput &input) const override;

private:
	const std::string table_name;
};

} // namespace merganser
