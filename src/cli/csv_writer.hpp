#pragma once

#include "cli/result_writer.hpp"

namespace merganser::cli {

//! RFC 4180 with lines that end in LF. NULL is an empty field, an empty string is `""`. Only queries write something:
//! counts of changed rows are no rows of data.
class CsvWriter : public ResultWriter {
public:
	void WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) override;
	void WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) override;
};

} // namespace merganser::cli
