#include "cli/options.hpp"

#include "duckdb.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace merganser::cli {

namespace {

constexpr int BAD_FLAG_EXIT_CODE = 2;

struct FormatFlags {
	bool json = false;
	bool csv = false;
	bool markdown = false;
	bool box = false;

	OutputFormat Format() const {
		if (json) {
			return OutputFormat::JSON;
		}
		if (csv) {
			return OutputFormat::CSV;
		}
		return markdown ? OutputFormat::MARKDOWN : OutputFormat::BOX;
	}
};

std::string VersionLine() {
	return std::string("merganser ") + MERGANSER_VERSION + " (DuckDB " + duckdb::DuckDB::LibraryVersion() + ")";
}

//! CLI11 collects each option by itself; -c and -f are to run in the order in which they were given.
std::vector<ScriptSource> ScriptsInOrder(const CLI::App &app, const CLI::Option *command, const CLI::Option *file) {
	std::vector<ScriptSource> scripts;
	size_t next_command = 0;
	size_t next_file = 0;
	for (const auto *option : app.parse_order()) {
		if (option == command) {
			scripts.push_back({ScriptSource::Kind::TEXT, command->results().at(next_command++)});
		} else if (option == file) {
			scripts.push_back({ScriptSource::Kind::FILE, file->results().at(next_file++)});
		}
	}
	return scripts;
}

} // namespace

ParsedOptions ParseOptions(int argc, char **argv) {
	CLI::App app("SQL on a folder of Delta Lake tables. Without -c and -f it is an interactive shell, or runs the "
	             "statements on standard input when that is not a terminal.",
	             "merganser");
	ParsedOptions parsed;
	FormatFlags flags;
	std::string path;
	std::vector<std::string> commands;
	std::vector<std::string> files;
	auto *path_option = app.add_option("PATH", path, "folder or URL to attach as 'lake' and to use");
	auto *command = app.add_option("-c,--command", commands, "run this SQL and exit (may be given several times)");
	command->type_name("SQL")->allow_extra_args(false);
	auto *file = app.add_option("-f,--file", files, "run the statements of this file and exit ('-': standard input)");
	file->type_name("FILE")->allow_extra_args(false);
	auto *formats = app.add_option_group("Output", "how results are printed")->require_option(0, 1);
	formats->add_flag("--box", flags.box, "tables drawn with lines (default)");
	formats->add_flag("--json", flags.json, "one JSON array of objects for each result");
	formats->add_flag("--csv", flags.csv, "comma separated values with a header line");
	formats->add_flag("--markdown", flags.markdown, "Markdown tables");
	app.add_flag("--read-only", parsed.options.read_only, "attach PATH without the right to change it");
	app.set_version_flag("--version", VersionLine());
	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		const bool is_failure = app.exit(error) != 0;
		parsed.exit_code = is_failure ? BAD_FLAG_EXIT_CODE : 0;
		return parsed;
	}
	if (path_option->count() > 0) {
		parsed.options.lake_path = path;
	} else if (parsed.options.read_only) {
		std::fputs("--read-only needs a PATH to attach\n", stderr);
		parsed.exit_code = BAD_FLAG_EXIT_CODE;
	}
	parsed.options.format = flags.Format();
	parsed.options.scripts = ScriptsInOrder(app, command, file);
	return parsed;
}

} // namespace merganser::cli
