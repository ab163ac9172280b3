#pragma once

#include "duckdb.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/write_spec.hpp"
#include "protocol/change_feed.hpp"

#include <cstdint>
#include <vector>

namespace merganser {

//! The change files of one statement (PROTOCOL.md, "Change Data Files"): the rows that it deletes, updates and inserts,
//! with what became of them. Any number of threads write. As with data files, those of a statement that does not
//! commit vanish.
class ChangeFiles {
public:
	//! What one thread has not handed over yet.
	struct Local {
		FileSink::Local rows;
		duckdb::DataChunk chunk;
		bool is_ready = false;
	};

	//! `table`: of the data files. Requires: the transaction outlives this.
	ChangeFiles(duckdb::ClientContext &context, const WriteSpec &table, LakeTransaction &transaction);

	//! `rows`: the table's columns come first, what stands behind them is not looked at.
	void Write(Local &local, duckdb::DataChunk &rows, ChangeType type);
	//! The thread has no more rows.
	void Combine(Local &local);
	//! Closes all files. Call once, after every Combine.
	std::vector<AddCdcFile> Finish();

private:
	const WriteSpec spec;
	FileSink sink;
};

} // namespace merganser
