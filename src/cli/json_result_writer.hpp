#pragma once

#include "cli/result_writer.hpp"

namespace merganser::cli {

//! One array of objects for each result, one object on a line. Numbers keep all their digits; what JSON cannot say
//! (NaN, infinity, dates, blobs) is a string. A count of changed rows is `[{"Count":n}]`.
class JsonResultWriter : public ResultWriter {
public:
	void WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) override;
	void WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) override;
};

} // namespace merganser::cli
