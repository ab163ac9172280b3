#include "engine/write/lake_row_change.hpp"

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/parser/statement/merge_into_statement.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/arriving_changes.hpp"
#include "engine/write/row_change.hpp"

#include <deque>
#include <set>

namespace merganser {

namespace {

using duckdb::MergeActionCondition;
using duckdb::MergeActionType;

class RowChangeGlobalState : public WritingState {
public:
	RowChangeGlobalState(duckdb::ClientContext &context, const RowChangePlan &plan, LakeTransaction &transaction,
	                     const duckdb::vector<duckdb::LogicalType> &types)
	    : rows(context, plan, transaction) {
		if (plan.returning) {
			returned = std::make_unique<ReturnedRows>(context, types, plan.statement == RowStatement::MERGE);
			rows.SetReturned(*returned);
		}
	}
	RowChange rows;
};

//! Expressions of one action, for one thread.
struct ActionState {
	duckdb::unique_ptr<duckdb::ExpressionExecutor> condition;
	duckdb::unique_ptr<duckdb::ExpressionExecutor> values;
	duckdb::DataChunk results;
};

class RowChangeLocalState : public duckdb::LocalSinkState {
public:
	RowChangeLocalState(duckdb::ClientContext &context_p, const RowChangePlan &plan_p)
	    : context(context_p), plan(plan_p), selected(STANDARD_VECTOR_SIZE), remaining(STANDARD_VECTOR_SIZE) {
		for (const auto &action : plan.actions) {
			auto &state = actions.emplace_back();
			if (action.condition) {
				state.condition = duckdb::make_uniq<duckdb::ExpressionExecutor>(context, *action.condition);
			}
			if (action.expressions.empty()) {
				continue;
			}
			state.values = duckdb::make_uniq<duckdb::ExpressionExecutor>(context, action.expressions);
			duckdb::vector<duckdb::LogicalType> types;
			for (const auto &expression : action.expressions) {
				types.push_back(expression->return_type);
			}
			state.results.Initialize(context, types);
		}
		row_ids.InitializeEmpty({duckdb::LogicalType::UBIGINT, duckdb::LogicalType::BIGINT});
	}

	//! Gives the rows of `chunk` to the clauses for `when`.
	void Run(RowChange &change, duckdb::DataChunk &chunk, MergeActionCondition when) {
		if (!changed) {
			const auto *layouts = plan.row_id.is_in_file_order ? plan.seen.layouts.get() : nullptr;
			changed =
			    duckdb::make_uniq<ArrivingChanges>(context, change.Changes(), change.Compare(), layouts, inserted);
		}
		duckdb::SelectionVector current(STANDARD_VECTOR_SIZE);
		idx_t current_count = chunk.size();
		for (idx_t i = 0; i < current_count; i++) {
			current.set_index(i, i);
		}
		for (size_t i = 0; i < plan.actions.size() && current_count > 0; i++) {
			if (plan.actions[i].when != when) {
				continue;
			}
			duckdb::DataChunk rows;
			rows.InitializeEmpty(chunk.GetTypes());
			if (!actions[i].condition) {
				rows.Slice(chunk, current, current_count);
				return Act(change, i, rows);
			}
			const auto count =
			    actions[i].condition->SelectExpression(chunk, selected, remaining, current, current_count);
			if (count > 0) {
				rows.Slice(chunk, selected, count);
				Act(change, i, rows);
			}
			current_count -= count;
			for (idx_t row = 0; row < current_count && count > 0; row++) {
				current.set_index(row, remaining.get_index(row));
			}
		}
	}

	duckdb::unique_ptr<ArrivingChanges> changed;
	//! Rows that the table gets; moved ones too.
	FileSink::Local inserted;
	ChangeFiles::Local inserted_changes;
	bool has_inserted = false;

private:
	void CheckInserted(RowChange &change, duckdb::DataChunk &rows) {
		const auto *rule = change.InsertedRule();
		if (rule && !inserted_rule) {
			inserted_rule = std::make_unique<ConstraintCheck::Local>(*rule);
		}
		if (rule) {
			rule->Check(*inserted_rule, rows);
		}
	}

