#pragma once

#include "duckdb.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "protocol/row_rules.hpp"
#include "protocol/table_configuration.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace merganser {

//! Refuses rows that break a CHECK constraint or an invariant. Immutable; one Local for each thread.
class ConstraintCheck {
public:
	//! `fields`: which of the schema's columns the rows have, in this order. Rules that need others are left out, see
	//! FieldsToCheck. Throws UNSUPPORTED for a rule that is not understood.
	ConstraintCheck(duckdb::ClientContext &context, const std::string &table_name,
	                const TableConfiguration &configuration, const std::vector<size_t> &fields);
	//! One rule alone, bound to rows of the whole table.
	ConstraintCheck(duckdb::ClientContext &context, const std::string &table_name,
	                const TableConfiguration &configuration, RowRule rule,
	                duckdb::unique_ptr<duckdb::Expression> condition);
	//! One rule alone. Requires: the fields are those that it reads.
	ConstraintCheck(duckdb::ClientContext &context, const std::string &table_name,
	                const TableConfiguration &configuration, RowRule rule);

	class Local {
	public:
		explicit Local(const ConstraintCheck &check);

	private:
		friend class ConstraintCheck;
		std::vector<std::unique_ptr<duckdb::ExpressionExecutor>> executors;
		duckdb::DataChunk result;
	};

	bool IsEmpty() const {
		return rules.empty();
	}
	//! Throws ConstraintException naming table, rule and the first row that breaks it.
	void Check(Local &local, duckdb::DataChunk &rows) const;
	//! The first row that breaks a rule, as `id = 1, x = NULL`; empty when none does.
	std::string FindViolation(Local &local, duckdb::DataChunk &rows, const RowRule *&broken) const;

private:
	void SetRowFields(const TableConfiguration &configuration, const std::vector<size_t> &fields);
	void Bind(const TableConfiguration &configuration, const std::vector<size_t> &fields);

	struct BoundRule {
		RowRule rule;
		duckdb::unique_ptr<duckdb::Expression> condition;
	};
	duckdb::ClientContext &context;
	const std::string table_name;
	std::vector<BoundRule> rules;
	std::vector<size_t> row_fields;
	//! Of the rows' columns.
	std::vector<std::string> names;
};

//! `fields` and those that rules need which read one of them: what an UPDATE of `fields` has to read.
std::vector<size_t> FieldsToCheck(const TableConfiguration &configuration, std::vector<size_t> fields);

} // namespace merganser
