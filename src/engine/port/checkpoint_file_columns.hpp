#pragma once

#include "duckdb.hpp"
#include "duckdb/common/column_index.hpp"
#include "log/parquet_port.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! Which columns of one checkpoint file are read, and how they become rows of the log room. Writers differ: what is
//! missing is left out. Immutable, shared by threads.
class CheckpointFileColumns {
public:
	CheckpointFileColumns(const duckdb::vector<std::string> &names, const duckdb::vector<duckdb::LogicalType> &types,
	                      const CheckpointReadRequest &request);

	const duckdb::vector<duckdb::ColumnIndex> &Projection() const {
		return projection;
	}
	//! Fills all of `rows` but `file`. Texts point into `chunk` and `made_texts`, which have to live as long.
	void Fill(duckdb::DataChunk &chunk, CheckpointRows &rows, std::vector<std::string> &made_texts) const;

private:
	struct Other {
		idx_t column;
		std::string name;
	};
	void Project(idx_t index, const duckdb::LogicalType &type, const std::vector<std::string> &children);
	void FillAdds(duckdb::Vector &add, CheckpointRows &rows, std::vector<std::string> &made_texts) const;

	CheckpointReadRequest request;
	duckdb::vector<duckdb::ColumnIndex> projection;
	//! Position of `add` in the projection.
	std::optional<idx_t> add;
	bool has_stats = false;
	bool has_stats_parsed = false;
	std::vector<Other> others;
};

} // namespace merganser
