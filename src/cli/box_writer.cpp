#include "cli/box_writer.hpp"

#include "cli/result_chunks.hpp"

#include "duckdb/common/box_renderer.hpp"

namespace merganser::cli {

namespace {

//! Wide enough for any value, small enough that the renderer's sums cannot overflow.
constexpr size_t UNLIMITED_WIDTH = size_t(1) << 40;
constexpr size_t UNLIMITED_ROWS = size_t(1) << 40;

//! Renders straight into the output; frame, types and NULLs are dimmed so that the values stand out.
class BoxOutput : public duckdb::BaseResultRenderer {
public:
	BoxOutput(std::FILE *output_p, bool with_color_p) : output(output_p), with_color(with_color_p) {
	}

	void RenderLayout(const duckdb::string &text) override {
		Write(text, DIM);
	}
	void RenderColumnName(const duckdb::string &text) override {
		Write(text, BOLD);
	}
	void RenderType(const duckdb::string &text) override {
		Write(text, DIM);
	}
	void RenderValue(const duckdb::string &text, const duckdb::LogicalType &) override {
		Write(text, "");
	}
	void RenderNull(const duckdb::string &text, const duckdb::LogicalType &) override {
		Write(text, DIM);
	}
	void RenderFooter(const duckdb::string &text) override {
		Write(text, DIM);
	}

private:
	static constexpr const char *DIM = "\033[2m";
	static constexpr const char *BOLD = "\033[1m";
	static constexpr const char *RESET = "\033[0m";

	void Write(const duckdb::string &text, const char *style) {
		if (!with_color || *style == '\0') {
			WriteText(text, output);
			return;
		}
		std::fputs(style, output);
		WriteText(text, output);
		std::fputs(RESET, output);
	}

	std::FILE *output;
	bool with_color;
};

void WriteExplanation(duckdb::QueryResult &result, std::FILE *output) {
	ForEachChunk(result, output, [&](duckdb::DataChunk &chunk) {
		for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
			auto text = chunk.GetValue(chunk.ColumnCount() - 1, row).ToString();
			WriteText(text, output);
			if (text.empty() || text.back() != '\n') {
				std::fputc('\n', output);
			}
		}
	});
}

} // namespace

void BoxWriter::WriteResult(duckdb::ClientContext &context, duckdb::QueryResult &result, std::FILE *output) {
	if (result.statement_type == duckdb::StatementType::EXPLAIN_STATEMENT) {
		WriteExplanation(result, output);
		return;
	}
	duckdb::BoxRendererConfig config;
	config.max_rows = layout.max_rows.value_or(UNLIMITED_ROWS);
	config.max_width = layout.max_width.value_or(UNLIMITED_WIDTH);
	duckdb::BoxRenderer renderer(config);
	BoxOutput box_output(output, layout.with_color);
	auto &rows = result.Cast<duckdb::MaterializedQueryResult>().Collection();
	renderer.Render(context, result.names, rows, box_output);
}

void BoxWriter::WriteChangedRows(const std::string &count, const std::string &verb, std::FILE *output) {
	const char *noun = count == "1" ? "row" : "rows";
	std::fprintf(output, "%s %s %s\n", count.c_str(), noun, verb.c_str());
}

} // namespace merganser::cli
