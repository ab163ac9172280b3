#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/parsed_expression.hpp"
#include "duckdb/parser/result_modifier.hpp"
#include "protocol/actions.hpp"
#include "protocol/schema.hpp"

#include <string>
#include <vector>

namespace merganser {

//! The clauses that CREATE TABLE and ALTER TABLE share.

//! PARTITIONED BY. Throws BinderException for columns that are not there, are named twice, are of a type that cannot
//! partition, or are all there are; NotImplementedException for expressions.
std::vector<std::string> PartitionColumnsOf(const Schema &schema,
                                            const duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> &keys);

//! SORTED BY: the column's name as the table spells it. Throws as above.
std::string SortColumnOf(const Schema &schema, const duckdb::ParsedExpression &key);

//! The property as Delta spells it. `given_by`: WITH, SET, RESET or the setting. Throws BinderException for a `delta.`
//! name that is not known and for Merganser's own.
std::string PropertyName(const std::string &given_by, const std::string &given);

//! The value of a property: text, number, boolean, or what comes to one of them: `-1`, `'a' || 'b'`. Throws
//! BinderException for anything else.
std::string OptionText(duckdb::ClientContext &context, const std::string &given_by, const std::string &name,
                       const duckdb::ParsedExpression &option);

//! The value of a DEFAULT in Spark's dialect, in which Delta keeps it. Throws UNSUPPORTED naming table, column and the
//! part that has no translation.
std::string DefaultText(const std::string &table, const std::string &column,
                        const duckdb::ParsedExpression &expression);

//! The condition of a CHECK, likewise.
std::string CheckText(const std::string &table, const Schema &schema, const duckdb::ParsedExpression &expression);

//! The expression of GENERATED ALWAYS AS, likewise, cast to the column's type.
std::string GenerationText(const std::string &table, const Schema &schema, const StructField &column,
                           const duckdb::ParsedExpression &expression);

//! True for a COLLATE anywhere in the type: a Delta table cannot keep it.
bool HasCollation(const duckdb::LogicalType &type);

//! A JSON object, for the operation parameters of a commit.
std::string PropertiesText(const StringMap &configuration);

std::string NewUuid();

} // namespace merganser
