#pragma once

#include "duckdb.hpp"
#include "protocol/table_configuration.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace merganser {

//! Refuses rows that the table's files must not hold: NULL where the schema forbids it (DuckDB leaves that to the
//! sink), and infinite dates and timestamps, which no other reader of Delta knows. Looks inside of structs, lists and
//! maps too. Immutable.
class RowCheck {
public:
	//! `fields`: which of the schema's columns the rows have, in this order.
	RowCheck(std::string table_name, const TableConfiguration &configuration, const std::vector<size_t> &fields);

	//! Throws ConstraintException or ConversionException naming table and column.
	void Check(duckdb::DataChunk &rows) const;

	//! What one column, field, element, key or value may not hold.
	struct Rule {
		//! As in `s.list.element`.
		std::string path;
		TypeKind kind = TypeKind::VOID;
		bool forbids_null = false;
		//! NOT NULL of a partition column: the log cannot tell an empty text from NULL.
		bool forbids_empty = false;
		//! Of the column in the rows, of the field in its struct, of keys and values in the entries of a map.
		size_t index = 0;
		//! Only what forbids something.
		std::vector<Rule> children;
	};

private:
	std::string table_name;
	std::vector<Rule> rules;
};

} // namespace merganser
