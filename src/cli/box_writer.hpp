#pragma once

#include "cli/result_writer.hpp"

namespace merganser::cli {

//! Tables for people, drawn by DuckDB's renderer. EXPLAIN prints its tree as it is.
class BoxWriter : public ResultWriter {
public:
	explicit BoxWriter(const OutputLayout &layout_p) : layout(layout_p) {
	}

	bool NeedsWholeResult() const override {
		return true;
	}
	void WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) override;
	void WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) override;

private:
	OutputLayout layout;
};

} // namespace merganser::cli
