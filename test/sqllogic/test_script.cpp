#include "test_script.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace merganser::sqllogic {

namespace {

constexpr long LOOP_ITERATIONS_MAX = 1000000;

std::vector<std::string> Words(const std::string &line) {
	std::istringstream stream(line);
	std::vector<std::string> words;
	std::string word;
	while (stream >> word) {
		words.push_back(word);
	}
	return words;
}

bool IsBlank(const std::string &line) {
	return line.find_first_not_of(" \t") == std::string::npos;
}

class ScriptReader {
public:
	explicit ScriptReader(const std::filesystem::path &path) {
		std::ifstream file(path);
		if (!file) {
			throw ScriptError(1, "the file cannot be read");
		}
		std::string line;
		while (std::getline(file, line)) {
			if (!line.empty() && line.back() == '\r') {
				line.pop_back();
			}
			lines.push_back(line);
		}
	}

	//! Reads up to the end, or up to the `endloop` of a loop that began at `loop_line`.
	std::vector<Command> ReadCommands(std::optional<size_t> loop_line) {
		std::vector<Command> commands;
		std::vector<Condition> conditions;
		while (next < lines.size()) {
			const auto line_number = next + 1;
			const auto &line = lines[next++];
			if (IsBlank(line) || line[0] == '#') {
				continue;
			}
			const auto words = Words(line);
			if (words[0] == "endloop") {
				if (!loop_line) {
					throw ScriptError(line_number, "endloop without a loop");
				}
				return commands;
			}
			if (words[0] == "skipif" || words[0] == "onlyif") {
				RequireWords(words, 2, line_number);
				conditions.push_back({words[0] == "onlyif", words[1]});
				continue;
			}
			commands.push_back(ReadCommand(words, line_number));
			commands.back().conditions = std::move(conditions);
			conditions.clear();
		}
		if (loop_line) {
			throw ScriptError(*loop_line, "the loop has no endloop");
		}
		return commands;
	}

private:
	static void RequireWords(const std::vector<std::string> &words, size_t count_min, size_t line) {
		if (words.size() < count_min) {
			throw ScriptError(line, "'" + words[0] + "' needs " + std::to_string(count_min - 1) + " argument(s)");
		}
	}

	Command ReadCommand(const std::vector<std::string> &words, size_t line) {
		static const std::vector<std::pair<const char *, CommandKind>> SIMPLE = {
		    {"require", CommandKind::REQUIRE}, {"require-env", CommandKind::REQUIRE_ENV},
		    {"restart", CommandKind::RESTART}, {"mode", CommandKind::MODE},
		    {"halt", CommandKind::HALT},       {"sleep", CommandKind::SLEEP},
		};
		if (words[0] == "statement") {
			return ReadStatement(words, line);
		}
		if (words[0] == "query") {
			return ReadQuery(words, line);
		}
		if (words[0] == "loop" || words[0] == "concurrentloop" || words[0] == "foreach" ||
		    words[0] == "concurrentforeach") {
			return ReadLoop(words, line);
		}
		for (const auto &[name, kind] : SIMPLE) {
			if (words[0] == name) {
				const bool takes_argument = kind != CommandKind::RESTART && kind != CommandKind::HALT;
				RequireWords(words, takes_argument ? 2 : 1, line);
				Command command {kind, line};
				command.arguments.assign(words.begin() + 1, words.end());
				return command;
			}
		}
		throw ScriptError(line, "unknown command '" + words[0] + "'");
	}

	Command ReadStatement(const std::vector<std::string> &words, size_t line) {
		RequireWords(words, 2, line);
		Command command {CommandKind::STATEMENT, line};
		if (words[1] == "ok") {
			command.expectation = Expectation::OK;
		} else if (words[1] == "error") {
			command.expectation = Expectation::ERROR;
		} else if (words[1] == "maybe") {
			command.expectation = Expectation::MAYBE;
		} else {
			throw ScriptError(line, "a statement is ok, error or maybe, not '" + words[1] + "'");
		}
		command.connection_name = words.size() > 2 ? words[2] : "";
		ReadSql(command);
		return command;
	}

	Command ReadQuery(const std::vector<std::string> &words, size_t line) {
		RequireWords(words, 2, line);
		Command command {CommandKind::QUERY, line};
		if (words[1].find_first_not_of("IRTD") != std::string::npos) {
			throw ScriptError(line, "column types are letters of I, R, T, D, not '" + words[1] + "'");
		}
		command.column_count = words[1].size();
		size_t word = 2;
		static const std::map<std::string, SortMode> SORT_MODES = {
		    {"nosort", SortMode::NONE}, {"rowsort", SortMode::ROWS}, {"valuesort", SortMode::VALUES}};
		if (words.size() > word && SORT_MODES.count(words[word]) > 0) {
			command.sort_mode = SORT_MODES.at(words[word++]);
		}
		if (words.size() > word && words[word].rfind("con", 0) == 0) {
			command.connection_name = words[word++];
		}
		command.label = words.size() > word ? words[word] : "";
		ReadSql(command);
		if (!command.has_expected && command.label.empty()) {
			throw ScriptError(line, "a query without ---- and expected values checks nothing");
		}
		return command;
	}

	void ReadSql(Command &command) {
		while (next < lines.size() && !IsBlank(lines[next]) && lines[next] != "----") {
			command.sql += (command.sql.empty() ? "" : "\n") + lines[next++];
		}
		if (command.sql.empty()) {
			throw ScriptError(command.line, "there is no SQL below the command");
		}
		if (next >= lines.size() || lines[next] != "----") {
			return;
		}
		next++;
		command.has_expected = true;
		while (next < lines.size() && !lines[next].empty()) {
			command.expected.push_back(lines[next++]);
		}
	}

	Command ReadLoop(const std::vector<std::string> &words, size_t line) {
		Command command {CommandKind::LOOP, line};
		command.is_concurrent = words[0].rfind("concurrent", 0) == 0;
		command.arguments.assign(words.begin() + 1, words.begin() + std::min<size_t>(2, words.size()));
		if (words[0] == "loop" || words[0] == "concurrentloop") {
			RequireWords(words, 4, line);
			long first = 0;
			long end = 0;
			try {
				first = std::stol(words[2]);
				end = std::stol(words[3]);
			} catch (const std::exception &) {
				throw ScriptError(line, "a loop runs from a number to a number");
			}
			if (end <= first || end - first > LOOP_ITERATIONS_MAX) {
				throw ScriptError(line, "the loop has no iteration, or too many");
			}
			for (long i = first; i < end; i++) {
				command.arguments.push_back(std::to_string(i));
			}
		} else {
			RequireWords(words, 3, line);
			command.arguments.insert(command.arguments.end(), words.begin() + 2, words.end());
		}
		command.body = ReadCommands(line);
		return command;
	}

	std::vector<std::string> lines;
	size_t next = 0;
};

} // namespace

std::vector<Command> ParseTestScript(const std::filesystem::path &path) {
	return ScriptReader(path).ReadCommands(std::nullopt);
}

} // namespace merganser::sqllogic
