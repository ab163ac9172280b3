#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace duckdb {
class ClientContext;
class QueryResult;
} // namespace duckdb

namespace merganser::cli {

enum class OutputFormat { BOX, JSON, CSV, MARKDOWN };

std::optional<OutputFormat> TryParseOutputFormat(std::string_view name);
const char *OutputFormatName(OutputFormat format);

struct OutputLayout {
	//! Rows of a box; nullopt = all.
	std::optional<size_t> max_rows;
	//! Columns of the terminal; nullopt = as wide as the values need.
	std::optional<size_t> max_width;
	bool with_color = false;
};

//! Prints query results in one format. The text goes to `output` as it is made, so that a long result needs no memory
//! where the format allows it. Not thread-safe.
class ResultWriter {
public:
	virtual ~ResultWriter() = default;

	//! True when WriteResult needs a materialized result.
	virtual bool NeedsWholeResult() const {
		return false;
	}
	//! Writes all rows. Stops early when the output no longer takes bytes. Throws when fetching a row fails.
	virtual void WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) = 0;
	//! Writes the result of a statement that changed rows, `count` of them; `verb` is "inserted", "deleted" ….
	virtual void WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) = 0;
};

std::unique_ptr<ResultWriter> MakeResultWriter(OutputFormat format, const OutputLayout &layout);

} // namespace merganser::cli
