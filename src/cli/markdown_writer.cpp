#include "cli/markdown_writer.hpp"

#include "cli/result_chunks.hpp"

namespace merganser::cli {

namespace {

void AppendCell(std::string &line, const std::string &text) {
	line += ' ';
	for (size_t i = 0; i < text.size(); i++) {
		const char c = text[i];
		if (c == '|' || c == '\\') {
			line += '\\';
			line += c;
		} else if (c == '\n') {
			line += "<br>";
		} else if (c != '\r') {
			line += c;
		}
	}
	line += " |";
}

} // namespace

void MarkdownWriter::WriteResult(duckdb::ClientContext &, duckdb::QueryResult &result, std::FILE *output) {
	std::string text = "|";
	for (const auto &name : result.names) {
		AppendCell(text, name);
	}
	text += "\n|";
	for (const auto &type : result.types) {
		text += type.IsNumeric() ? "---:|" : "---|";
	}
	text += '\n';
	WriteText(text, output);
	ForEachChunk(result, output, [&](duckdb::DataChunk &chunk) {
		text.clear();
		for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
			text += '|';
			for (duckdb::idx_t column = 0; column < chunk.ColumnCount(); column++) {
				AppendCell(text, chunk.GetValue(column, row).ToString());
			}
			text += '\n';
		}
		WriteText(text, output);
	});
	std::fputc('\n', output);
}

void MarkdownWriter::WriteChangedRows(const std::string &, const std::string &, std::FILE *) {
}

} // namespace merganser::cli
