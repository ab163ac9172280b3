#include "engine/session/statement_commit.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/bound_parameter_map.hpp"
#include "duckdb/planner/operator/logical_extension_operator.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "duckdb/transaction/meta_transaction.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/session/reexecution.hpp"

namespace merganser {

namespace {

using duckdb::ClientContext;
using duckdb::LogicalOperatorType;

class CommitSinkState : public duckdb::GlobalSinkState {
public:
	duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
};

class CommitSourceState : public duckdb::GlobalSourceState {
public:
	duckdb::ColumnDataScanState scan;
};

//! Keeps the statement's result, commits, and gives the result out.
class StatementCommit : public duckdb::PhysicalOperator {
public:
	StatementCommit(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p, duckdb::Catalog &catalog_p,
	                StatementText text_p)
	    : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types_p), 1), catalog(catalog_p),
	      text(std::move(text_p)) {
	}

	std::string GetName() const override {
		return "MERGANSER_COMMIT";
	}
	bool IsSink() const override {
		return true;
	}
	bool IsSource() const override {
		return true;
	}
	bool SinkOrderDependent() const override {
		return true;
	}

	duckdb::unique_ptr<duckdb::GlobalSinkState> GetGlobalSinkState(ClientContext &context) const override {
		auto state = duckdb::make_uniq<CommitSinkState>();
		state->rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(context, types);
		return state;
	}

	duckdb::SinkResultType Sink(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
	                            duckdb::OperatorSinkInput &input) const override {
		input.global_state.Cast<CommitSinkState>().rows->Append(chunk);
		return duckdb::SinkResultType::NEED_MORE_INPUT;
	}

	duckdb::SinkFinalizeType Finalize(duckdb::Pipeline &, duckdb::Event &, ClientContext &context,
	                                  duckdb::OperatorSinkFinalizeInput &input) const override {
		if (!context.transaction.IsAutoCommit()) {
			return duckdb::SinkFinalizeType::READY;
		}
		auto &transaction = LakeTransaction::Get(context, catalog);
		const auto error = transaction.Commit(context);
		if (!error.HasError()) {
			return duckdb::SinkFinalizeType::READY;
		}
		auto &state = ReexecutionState::Of(context);
		const auto loss = transaction.Loss();
		if (state.is_inner || !loss || !CanReexecute(loss->kind)) {
			if (state.is_inner && loss) {
				state.lost_to = loss->kind;
			}
			error.Throw();
		}
		auto statement = text;
		statement.query = context.GetCurrentQuery();
		statement.types = types;
		input.global_state.Cast<CommitSinkState>().rows = Reexecute(context, statement, loss->table, error);
		return duckdb::SinkFinalizeType::READY;
	}

	duckdb::unique_ptr<duckdb::GlobalSourceState> GetGlobalSourceState(ClientContext &) const override {
		auto state = duckdb::make_uniq<CommitSourceState>();
		sink_state->Cast<CommitSinkState>().rows->InitializeScan(state->scan);
		return state;
	}

protected:
	duckdb::SourceResultType GetDataInternal(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
	                                         duckdb::OperatorSourceInput &input) const override {
		auto &source = input.global_state.Cast<CommitSourceState>();
		sink_state->Cast<CommitSinkState>().rows->Scan(source.scan, chunk);
		return chunk.size() == 0 ? duckdb::SourceResultType::FINISHED : duckdb::SourceResultType::HAVE_MORE_OUTPUT;
	}

private:
	duckdb::Catalog &catalog;
	const StatementText text;
};

//! Stands above the statement's plan and looks like it.
class LogicalStatementCommit : public duckdb::LogicalExtensionOperator {
public:
	LogicalStatementCommit(duckdb::Catalog &catalog_p, StatementText text_p,
	                       duckdb::unique_ptr<duckdb::LogicalOperator> statement)
	    : catalog(catalog_p), text(std::move(text_p)) {
		children.push_back(std::move(statement));
	}

	duckdb::Catalog &catalog;

	duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override {
		return children[0]->GetColumnBindings();
	}
	std::string GetName() const override {
		return "MERGANSER_COMMIT";
	}
	//! A plan that commits is not copied.
	bool SupportSerialization() const override {
		return false;
	}
	duckdb::PhysicalOperator &CreatePlan(ClientContext &, duckdb::PhysicalPlanGenerator &planner) override {
		auto &statement = planner.CreatePlan(*children[0]);
		auto &commit = planner.Make<StatementCommit>(statement.types, catalog, text);
		commit.children.push_back(statement);
		return commit;
	}

protected:
	void ResolveTypes() override {
		types = children[0]->types;
	}

private:
	const StatementText text;
};

//! True when an operator of the plan changes a lake. DDL commits when DuckDB ends the transaction.
bool ChangesLake(const duckdb::LogicalOperator &op) {
	switch (op.type) {
	case LogicalOperatorType::LOGICAL_INSERT:
	case LogicalOperatorType::LOGICAL_UPDATE:
	case LogicalOperatorType::LOGICAL_DELETE:
	case LogicalOperatorType::LOGICAL_MERGE_INTO:
		return true;
	case LogicalOperatorType::LOGICAL_CREATE_TABLE:
		return !op.children.empty();
	case LogicalOperatorType::LOGICAL_GET:
		return dynamic_cast<const ChangingFunctionInfo *>(op.Cast<duckdb::LogicalGet>().function.function_info.get());
	case LogicalOperatorType::LOGICAL_EXPLAIN:
	case LogicalOperatorType::LOGICAL_PREPARE:
	case LogicalOperatorType::LOGICAL_EXECUTE:
		return false;
	default:
		break;
	}
	for (const auto &child : op.children) {
		if (ChangesLake(*child)) {
			return true;
		}
	}
	return false;
}

bool MayCreate(const duckdb::LogicalOperator &op) {
	bool result = op.type == LogicalOperatorType::LOGICAL_CREATE_TABLE;
	for (const auto &child : op.children) {
		result = result || MayCreate(*child);
	}
	return result;
}

bool CallsChangingFunction(const duckdb::LogicalOperator &op) {
	bool result = op.type == LogicalOperatorType::LOGICAL_GET && ChangesLake(op);
	for (const auto &child : op.children) {
		result = result || CallsChangingFunction(*child);
	}
	return result;
}

void KeepScans(duckdb::ClientContext &context) {
	for (duckdb::AttachedDatabase &database : duckdb::MetaTransaction::Get(context).OpenedTransactions()) {
		if (database.GetCatalog().GetCatalogType() == LAKE_TYPE) {
			LakeTransaction::Get(context, database.GetCatalog()).SettleScans(ScanFate::KEPT);
		}
	}
}

void WrapStatement(duckdb::PlannerExtensionInput &input, duckdb::BoundStatement &statement) {
	KeepScans(input.context);
	if (!statement.plan || !ChangesLake(*statement.plan)) {
		return;
	}
	for (const auto &entry : input.binder.GetStatementProperties().modified_databases) {
		auto catalog = duckdb::Catalog::GetCatalogEntry(input.context, entry.first);
		if (!catalog || catalog->GetCatalogType() != LAKE_TYPE) {
			continue;
		}
		StatementText text;
		text.database = entry.first;
		text.may_create = MayCreate(*statement.plan);
		if (auto parameters = input.binder.GetParameters()) {
			text.parameters = parameters->GetParameterData();
		}
		statement.plan =
		    duckdb::make_uniq<LogicalStatementCommit>(*catalog, std::move(text), std::move(statement.plan));
		return;
	}
}

} // namespace

duckdb::optional_ptr<duckdb::Catalog> CommittedLake(const duckdb::LogicalOperator &plan) {
	const auto *commit = dynamic_cast<const LogicalStatementCommit *>(&plan);
	return commit && !CallsChangingFunction(*commit->children[0]) ? &commit->catalog : nullptr;
}

void RegisterStatementCommit(duckdb::DatabaseInstance &db) {
	duckdb::PlannerExtension extension;
	extension.post_bind_function = WrapStatement;
	duckdb::PlannerExtension::Register(duckdb::DBConfig::GetConfig(db), std::move(extension));
	RegisterReexecution(db);
}

} // namespace merganser
