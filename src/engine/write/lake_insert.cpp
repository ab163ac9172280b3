#include "engine/write/lake_insert.hpp"

#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/file_sink.hpp"
#include "txn/overwrite.hpp"

namespace merganser {

namespace {

class InsertGlobalState : public duckdb::GlobalSinkState {
public:
	InsertGlobalState(duckdb::ClientContext &context, const LakeInsertPlan &insert, LakeTransaction &transaction)
	    : sink(context, insert.spec, transaction) {
	}

	FileSink sink;
	std::mutex lock;
	//! Rows for RETURNING.
	duckdb::unique_ptr<duckdb::ColumnDataCollection> returned;
	uint64_t row_count = 0;
};

class InsertLocalState : public duckdb::LocalSinkState {
public:
	FileSink::Local rows;
	duckdb::unique_ptr<duckdb::ColumnDataCollection> returned;
	uint64_t row_count = 0;
};

class InsertSourceState : public duckdb::GlobalSourceState {
public:
	duckdb::ColumnDataScanState scan;
	bool is_done = false;
};

} // namespace

LakeInsert::LakeInsert(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p, LakeInsertPlan insert_p,
                       idx_t estimated_cardinality_p)
    : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types_p), estimated_cardinality_p),
      insert(std::move(insert_p)) {
}

duckdb::InsertionOrderPreservingMap<std::string> LakeInsert::ParamsToString() const {
	duckdb::InsertionOrderPreservingMap<std::string> result;
	result["Table"] = insert.spec.location.name;
	return result;
}

duckdb::unique_ptr<duckdb::GlobalSinkState> LakeInsert::GetGlobalSinkState(duckdb::ClientContext &context) const {
	auto &transaction = LakeTransaction::Get(context, insert.catalog);
	transaction.CheckMayWrite(context, insert.spec.location);
	return AtBorder([&] {
		auto state = duckdb::make_uniq<InsertGlobalState>(context, insert, transaction);
		if (insert.returning) {
			state->returned = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, types);
		}
		return duckdb::unique_ptr<duckdb::GlobalSinkState>(std::move(state));
	});
}

duckdb::unique_ptr<duckdb::LocalSinkState> LakeInsert::GetLocalSinkState(duckdb::ExecutionContext &) const {
	return duckdb::make_uniq<InsertLocalState>();
}

duckdb::SinkResultType LakeInsert::Sink(duckdb::ExecutionContext &context, duckdb::DataChunk &chunk,
                                        duckdb::OperatorSinkInput &input) const {
	auto &global = input.global_state.Cast<InsertGlobalState>();
	auto &local = input.local_state.Cast<InsertLocalState>();
	AtBorder([&] { global.sink.Sink(local.rows, chunk); });
	local.row_count += chunk.size();
	if (insert.returning) {
		if (!local.returned) {
			local.returned = duckdb::make_uniq<duckdb::ColumnDataCollection>(context.client, types);
		}
		local.returned->Append(chunk);
	}
	return duckdb::SinkResultType::NEED_MORE_INPUT;
}

duckdb::SinkCombineResultType LakeInsert::Combine(duckdb::ExecutionContext &,
                                                  duckdb::OperatorSinkCombineInput &input) const {
	auto &global = input.global_state.Cast<InsertGlobalState>();
	auto &local = input.local_state.Cast<InsertLocalState>();
	AtBorder([&] { global.sink.Combine(local.rows); });
	std::lock_guard<std::mutex> guard(global.lock);
	global.row_count += local.row_count;
	if (local.returned) {
		global.returned->Combine(*local.returned);
	}
	return duckdb::SinkCombineResultType::FINISHED;
}

duckdb::SinkFinalizeType LakeInsert::Finalize(duckdb::Pipeline &, duckdb::Event &, duckdb::ClientContext &context,
                                              duckdb::OperatorSinkFinalizeInput &input) const {
	auto &global = input.global_state.Cast<InsertGlobalState>();
	auto &transaction = LakeTransaction::Get(context, insert.catalog);
	AtBorder([&] {
		auto change = insert.change;
		change.added_files = global.sink.Finish();
		if (insert.replaces_all) {
			transaction.MarkWholeTableRead(insert.spec.location);
			const auto view = transaction.View(context, insert.spec.location);
			if (view) {
				RemoveAllFiles(*view, LakeInstance::Get(context).GetClock().NowMs(), change);
			}
		}
		change.operation_metrics["numFiles"] = std::to_string(change.added_files.size());
		change.operation_metrics["numOutputRows"] = std::to_string(global.row_count);
		change.operation_metrics["numOutputBytes"] = std::to_string(global.sink.ByteCount());
		transaction.Stage(context, insert.spec.location, std::move(change));
	});
	return duckdb::SinkFinalizeType::READY;
}

duckdb::unique_ptr<duckdb::GlobalSourceState> LakeInsert::GetGlobalSourceState(duckdb::ClientContext &) const {
	auto state = duckdb::make_uniq<InsertSourceState>();
	if (insert.returning) {
		sink_state->Cast<InsertGlobalState>().returned->InitializeScan(state->scan);
	}
	return state;
}

duckdb::SourceResultType LakeInsert::GetDataInternal(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
                                                     duckdb::OperatorSourceInput &input) const {
	auto &source = input.global_state.Cast<InsertSourceState>();
	auto &global = sink_state->Cast<InsertGlobalState>();
	if (insert.returning) {
		global.returned->Scan(source.scan, chunk);
		return chunk.size() == 0 ? duckdb::SourceResultType::FINISHED : duckdb::SourceResultType::HAVE_MORE_OUTPUT;
	}
	chunk.SetValue(0, 0, duckdb::Value::BIGINT(static_cast<int64_t>(global.row_count)));
	chunk.SetCardinality(1);
	return duckdb::SourceResultType::FINISHED;
}

} // namespace merganser
