#include "cli/interactive_shell.hpp"
#include "cli/options.hpp"
#include "cli/session.hpp"

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace merganser::cli {

namespace {

constexpr int INTERRUPTED_EXIT_CODE = 130;

bool RunSource(Session &session, const ScriptSource &source) {
	if (source.kind == ScriptSource::Kind::TEXT) {
		std::istringstream input(source.value);
		return session.RunScript(input, {"-c"});
	}
	if (source.value == "-") {
		return session.RunScript(std::cin, {"<stdin>"});
	}
	std::ifstream input(source.value);
	if (!input) {
		std::fprintf(stderr, "merganser: cannot read the script \"%s\"\n", source.value.c_str());
		return false;
	}
	return session.RunScript(input, {source.value});
}

bool RunAll(Session &session, const Options &options, bool is_interactive) {
	if (options.lake_path && !session.AttachLake(*options.lake_path, options.read_only)) {
		return false;
	}
	if (is_interactive) {
		RunInteractiveShell(session);
		return true;
	}
	if (options.scripts.empty()) {
		return session.RunScript(std::cin, {"<stdin>"});
	}
	for (const auto &source : options.scripts) {
		if (!RunSource(session, source)) {
			return false;
		}
		if (session.QuitRequested()) {
			return true;
		}
	}
	return true;
}

int Run(int argc, char **argv) {
	auto parsed = ParseOptions(argc, argv);
	if (parsed.exit_code) {
		return *parsed.exit_code;
	}
	// A reader that closes its pipe, or a server its socket, is an error to handle and not the end of a commit.
	std::signal(SIGPIPE, SIG_IGN);
	const bool is_interactive = parsed.options.scripts.empty() && isatty(STDIN_FILENO);
	Session session(parsed.options, is_interactive);
	if (RunAll(session, parsed.options, is_interactive)) {
		return 0;
	}
	return session.WasInterrupted() ? INTERRUPTED_EXIT_CODE : 1;
}

} // namespace

} // namespace merganser::cli

int main(int argc, char **argv) {
	try {
		return merganser::cli::Run(argc, argv);
	} catch (const std::exception &error) {
		std::fprintf(stderr, "merganser: %s\n", error.what());
		return 1;
	}
}
