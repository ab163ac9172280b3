#pragma once

#include "protocol/sql_expression.hpp"
#include "protocol/table_configuration.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace merganser {

//! A condition that every row of a table fulfils: a CHECK constraint, an invariant of a column, or
//! that a generated column has the value that it is generated from. NULL does not fulfil
//! it (PROTOCOL.md, "CHECK Constraints" and "Column Invariants").
struct RowRule {
	//! For messages: `CHECK constraint positive`, `invariant of column x`.
	std::string name;
	//! As the table's metadata has it.
	std::string text;
	//! Resolved.
	SqlExpression condition;
	//! Indexes of the schema's fields that it reads, ascending.
	std::vector<size_t> fields;
};

//! All of them, whether or not the protocol lists their features: whoever wrote them means them. Throws UNSUPPORTED
//! naming the rule and what of it is not understood, CORRUPT for an invariant that is no JSON.
std::vector<RowRule> RowRulesOf(const TableConfiguration &configuration);

//! One condition, parsed and resolved. Throws as above.
RowRule MakeRowRule(const std::string &name, const std::string &text, const Schema &schema);

} // namespace merganser
