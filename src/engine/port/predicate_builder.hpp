#pragma once

#include "duckdb.hpp"
#include "duckdb/planner/expression.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "protocol/schema.hpp"
#include "scan/predicate.hpp"

#include <functional>
#include <optional>

namespace merganser {

//! Resolves a column of the scan to its field, nullptr for virtual columns.
using ColumnResolver = std::function<const StructField *(const duckdb::Expression &column_reference)>;

//! What a bound filter expression says about columns: comparisons with constants, IN, IS [NOT] NULL, BETWEEN, AND / OR
//! / NOT, prefix / LIKE 'x%', struct fields, casts that keep order. Everything else, and every volatile expression, is
//! UNKNOWN.
PredicatePtr BuildPredicate(duckdb::ClientContext &context, const duckdb::Expression &expression,
                            const ColumnResolver &resolve);

//! The same for a pushed-down filter (incl. join filters, OPTIONAL, IN, STRUCT_EXTRACT, initialised DYNAMIC filters) on
//! `field`.
PredicatePtr BuildPredicate(duckdb::ClientContext &context, const duckdb::TableFilter &filter,
                            const StructField &field);

} // namespace merganser
