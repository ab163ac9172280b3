#pragma once

#include "cli/result_writer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace merganser::cli {

//! One -c or -f of the command line.
struct ScriptSource {
	enum class Kind { TEXT, FILE };
	Kind kind;
	//! The SQL itself, or the path of a file ("-" = standard input).
	std::string value;
};

struct Options {
	std::optional<std::string> lake_path;
	bool read_only = false;
	OutputFormat format = OutputFormat::BOX;
	//! In the order of the command line.
	std::vector<ScriptSource> scripts;
};

//! The options, or the exit code when there is nothing left to do: 0 after --help and --version, 2 for a bad flag.
struct ParsedOptions {
	Options options;
	std::optional<int> exit_code;
};

ParsedOptions ParseOptions(int argc, char **argv);

} // namespace merganser::cli
