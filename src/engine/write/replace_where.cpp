#include "engine/write/replace_where.hpp"

#include "base/json_writer.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "engine/port/predicate_builder.hpp"
#include "engine/scan/file_bounds.hpp"
#include "scan/file_pruning.hpp"

#include <utility>

namespace merganser {

namespace {

//! nullopt where some file has to be read: for its rows, for their number, or for the change data feed.
std::optional<WholeFiles> FindWholeFiles(duckdb::ClientContext &context, const RowChangePlan &plan) {
	const auto &configuration = *plan.snapshot->configuration;
	if (configuration.ChangeDataFeedEnabled()) {
		return std::nullopt;
	}
	auto resolve = [&](const duckdb::Expression &reference) -> const StructField * {
		const auto index = reference.Cast<duckdb::BoundReferenceExpression>().index;
		return &configuration.GetSchema().fields[index];
	};
	const auto predicate = BuildPredicate(context, *plan.replaced->condition, resolve);
	auto selection = PruneFiles(plan.snapshot->files, configuration, *predicate);
	const FileBounds bounds(plan.snapshot);
	WholeFiles whole;
	for (size_t i = 0; i < selection.files.size(); i++) {
		const auto rows = bounds.LiveRows(selection.files[i]);
		if (!selection.all_rows_match[i] || !rows) {
			return std::nullopt;
		}
		whole.live_rows += *rows;
	}
	whole.files = std::move(selection.files);
	return whole;
}

} // namespace

duckdb::PhysicalOperator &PlanReplacedRows(duckdb::ClientContext &context, LogicalReplaceWhere &op, RowChangePlan &plan,
                                           duckdb::PhysicalOperator &child) {
	plan.statement = RowStatement::REPLACE;
	plan.change.operation = "WRITE";
	auto &parameters = plan.change.operation_parameters;
	parameters["mode"] = "Overwrite";
	parameters["partitionBy"] =
	    JsonWriter().Strings(plan.snapshot->configuration->GetMetadata().partition_columns).Take();
	parameters["predicate"] = op.replaced.predicate;
	plan.replaced = std::move(op.replaced);
	// The optimizer may have left one side of the union out.
	if (child.type != duckdb::PhysicalOperatorType::UNION || child.children.size() != 2) {
		return child;
	}
	plan.replaced->whole_files = FindWholeFiles(context, plan);
	return plan.replaced->whole_files ? child.children[0].get() : child;
}

} // namespace merganser
