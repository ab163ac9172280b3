#pragma once

#include "cli/interrupts.hpp"
#include "cli/options.hpp"
#include "cli/result_writer.hpp"
#include "cli/statement_splitter.hpp"

#include <istream>
#include <memory>
#include <string>

namespace duckdb {
class Connection;
class DuckDB;
class ErrorData;
class QueryResult;
class SQLStatement;
} // namespace duckdb

namespace merganser::cli {

//! Where a script comes from, for error messages; no name in the interactive shell.
struct ScriptName {
	std::string name;
	bool is_shown = true;
};

//! What the dot commands change.
struct SessionSettings {
	OutputFormat format = OutputFormat::BOX;
	size_t max_rows_interactive = 40;
	bool shows_timer = false;
};

//! One in-memory database with Merganser in it, one connection, and the place where results go. Not thread-safe.
class Session {
public:
	Session(const Options &options, bool is_interactive);
	~Session();

	//! ATTACHes `path` as `lake` and makes it the default. False after an error, which has been printed.
	bool AttachLake(const std::string &path, bool read_only);

	//! Runs all statements; stops at the first error, prints it to standard error and returns false.
	bool RunScript(std::istream &input, const ScriptName &name);
	//! Runs one statement or dot command. An error has been printed when it returns false.
	bool RunStatement(const ScriptStatement &statement, const ScriptName &name);

	//! Directs results into a file; an empty path means standard output again. Throws when it cannot be opened.
	void SetOutputFile(const std::string &path);
	//! Runs a query of the shell's own and returns its first column as text. Throws what the query throws.
	std::vector<std::string> QueryTexts(const std::string &sql, const std::vector<std::string> &parameters);

	duckdb::Connection &Connection() {
		return *connection;
	}
	SessionSettings &Settings() {
		return settings;
	}
	std::FILE *Output() {
		return output_file ? output_file.get() : stdout;
	}
	bool WasInterrupted() {
		return interrupts.WasRequested();
	}
	//! Set by `.quit`.
	bool QuitRequested() const {
		return quit_requested;
	}
	void RequestQuit() {
		quit_requested = true;
	}

private:
	struct CloseFile {
		void operator()(std::FILE *file) const {
			std::fclose(file);
		}
	};

	bool RunSql(const ScriptStatement &statement, const ScriptName &name);
	void RunParsed(std::unique_ptr<duckdb::SQLStatement> parsed);
	void WriteResult(duckdb::QueryResult &result);
	void PrintError(const duckdb::ErrorData &error, const ScriptStatement &statement, const ScriptName &name);
	std::unique_ptr<ResultWriter> MakeWriter();

	const bool is_interactive;
	SessionSettings settings;
	Interrupts &interrupts;
	std::unique_ptr<duckdb::DuckDB> database;
	std::unique_ptr<duckdb::Connection> connection;
	std::unique_ptr<std::FILE, CloseFile> output_file;
	bool quit_requested = false;
};

} // namespace merganser::cli
