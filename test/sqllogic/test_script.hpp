#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace merganser::sqllogic {

enum class CommandKind { STATEMENT, QUERY, LOOP, REQUIRE, REQUIRE_ENV, RESTART, MODE, HALT, SLEEP };
enum class Expectation { OK, ERROR, MAYBE };
enum class SortMode { NONE, ROWS, VALUES };

//! `skipif x` or `onlyif x` above a command.
struct Condition {
	bool is_only_if;
	std::string text;
};

//! One command of a test file. Which fields count depends on the kind.
struct Command {
	CommandKind kind;
	size_t line;
	std::vector<Condition> conditions {};
	//! STATEMENT, QUERY
	std::string sql {};
	std::string connection_name {};
	std::vector<std::string> expected {};
	bool has_expected = false;
	Expectation expectation = Expectation::OK;
	size_t column_count = 0;
	SortMode sort_mode = SortMode::NONE;
	std::string label {};
	//! LOOP: variable, its values and the body
	std::vector<std::string> arguments {};
	std::vector<Command> body {};
	bool is_concurrent = false;
};

//! A mistake in a test file.
class ScriptError : public std::runtime_error {
public:
	ScriptError(size_t line_p, const std::string &message) : std::runtime_error(message), line(line_p) {
	}
	const size_t line;
};

//! Reads a *.test file. Throws ScriptError for anything it does not know: an ignored command would be a test that
//! cannot fail.
std::vector<Command> ParseTestScript(const std::filesystem::path &path);

} // namespace merganser::sqllogic
