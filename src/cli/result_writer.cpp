#include "cli/result_writer.hpp"

#include "cli/box_writer.hpp"
#include "cli/csv_writer.hpp"
#include "cli/json_result_writer.hpp"
#include "cli/markdown_writer.hpp"

namespace merganser::cli {

std::optional<OutputFormat> TryParseOutputFormat(std::string_view name) {
	for (auto format : {OutputFormat::BOX, OutputFormat::JSON, OutputFormat::CSV, OutputFormat::MARKDOWN}) {
		if (name == OutputFormatName(format)) {
			return format;
		}
	}
	return std::nullopt;
}

const char *OutputFormatName(OutputFormat format) {
	switch (format) {
	case OutputFormat::BOX:
		return "box";
	case OutputFormat::JSON:
		return "json";
	case OutputFormat::CSV:
		return "csv";
	case OutputFormat::MARKDOWN:
		return "markdown";
	}
	return "";
}

std::unique_ptr<ResultWriter> MakeResultWriter(OutputFormat format, const OutputLayout &layout) {
	switch (format) {
	case OutputFormat::BOX:
		return std::make_unique<BoxWriter>(layout);
	case OutputFormat::JSON:
		return std::make_unique<JsonResultWriter>();
	case OutputFormat::CSV:
		return std::make_unique<CsvWriter>();
	case OutputFormat::MARKDOWN:
		return std::make_unique<MarkdownWriter>();
	}
	return nullptr;
}

} // namespace merganser::cli