	void Insert(RowChange &change, duckdb::DataChunk &given) {
		has_inserted = true;
		auto &rows = AtBorder([&]() -> duckdb::DataChunk & { return change.Identities().Fill(identities, given); });
		CheckInserted(change, rows);
		AtBorder([&] { change.Insert(inserted, rows); });
		if (auto *recorded = change.InsertedChanges()) {
			recorded->Write(inserted_changes, rows, ChangeType::INSERT);
		}
		change.met.inserted += rows.size();
		if (change.Returned()) {
			change.Returned()->Append(rows, ReturnedAction::INSERT);
		}
	}

	void Act(RowChange &change, size_t number, duckdb::DataChunk &rows) {
		const auto &action = plan.actions[number];
		auto &state = actions[number];
		row_ids.data[0].Reference(rows.data[plan.row_id.file_index]);
		row_ids.data[1].Reference(rows.data[plan.row_id.position]);
		row_ids.SetCardinality(rows.size());
		if (state.values) {
			state.results.Reset();
			state.values->Execute(rows, state.results);
		}
		switch (action.type) {
		case MergeActionType::MERGE_UPDATE:
			AtBorder([&] { change.met.updated += changed->Update(action.columns, row_ids, state.results); });
			return;
		case MergeActionType::MERGE_DELETE:
			AtBorder([&] { changed->Delete(row_ids); });
			return;
		case MergeActionType::MERGE_INSERT:
			return Insert(change, state.results);
		case MergeActionType::MERGE_ERROR:
			ThrowMergeError(action, state);
		case MergeActionType::MERGE_DO_NOTHING:
			return;
		}
	}

	//! As DuckDB words it for its own tables.
	[[noreturn]] static void ThrowMergeError(const RowAction &action, ActionState &state) {
		auto text = duckdb::MergeIntoStatement::ActionConditionToString(action.when);
		if (action.condition) {
			text += " AND " + action.condition->ToString();
		}
		if (state.values) {
			text += ": " + state.results.data[0].GetValue(0).ToString();
		}
		throw duckdb::ConstraintException("Merge error condition %s", text);
	}

