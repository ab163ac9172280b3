#pragma once

#include "protocol/sql_expression.hpp"
#include "protocol/table_configuration.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Key of the field metadata (PROTOCOL.md, "Generated Columns").
constexpr std::string_view GENERATION_KEY = "delta.generationExpression";

//! A column whose value other columns of the row give.
struct GeneratedColumn {
	//! Index of the schema's field.
	size_t field = 0;
	//! As the table's metadata has it.
	std::string text;
	//! Resolved, of the column's type.
	SqlExpression value;
	//! Indexes of the schema's fields that it reads, ascending; none of them is generated.
	std::vector<size_t> base_fields;
};

//! In schema order. Throws UNSUPPORTED naming the column and what of its expression is not understood.
std::vector<GeneratedColumn> GeneratedColumnsOf(const Schema &schema);

//! nullopt for a field that is not generated, where the protocol does not have the feature, and where the expression is
//! not understood.
std::optional<GeneratedColumn> TryGeneratedColumn(const TableConfiguration &table, size_t field);

} // namespace merganser
