#pragma once

#include "cli/result_writer.hpp"

namespace merganser::cli {

//! A table of GitHub Markdown. Only queries write something.
class MarkdownWriter : public ResultWriter {
public:
	void WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) override;
	void WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) override;
};

} // namespace merganser::cli
