#pragma once

#include "duckdb.hpp"
#include "engine/session/lake_transaction.hpp"
#include "engine/write/write_spec.hpp"
#include "protocol/identity_columns.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace merganser {

//! The table as the rows of a statement are numbered for it: with what the transaction has made of it by now; where
//! `change`, the statement's own, has metadata, as it will be.
TableConfigurationPtr NumberedTable(duckdb::ClientContext &context, LakeTransaction &transaction, const WriteSpec &spec,
                                    const TableChange &change);

//! Numbers the rows that one execution of a statement inserts, where the table has identity columns: NULL, which a
//! column that is left out and DEFAULT are too, becomes the next number. Shared by its threads.
class IdentityValues {
public:
	//! What one thread holds for its rows.
	struct Local {
		duckdb::DataChunk rows;
	};

	//! `table`: of the version that the rows are added to, the transaction's own changes included.
	explicit IdentityValues(TableConfigurationPtr table);

	//! The rows with their numbers, until the next call; `rows` itself where the table has no identity columns. Throws
	//! INVALID_INPUT for a value in a column that takes none, and when BIGINT ends.
	duckdb::DataChunk &Fill(Local &local, duckdb::DataChunk &rows);
	//! What the table's metadata is with the last numbers; nullopt where none was given out. Requires: all rows are in.
	std::optional<Metadata> NumberedMetadata() const;

private:
	struct Column {
		IdentityColumn column;
		IdentityNumbers numbers;
	};
	void FillColumn(Column &target, duckdb::Vector &given, idx_t count, duckdb::Vector &filled);
	int64_t Take(Column &from, idx_t count);
	std::string Describe(const Column &column) const;

	TableConfigurationPtr table;
	std::mutex lock;
	std::vector<Column> columns;
};

} // namespace merganser
