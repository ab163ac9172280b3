#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/planner/expression.hpp"
#include "engine/write/row_change_plan.hpp"
#include "protocol/generated_columns.hpp"

#include <vector>

namespace merganser {

//! The generated columns of one table, for plans that write it: values that a statement does not give are computed
//! from those that it gives. Given ones are checked, with all others, when rows are written (RowRulesOf).
class GeneratedValues {
public:
	GeneratedValues(duckdb::ClientContext &context, const Schema &schema);

	//! Puts a projection above rows of the whole table that computes the columns that are not `given` (by field);
	//! `child` itself when there are none.
	duckdb::PhysicalOperator &Compute(duckdb::PhysicalPlanGenerator &planner, duckdb::PhysicalOperator &child,
	                                  const std::vector<bool> &given) const;
	//! The same for an INSERT of MERGE: its expressions, one for each column.
	void Compute(RowAction &insert, const std::vector<bool> &given) const;
	//! Adds to an UPDATE the columns that change with those that it sets. Requires: it sets all that these are
	//! generated from, or none.
	void AddTo(RowAction &update) const;

private:
	struct Value {
		GeneratedColumn column;
		//! Over rows of the whole table.
		duckdb::unique_ptr<duckdb::Expression> expression;
	};
	std::vector<Value> values;
};

} // namespace merganser
