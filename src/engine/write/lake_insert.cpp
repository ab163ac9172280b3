#include "engine/write/lake_insert.hpp"

#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/change_files.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/identity_values.hpp"
#include "txn/overwrite.hpp"

namespace merganser {

namespace {

class InsertGlobalState : public WritingState {
public:
	InsertGlobalState(duckdb::ClientContext &context, const LakeInsertPlan &insert, LakeTransaction &transaction)
	    : identities(NumberedTable(context, transaction, insert.spec, insert.change)),
	      sink(context, insert.spec, transaction) {
		if (!insert.replaces_all && transaction.HasChangeFiles(insert.spec.location)) {
			change_files = std::make_unique<ChangeFiles>(context, insert.spec, transaction);
		}
	}

	IdentityValues identities;
	FileSink sink;
	//! Where an earlier statement of the transaction wrote some: the commit is then read from these alone.
	std::unique_ptr<ChangeFiles> change_files;
};

class InsertLocalState : public duckdb::LocalSinkState {
public:
	IdentityValues::Local identities;
	FileSink::Local rows;
	ChangeFiles::Local changes;
};

} // namespace

LakeInsert::LakeInsert(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p, LakeInsertPlan insert_p,
                       idx_t estimated_cardinality_p)
    : WritingOperator(plan, std::move(types_p), insert_p.spec.location.name, estimated_cardinality_p),
      insert(std::move(insert_p)) {
}

duckdb::unique_ptr<duckdb::GlobalSinkState> LakeInsert::GetGlobalSinkState(duckdb::ClientContext &context) const {
	auto &transaction = LakeTransaction::Get(context, insert.catalog);
	transaction.CheckMayWrite(context, insert.spec.location);
	return AtBorder([&] {
		auto state = duckdb::make_uniq<InsertGlobalState>(context, insert, transaction);
		if (insert.returning) {
			state->returned = std::make_unique<ReturnedRows>(context, types, false);
		}
		return duckdb::unique_ptr<duckdb::GlobalSinkState>(std::move(state));
	});
}

duckdb::unique_ptr<duckdb::LocalSinkState> LakeInsert::GetLocalSinkState(duckdb::ExecutionContext &) const {
	return duckdb::make_uniq<InsertLocalState>();
}

duckdb::SinkResultType LakeInsert::Sink(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
                                        duckdb::OperatorSinkInput &input) const {
	auto &global = input.global_state.Cast<InsertGlobalState>();
	auto &local = input.local_state.Cast<InsertLocalState>();
	auto &rows = AtBorder([&]() -> duckdb::DataChunk & { return global.identities.Fill(local.identities, chunk); });
	AtBorder([&] { global.sink.Sink(local.rows, rows); });
	if (global.change_files) {
		global.change_files->Write(local.changes, rows, ChangeType::INSERT);
	}
	global.row_count += rows.size();
	if (global.returned) {
		global.returned->Append(rows, ReturnedAction::INSERT);
	}
	return duckdb::SinkResultType::NEED_MORE_INPUT;
}

duckdb::SinkCombineResultType LakeInsert::Combine(duckdb::ExecutionContext &,
                                                  duckdb::OperatorSinkCombineInput &input) const {
	auto &global = input.global_state.Cast<InsertGlobalState>();
	auto &local = input.local_state.Cast<InsertLocalState>();
	AtBorder([&] { global.sink.Combine(local.rows); });
	if (global.change_files) {
		global.change_files->Combine(local.changes);
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
		if (global.change_files) {
			change.cdc_files = global.change_files->Finish();
		}
		if (insert.replaces_all) {
			transaction.MarkWholeTableRead(insert.spec.location);
			const auto view = transaction.View(context, insert.spec.location);
			if (view) {
				RemoveAllFiles(*view, LakeInstance::Get(context).GetClock().NowMs(), change);
			}
		}
		if (auto numbered = global.identities.NumberedMetadata()) {
			change.metadata = std::move(numbered);
		}
		change.operation_metrics["numFiles"] = std::to_string(change.added_files.size());
		change.operation_metrics["numOutputRows"] = std::to_string(global.row_count);
		change.operation_metrics["numOutputBytes"] = std::to_string(global.sink.ByteCount());
		transaction.Stage(context, insert.spec.location, std::move(change));
	});
	return duckdb::SinkFinalizeType::READY;
}

} // namespace merganser
