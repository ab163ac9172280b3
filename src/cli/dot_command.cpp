#include "cli/dot_command.hpp"

#include "cli/session.hpp"

#include "duckdb.hpp"

#include <fstream>

namespace merganser::cli {

namespace {

using duckdb::InvalidInputException;

using CommandFunction = bool (*)(Session &session, const std::string &argument);

struct DotCommand {
	const char *name;
	const char *argument;
	const char *purpose;
	CommandFunction run;
};

//! Tables and views of the current database, with the schema in front unless it is the current one.
constexpr const char *TABLE_NAMES = R"(
SELECT CASE WHEN schema_name = current_schema() THEN name ELSE schema_name || '.' || name END
FROM (SELECT schema_name, table_name AS name FROM duckdb_tables()
      WHERE database_name = current_database() AND NOT internal
      UNION ALL
      SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = current_database() AND NOT internal)
WHERE $1 = '' OR name ILIKE $1
ORDER BY schema_name <> current_schema(), schema_name, name)";

constexpr const char *TABLE_DEFINITIONS = R"(
SELECT sql
FROM (SELECT schema_name, table_name AS name, sql FROM duckdb_tables()
      WHERE database_name = current_database() AND NOT internal
      UNION ALL
      SELECT schema_name, view_name, sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal)
WHERE $1 = '' OR name ILIKE $1 OR schema_name || '.' || name ILIKE $1
ORDER BY schema_name, name)";

bool PrintTables(Session &session, const std::string &argument) {
	for (const auto &name : session.QueryTexts(TABLE_NAMES, {argument})) {
		std::fprintf(session.Output(), "%s\n", name.c_str());
	}
	return true;
}

bool PrintSchema(Session &session, const std::string &argument) {
	for (const auto &sql : session.QueryTexts(TABLE_DEFINITIONS, {argument})) {
		const bool is_ended = !sql.empty() && sql.find_last_not_of(" \n") == sql.rfind(';');
		std::fprintf(session.Output(), "%s%s\n", sql.c_str(), is_ended ? "" : ";");
	}
	return true;
}

bool SetMode(Session &session, const std::string &argument) {
	if (argument.empty()) {
		std::fprintf(session.Output(), "%s\n", OutputFormatName(session.Settings().format));
		return true;
	}
	const auto format = TryParseOutputFormat(argument);
	if (!format) {
		throw InvalidInputException("Unknown mode \"%s\": box, json, csv or markdown", argument);
	}
	session.Settings().format = *format;
	return true;
}

bool SetMaxRows(Session &session, const std::string &argument) {
	auto &max_rows = session.Settings().max_rows_interactive;
	if (argument.empty()) {
		std::fprintf(session.Output(), "%zu\n", max_rows);
		return true;
	}
	if (argument.size() > 9 || argument.find_first_not_of("0123456789") != std::string::npos) {
		throw InvalidInputException("Expected a number of rows (0 for all), not \"%s\"", argument);
	}
	max_rows = std::stoull(argument);
	return true;
}

bool SetTimer(Session &session, const std::string &argument) {
	if (argument != "on" && argument != "off") {
		throw InvalidInputException("Usage: .timer on|off");
	}
	session.Settings().shows_timer = argument == "on";
	return true;
}

bool SetOutput(Session &session, const std::string &argument) {
	session.SetOutputFile(argument == "stdout" ? "" : argument);
	return true;
}

bool ReadScript(Session &session, const std::string &argument) {
	// A script that reads itself would otherwise end in a stack overflow.
	constexpr int SCRIPT_DEPTH_MAX = 16;
	static int depth = 0;
	std::ifstream input(argument);
	if (argument.empty() || !input) {
		throw InvalidInputException("Cannot read the script \"%s\"", argument);
	}
	if (depth >= SCRIPT_DEPTH_MAX) {
		throw InvalidInputException("Scripts read each other more than %d deep", SCRIPT_DEPTH_MAX);
	}
	depth++;
	const bool succeeded = session.RunScript(input, {argument});
	depth--;
	return succeeded;
}

bool Quit(Session &session, const std::string &) {
	session.RequestQuit();
	return true;
}

bool PrintHelp(Session &session, const std::string &argument);

constexpr DotCommand COMMANDS[] = {
    {".help", "", "this list", PrintHelp},
    {".tables", "[PATTERN]", "tables and views of the current database", PrintTables},
    {".schema", "[NAME]", "their CREATE statements", PrintSchema},
    {".mode", "[box|json|csv|markdown]", "how results are printed", SetMode},
    {".maxrows", "[N]", "rows of a box in the interactive shell (0 = all)", SetMaxRows},
    {".timer", "on|off", "print how long each statement took", SetTimer},
    {".output", "[FILE]", "write results into FILE; without FILE, to the screen again", SetOutput},
    {".read", "FILE", "run the statements of FILE", ReadScript},
    {".quit", "", "leave (also .exit, Ctrl-D)", Quit},
};

bool PrintHelp(Session &session, const std::string &) {
	for (const auto &command : COMMANDS) {
		const auto usage = std::string(command.name) + " " + command.argument;
		std::fprintf(session.Output(), "%-32s  %s\n", usage.c_str(), command.purpose);
	}
	std::fputs("SQL statements end with a semicolon and may span lines. Tab completes, Ctrl-C cancels.\n",
	           session.Output());
	return true;
}

//! A pasted `.quit;` means `.quit`; quotes around a file name are not part of it.
std::string CleanArgument(std::string argument) {
	duckdb::StringUtil::Trim(argument);
	while (!argument.empty() && argument.back() == ';') {
		argument.pop_back();
	}
	duckdb::StringUtil::Trim(argument);
	const bool is_quoted = argument.size() >= 2 && (argument.front() == '\'' || argument.front() == '"') &&
	                       argument.back() == argument.front();
	return is_quoted ? argument.substr(1, argument.size() - 2) : argument;
}

} // namespace

bool RunDotCommand(Session &session, const std::string &line) {
	const auto name_end = line.find_first_of(" \t\r;");
	auto name = line.substr(0, name_end);
	if (name == ".exit") {
		name = ".quit";
	}
	const auto argument = name_end == std::string::npos ? "" : CleanArgument(line.substr(name_end));
	for (const auto &command : COMMANDS) {
		if (name == command.name) {
			const bool succeeded = command.run(session, argument);
			std::fflush(session.Output());
			return succeeded;
		}
	}
	throw InvalidInputException("Unknown command \"%s\"; .help lists all", name);
}

} // namespace merganser::cli
