#include "cli/session.hpp"

#include "cli/dot_command.hpp"
#include "cli/error_report.hpp"
#include "cli/progress.hpp"
#include "engine/register.hpp"

#include "duckdb.hpp"
#include "duckdb/common/printer.hpp"
#include "tpcds_extension.hpp"
#include "tpch_extension.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <unistd.h>

namespace merganser::cli {

namespace {

constexpr int PROGRESS_DELAY_MS = 1000;

std::string ChangedRowsVerb(duckdb::StatementType type) {
	switch (type) {
	case duckdb::StatementType::INSERT_STATEMENT:
	case duckdb::StatementType::CREATE_STATEMENT:
		return "inserted";
	case duckdb::StatementType::UPDATE_STATEMENT:
		return "updated";
	case duckdb::StatementType::DELETE_STATEMENT:
		return "deleted";
	case duckdb::StatementType::COPY_STATEMENT:
		return "copied";
	default:
		return "changed";
	}
}

bool WantsColor(std::FILE *output) {
	const char *terminal = std::getenv("TERM");
	const char *no_color = std::getenv("NO_COLOR");
	return output == stdout && isatty(STDOUT_FILENO) && terminal && std::string(terminal) != "dumb" &&
	       !(no_color && *no_color);
}

} // namespace

Session::Session(const Options &options, bool is_interactive_p)
    : is_interactive(is_interactive_p), interrupts(Interrupts::Start(is_interactive_p)) {
	settings.format = options.format;
	duckdb::DBConfig config;
	config.SetOptionByName("custom_user_agent", duckdb::Value("merganser"));
	database = std::make_unique<duckdb::DuckDB>(nullptr, &config);
	// DuckDB loads the other bundled extensions by itself.
	database->LoadStaticExtension<duckdb::TpchExtension>();
	database->LoadStaticExtension<duckdb::TpcdsExtension>();
	RegisterMerganser(*database->instance);
	connection = std::make_unique<duckdb::Connection>(*database);
	// Only so does an error keep its position; ReportError turns it into text again.
	connection->Query("SET errors_as_json = true");
	ShowProgress(*connection->context, PROGRESS_DELAY_MS);
}

Session::~Session() = default;

bool Session::AttachLake(const std::string &path, bool read_only) {
	const auto quoted = "'" + duckdb::StringUtil::Replace(path, "'", "''") + "'";
	const auto options = std::string("(TYPE merganser") + (read_only ? ", READ_ONLY)" : ")");
	const ScriptName name {path, false};
	return RunSql({"ATTACH " + quoted + " AS lake " + options, 1, 1, false}, name) &&
	       RunSql({"USE lake", 1, 1, false}, name);
}

bool Session::RunScript(std::istream &input, const ScriptName &name) {
	StatementSplitter splitter;
	std::string line;
	while (std::getline(input, line)) {
		splitter.Feed(line + "\n");
		while (auto statement = splitter.Next()) {
			if (!RunStatement(*statement, name)) {
				return false;
			}
			if (quit_requested) {
				return true;
			}
		}
	}
	auto rest = splitter.Finish();
	return !rest || RunStatement(*rest, name);
}

bool Session::RunStatement(const ScriptStatement &statement, const ScriptName &name) {
	if (!statement.is_dot_command) {
		return RunSql(statement, name);
	}
	try {
		return RunDotCommand(*this, statement.text);
	} catch (const std::exception &error) {
		PrintError(duckdb::ErrorData(error), statement, name);
		return false;
	}
}

bool Session::RunSql(const ScriptStatement &statement, const ScriptName &name) {
	const auto start = std::chrono::steady_clock::now();
	Interrupts::Scope scope(interrupts, *connection);
	try {
		for (auto &parsed : ExtractStatements(*connection, statement.text)) {
			RunParsed(std::move(parsed));
		}
	} catch (const std::exception &error) {
		std::fflush(Output());
		PrintError(duckdb::ErrorData(error), statement, name);
		return false;
	}
	if (settings.shows_timer) {
		const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
		std::fprintf(Output(), "Run time: %.3f s\n", elapsed);
	}
	if (std::fflush(Output()) != 0 || std::ferror(Output())) {
		// The reader of a pipe has had enough, or the disk is full.
		if (errno != EPIPE) {
			std::fputs("merganser: cannot write the output\n", stderr);
		}
		return false;
	}
	// A script ends at Ctrl-C, also where its statement had committed before and so succeeds.
	return is_interactive || !interrupts.WasRequested();
}

void Session::RunParsed(std::unique_ptr<duckdb::SQLStatement> parsed) {
	const auto output_type = MakeWriter()->NeedsWholeResult() ? duckdb::QueryResultOutputType::FORCE_MATERIALIZED
	                                                          : duckdb::QueryResultOutputType::ALLOW_STREAMING;
	duckdb::unique_ptr<duckdb::SQLStatement> statement(parsed.release());
	auto result = connection->SendQuery(std::move(statement), duckdb::QueryParameters(output_type));
	if (result->HasError()) {
		result->ThrowError();
	}
	WriteResult(*result);
}

void Session::WriteResult(duckdb::QueryResult &result) {
	auto writer = MakeWriter();
	switch (result.properties.return_type) {
	case duckdb::StatementReturnType::QUERY_RESULT:
		writer->WriteResult(*connection->context, result, Output());
		return;
	case duckdb::StatementReturnType::CHANGED_ROWS: {
		auto chunk = result.Fetch();
		const auto count = chunk && chunk->size() > 0 ? chunk->GetValue(0, 0).ToString() : "0";
		writer->WriteChangedRows(count, ChangedRowsVerb(result.statement_type), Output());
		return;
	}
	case duckdb::StatementReturnType::NOTHING:
		break;
	}
	auto chunk = result.Fetch();
	// CREATE TABLE AS counts its rows, although DuckDB declares that it returns nothing.
	const bool is_count = chunk && chunk->size() == 1 && result.names.size() == 1 && result.names[0] == "Count";
	if (is_count && !chunk->GetValue(0, 0).IsNull()) {
		writer->WriteChangedRows(chunk->GetValue(0, 0).ToString(), ChangedRowsVerb(result.statement_type), Output());
	}
}

void Session::PrintError(const duckdb::ErrorData &error, const ScriptStatement &statement, const ScriptName &name) {
	const auto report = ReportError(error, statement);
	std::string text;
	if (name.is_shown) {
		text = name.name + ":" + std::to_string(report.line) + ":" + std::to_string(report.column) + ": ";
	}
	std::fprintf(stderr, "%s%s\n", text.c_str(), report.message.c_str());
	std::fflush(stderr);
}

std::unique_ptr<ResultWriter> Session::MakeWriter() {
	OutputLayout layout;
	if (Output() == stdout && isatty(STDOUT_FILENO)) {
		layout.max_width = duckdb::Printer::TerminalWidth();
	}
	if (is_interactive && settings.max_rows_interactive > 0) {
		layout.max_rows = settings.max_rows_interactive;
	}
	layout.with_color = WantsColor(Output());
	return MakeResultWriter(settings.format, layout);
}

void Session::SetOutputFile(const std::string &path) {
	if (path.empty()) {
		output_file.reset();
		return;
	}
	std::unique_ptr<std::FILE, CloseFile> opened(std::fopen(path.c_str(), "w"));
	if (!opened) {
		throw duckdb::IOException("Cannot write the file \"%s\"", path);
	}
	output_file = std::move(opened);
}

std::vector<std::string> Session::QueryTexts(const std::string &sql, const std::vector<std::string> &parameters) {
	Interrupts::Scope scope(interrupts, *connection);
	auto prepared = connection->Prepare(sql);
	if (prepared->HasError()) {
		prepared->GetErrorObject().Throw();
	}
	duckdb::vector<duckdb::Value> values;
	for (const auto &parameter : parameters) {
		values.emplace_back(parameter);
	}
	auto result = prepared->Execute(values, false);
	if (result->HasError()) {
		result->ThrowError();
	}
	std::vector<std::string> texts;
	while (auto chunk = result->Fetch()) {
		for (duckdb::idx_t row = 0; row < chunk->size(); row++) {
			texts.push_back(chunk->GetValue(0, row).ToString());
		}
	}
	return texts;
}

} // namespace merganser::cli