	duckdb::ClientContext &context;
	const RowChangePlan &plan;
	std::deque<ActionState> actions;
	duckdb::SelectionVector selected;
	duckdb::SelectionVector remaining;
	duckdb::DataChunk row_ids;
	std::unique_ptr<ConstraintCheck::Local> inserted_rule;
	IdentityValues::Local identities;
};

//! Rows of a chunk by what MERGE calls them.
struct Matches {
	Matches() : matched(STANDARD_VECTOR_SIZE), by_target(STANDARD_VECTOR_SIZE), by_source(STANDARD_VECTOR_SIZE) {
	}
	duckdb::SelectionVector matched, by_target, by_source;
	idx_t matched_count = 0, by_target_count = 0, by_source_count = 0;
};

void FindMatches(const RowChangePlan &plan, duckdb::DataChunk &chunk, Matches &matches) {
	duckdb::UnifiedVectorFormat target;
	duckdb::UnifiedVectorFormat source;
	chunk.data[plan.row_id.file_index].ToUnifiedFormat(chunk.size(), target);
	if (plan.row_id.source_marker) {
		chunk.data[*plan.row_id.source_marker].ToUnifiedFormat(chunk.size(), source);
	}
	for (idx_t i = 0; i < chunk.size(); i++) {
		if (plan.row_id.source_marker && !source.validity.RowIsValid(source.sel->get_index(i))) {
			matches.by_source.set_index(matches.by_source_count++, i);
		} else if (!target.validity.RowIsValid(target.sel->get_index(i))) {
			matches.by_target.set_index(matches.by_target_count++, i);
		} else {
			matches.matched.set_index(matches.matched_count++, i);
		}
	}
}

} // namespace

LakeRowChange::LakeRowChange(duckdb::PhysicalPlan &physical_plan, duckdb::vector<duckdb::LogicalType> types_p,
                             RowChangePlan plan_p, idx_t estimated_cardinality_p)
    : WritingOperator(physical_plan, std::move(types_p), plan_p.spec.location.name, estimated_cardinality_p),
      plan(std::move(plan_p)) {
}

duckdb::InsertionOrderPreservingMap<std::string> LakeRowChange::ParamsToString() const {
	auto result = WritingOperator::ParamsToString();
	std::set<size_t> columns;
	for (const auto &set : SetColumnsOf(plan)) {
		columns.insert(set.begin(), set.end());
	}
	std::string names;
	for (const auto column : columns) {
		names += (names.empty() ? "" : "\n") + plan.spec.names[column];
	}
	if (!names.empty()) {
		result["Set"] = names;
	}
	return result;
}

std::string LakeRowChange::GetName() const {
	switch (plan.statement) {
	case RowStatement::UPDATE:
		return "MERGANSER_UPDATE";
	case RowStatement::DELETE:
		return "MERGANSER_DELETE";
	case RowStatement::MERGE:
		return "MERGANSER_MERGE_INTO";
	case RowStatement::REPLACE:
		return "MERGANSER_REPLACE_WHERE";
	}
	return "";
}

duckdb::unique_ptr<duckdb::GlobalSinkState> LakeRowChange::GetGlobalSinkState(duckdb::ClientContext &context) const {
	auto &transaction = LakeTransaction::Get(context, plan.catalog);
	transaction.CheckMayWrite(context, plan.spec.location);
	return AtBorder([&]() -> duckdb::unique_ptr<duckdb::GlobalSinkState> {
		return duckdb::make_uniq<RowChangeGlobalState>(context, plan, transaction, types);
	});
}

duckdb::unique_ptr<duckdb::LocalSinkState> LakeRowChange::GetLocalSinkState(duckdb::ExecutionContext &context) const {
	return duckdb::make_uniq<RowChangeLocalState>(context.client, plan);
}

duckdb::SinkResultType LakeRowChange::Sink(duckdb::ExecutionContext &, duckdb::DataChunk &chunk,
                                           duckdb::OperatorSinkInput &input) const {
	auto &change = input.global_state.Cast<RowChangeGlobalState>().rows;
	auto &local = input.local_state.Cast<RowChangeLocalState>();
	if (chunk.size() == 0) {
		return duckdb::SinkResultType::NEED_MORE_INPUT;
	}
	const bool is_one_action = plan.statement == RowStatement::UPDATE || plan.statement == RowStatement::DELETE;
	if (is_one_action) {
		local.Run(change, chunk, MergeActionCondition::WHEN_MATCHED);
		return duckdb::SinkResultType::NEED_MORE_INPUT;
	}
	Matches matches;
	FindMatches(plan, chunk, matches);
	auto run = [&](duckdb::SelectionVector &rows, idx_t count, MergeActionCondition when) {
		if (count == 0) {
			return;
		}
		duckdb::DataChunk part;
		part.InitializeEmpty(chunk.GetTypes());
		part.Slice(chunk, rows, count);
		local.Run(change, part, when);
	};
	run(matches.matched, matches.matched_count, MergeActionCondition::WHEN_MATCHED);
	run(matches.by_target, matches.by_target_count, MergeActionCondition::WHEN_NOT_MATCHED_BY_TARGET);
	run(matches.by_source, matches.by_source_count, MergeActionCondition::WHEN_NOT_MATCHED_BY_SOURCE);
	return duckdb::SinkResultType::NEED_MORE_INPUT;
}

duckdb::SinkCombineResultType LakeRowChange::Combine(duckdb::ExecutionContext &,
                                                     duckdb::OperatorSinkCombineInput &input) const {
	auto &change = input.global_state.Cast<RowChangeGlobalState>().rows;
	auto &local = input.local_state.Cast<RowChangeLocalState>();
	AtBorder([&] {
		if (local.changed) {
			local.changed->Combine();
		}
		change.Sink().Combine(local.inserted);
		if (auto *recorded = local.has_inserted ? change.InsertedChanges() : nullptr) {
			recorded->Combine(local.inserted_changes);
		}
	});
	return duckdb::SinkCombineResultType::FINISHED;
}

duckdb::SinkFinalizeType LakeRowChange::Finalize(duckdb::Pipeline &, duckdb::Event &, duckdb::ClientContext &,
                                                 duckdb::OperatorSinkFinalizeInput &input) const {
	auto &global = input.global_state.Cast<RowChangeGlobalState>();
	AtBorder([&] { global.rows.Finish(); });
	global.row_count = global.rows.AffectedRows();
	return duckdb::SinkFinalizeType::READY;
}

} // namespace merganser
