#pragma once

#include "duckdb.hpp"
#include "engine/write/changed_rows.hpp"
#include "engine/write/file_sink.hpp"
#include "engine/write/row_change_plan.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace merganser {

//! Compares updates with what the files hold. Rows that they leave as they are are forgotten. Of the others either the
//! values of the fields that differ are kept, or, where deletion vectors make that the better way, the rows are written
//! with their new values at once, and where they stood is noted. Thread-safe.
class UpdateCompare {
public:
	//! Requires: all outlive this.
	UpdateCompare(duckdb::ClientContext &context, const RowChangePlan &plan, FileSink &sink);

	//! False where updates are better left uncompared: the file is small, and will be written anew with others, or
	//! whoever writes the rows shows them to others too (RETURNING, change data feed, row tracking).
	bool IsWanted(uint64_t file_index) const;

	//! Where one thread's results go.
	struct Results {
		ChangedRows::Local &rows;
		FileSink::Local &written;
	};
	//! Compares on this thread. Throws ConstraintException for a new value that the column must not hold.
	void Compare(const UpdateBatch &batch, Results &results);
	//! Updates for CompareRest.
	void AddRest(UpdateBatch batch);
	//! Compares them, on all threads. Values that are kept are not copied: `changes` takes them as they are. Requires:
	//! all that threads gathered was combined.
	void CompareRest(ChangedRows &changes);

private:
	class Pass;
	using Work = std::function<void(Results &)>;
	//! Does the work on one thread or on many, and waits.
	using Runner = std::function<void(const Work &)>;
	bool IsPatched(uint64_t file_index, const std::vector<UpdatedRow> &updated) const;

	duckdb::ClientContext &context;
	const RowChangePlan &plan;
	FileSink &sink;
	const bool shows_rows;
	const bool uses_vectors;
	//! Every field that an action sets, ascending.
	const std::vector<size_t> set_fields;
	static constexpr size_t ANY_FIELD = SIZE_MAX;
	static constexpr size_t NO_FIELD = SIZE_MAX - 1;
	//! The field that told of most rows of the last batch that they become others; NO_FIELD where most rows did not.
	std::atomic<size_t> first_field {ANY_FIELD};
	std::mutex lock;
	UpdateBatch rest;
};

} // namespace merganser
