#include "cli/csv_writer.hpp"

#include "cli/result_chunks.hpp"

namespace merganser::cli {

namespace {

void AppendField(std::string &line, const std::string &text) {
	if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) {
		line += text;
		return;
	}
	line += '"';
	for (char c : text) {
		if (c == '"') {
			line += '"';
		}
		line += c;
	}
	line += '"';
}

} // namespace

void CsvWriter::WriteResult(duckdb::ClientContext &, duckdb::QueryResult &result, std::FILE *output) {
	std::string text;
	for (const auto &name : result.names) {
		text += text.empty() ? "" : ",";
		AppendField(text, name);
	}
	text += '\n';
	WriteText(text, output);
	ForEachChunk(result, output, [&](duckdb::DataChunk &chunk) {
		text.clear();
		for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
			for (duckdb::idx_t column = 0; column < chunk.ColumnCount(); column++) {
				text += column == 0 ? "" : ",";
				auto value = chunk.GetValue(column, row);
				if (!value.IsNull()) {
					AppendField(text, value.ToString());
				}
			}
			text += '\n';
		}
		WriteText(text, output);
	});
}

void CsvWriter::WriteChangedRows(const std::string &, const std::string &, std::FILE *) {
}

} // namespace merganser::cli
