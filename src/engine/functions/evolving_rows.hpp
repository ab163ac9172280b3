#pragma once

#include "duckdb.hpp"
#include "duckdb/parser/statement/insert_statement.hpp"
#include "duckdb/parser/statement/merge_into_statement.hpp"
#include "duckdb/planner/binder.hpp"
#include "engine/catalog/lake_table.hpp"
#include "protocol/schema.hpp"

#include <string>
#include <vector>

namespace merganser {

//! The columns of the rows that a statement brings.
struct SourceColumns {
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
};

//! The part of a parsed statement that brings rows to a table by the names of their columns: INSERT … BY NAME, or a
//! MERGE with clauses that take all columns of its source (UPDATE, UPDATE SET *, UPDATE BY NAME, INSERT, INSERT *,
//! INSERT BY NAME). Refers to the statement.
class EvolvingRows {
public:
	//! IsNone for any other statement. Looks into EXPLAIN.
	explicit EvolvingRows(duckdb::SQLStatement &statement);

	bool IsNone() const {
		return !insert && !merge;
	}
	//! `INSERT … BY NAME` or `MERGE`, for messages.
	const char *Name() const {
		return insert ? "INSERT … BY NAME" : "MERGE";
	}
	//! True when columns are found by their place as the statement stands: DuckDB's grammar has * and BY POSITION as
	//! one.
	bool TakesByPosition() const;
	//! Throws what binding throws. nullptr where the rows go to something else than the newest version of a lake's
	//! table.
	duckdb::optional_ptr<LakeTable> Table(duckdb::ClientContext &context) const;
	//! Binds a copy of the source by itself. Throws what binding throws.
	SourceColumns Source(duckdb::Binder &binder) const;

	//! From here on the statement finds columns by their names.
	void TakeByName();
	//! From here on the statement writes to the table of that name in the table's schema.
	void Redirect(const LakeTable &table, const std::string &name);

private:
	duckdb::optional_ptr<duckdb::InsertStatement> insert;
	duckdb::optional_ptr<duckdb::MergeIntoStatement> merge;
};

//! The columns as Delta has them. A type of a column that the table has is left out (nullptr) where it says nothing:
//! NULL, a parameter, what Delta cannot hold. Throws BinderException where such a column would be new.
std::vector<StructField> FieldsOf(const LakeTable &table, const SourceColumns &source);

} // namespace merganser
