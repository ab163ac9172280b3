#include "script_runner.hpp"

#include "engine/register.hpp"
#include "result_check.hpp"

#include "duckdb.hpp"
#include "tpcds_extension.hpp"
#include "tpch_extension.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace merganser::sqllogic {

namespace {

//! What ends a file early.
struct Failure {
	size_t line;
	std::string message;
};
struct Skipped {
	std::string reason;
};
struct Halted {};

//! What all threads of one file share.
struct TestInstance {
	const SuiteConfig &config;
	std::map<std::string, std::string> placeholders;
	std::unique_ptr<duckdb::DuckDB> database;
	std::atomic<size_t> executed_count {0};
	std::mutex labels_lock;
	std::map<std::string, std::vector<std::vector<std::string>>> labelled_results;
};

std::string Indent(const std::string &text) {
	return "    " + duckdb::StringUtil::Replace(text, "\n", "\n    ") + "\n";
}

std::string Joined(const ResultRows &result) {
	constexpr size_t SHOWN_ROWS_MAX = 50;
	std::string text;
	for (size_t row = 0; row < result.rows.size() && row < SHOWN_ROWS_MAX; row++) {
		text += (row == 0 ? "" : "\n");
		for (size_t column = 0; column < result.rows[row].size(); column++) {
			text += (column == 0 ? "" : "\t") + result.rows[row][column];
		}
	}
	return result.rows.size() > SHOWN_ROWS_MAX ? text + "\n…" : text;
}

std::string Joined(const std::vector<std::string> &lines) {
	return duckdb::StringUtil::Join(duckdb::vector<std::string>(lines.begin(), lines.end()), "\n");
}

//! Runs commands on one thread: a default connection, named ones, and the values of the loop variables.
class ScriptThread {
public:
	ScriptThread(TestInstance &instance_p, std::map<std::string, std::string> variables_p, bool is_concurrent_p)
	    : instance(instance_p), variables(std::move(variables_p)), is_concurrent(is_concurrent_p) {
	}

	void Open() {
		instance.database = std::make_unique<duckdb::DuckDB>(nullptr);
		// DuckDB loads the other bundled extensions by itself.
		instance.database->LoadStaticExtension<duckdb::TpchExtension>();
		instance.database->LoadStaticExtension<duckdb::TpcdsExtension>();
		RegisterMerganser(*instance.database->instance);
		// Versions and files are counted; tests of it turn it on.
		Connection("").Query("SET GLOBAL merganser_automatic_compaction = false");
		Connection("").Query("SET GLOBAL merganser_automatic_vacuum = false");
		for (const auto &sql : instance.config.on_init) {
			auto result = Connection("").Query(Substitute(sql));
			if (result->HasError()) {
				throw Failure {0, "on_init of the configuration failed: " + result->GetError()};
			}
		}
	}

	//! What the configuration asks of every table that the file left in its folder.
	void AskTables() {
		if (instance.config.on_tables.empty() || has_handmade_tables) {
			return;
		}
		connections.clear();
		instance.database.reset();
		Open();
		for (const auto &entry : std::filesystem::recursive_directory_iterator(instance.placeholders.at("TEST_DIR"))) {
			if (entry.is_directory() && entry.path().filename() == "_delta_log") {
				AskTable(entry.path().parent_path().string());
			}
		}
	}

	void Run(const std::vector<Command> &commands) {
		for (const auto &command : commands) {
			if (ConditionsHold(command)) {
				RunCommand(command);
			}
		}
	}

private:
	void AskTable(const std::string &folder) {
		for (const auto &query : instance.config.on_tables) {
			const auto sql = duckdb::StringUtil::Replace(Substitute(query), "{TABLE}",
			                                             duckdb::StringUtil::Replace(folder, "'", "''"));
			auto result = Connection("").Query(sql);
			if (result->HasError()) {
				throw Failure {0, sql + "\n" + result->GetError()};
			}
			if (result->RowCount() > 0) {
				throw Failure {0, sql + "\n" + Joined(RenderRows(*result))};
			}
		}
	}

	bool ConditionsHold(const Command &command) const {
		static const std::set<std::string> SYSTEMS = {"duckdb", "merganser", "native"};
		for (const auto &condition : command.conditions) {
			const auto equals = condition.text.find('=');
			bool holds = SYSTEMS.count(condition.text) > 0;
			if (equals != std::string::npos) {
				const auto variable = variables.find(condition.text.substr(0, equals));
				if (variable == variables.end()) {
					throw Failure {command.line, "no loop variable in condition '" + condition.text + "'"};
				}
				holds = variable->second == condition.text.substr(equals + 1);
			}
			if (holds != condition.is_only_if) {
				return false;
			}
		}
		return true;
	}

	void RunCommand(const Command &command) {
		if (command.kind == CommandKind::MODE) {
			SetMode(command);
			return;
		}
		if (is_skipping) {
			return;
		}
		switch (command.kind) {
		case CommandKind::STATEMENT:
			RunStatement(command);
			return;
		case CommandKind::QUERY:
			RunQuery(command);
			return;
		case CommandKind::LOOP:
			RunLoop(command);
			return;
		case CommandKind::REQUIRE:
			Require(command);
			return;
		case CommandKind::REQUIRE_ENV:
			RequireEnvironment(command);
			return;
		case CommandKind::RESTART:
			Restart(command);
			return;
		case CommandKind::SLEEP:
			Sleep(command);
			return;
		case CommandKind::HALT:
			throw Halted {};
		case CommandKind::MODE:
			return;
		}
	}

	void RunStatement(const Command &command) {
		const auto sql = Substitute(command.sql);
		const auto result = Execute(command, sql);
		if (!result->HasError()) {
			if (command.expectation == Expectation::ERROR) {
				throw Failure {command.line, "the statement succeeded, an error was expected\n  SQL:\n" + Indent(sql)};
			}
			return;
		}
		const auto error = result->GetError();
		const auto expected = Substitute(Joined(command.expected));
		const bool is_internal = error.rfind("INTERNAL", 0) == 0 && expected.find("INTERNAL") == std::string::npos;
		if (command.expectation == Expectation::OK || is_internal) {
			throw Failure {command.line, "the statement failed\n  SQL:\n" + Indent(sql) + "  error:\n" + Indent(error)};
		}
		if (command.has_expected && !ErrorMatches(error, expected)) {
			throw Failure {command.line, "the statement failed with another error\n  SQL:\n" + Indent(sql) +
			                                 "  expected:\n" + Indent(expected) + "  actual:\n" + Indent(error)};
		}
	}

	void RunQuery(const Command &command) {
		const auto sql = Substitute(command.sql);
		auto result = Execute(command, sql);
		if (result->HasError()) {
			throw Failure {command.line,
			               "the query failed\n  SQL:\n" + Indent(sql) + "  error:\n" + Indent(result->GetError())};
		}
		if (result->ColumnCount() != command.column_count) {
			throw Failure {command.line, "expected " + std::to_string(command.column_count) + " columns, got " +
			                                 std::to_string(result->ColumnCount()) + "\n  SQL:\n" + Indent(sql)};
		}
		auto actual = RenderRows(*result);
		SortRows(actual, command.sort_mode);
		if (command.has_expected) {
			std::vector<std::string> expected;
			for (const auto &line : command.expected) {
				expected.push_back(Substitute(line));
			}
			if (auto difference = TryFindDifference(actual, command, expected)) {
				throw Failure {command.line, *difference + "\n  SQL:\n" + Indent(sql) + "  expected:\n" +
				                                 Indent(Joined(expected)) + "  actual:\n" + Indent(Joined(actual))};
			}
		}
		if (!command.label.empty()) {
			CheckLabel(command, sql, actual);
		}
	}

	//! All queries with one label give the same rows.
	void CheckLabel(const Command &command, const std::string &sql, const ResultRows &actual) {
		std::lock_guard<std::mutex> guard(instance.labels_lock);
		const auto [known, is_new] = instance.labelled_results.emplace(Substitute(command.label), actual.rows);
		if (!is_new && known->second != actual.rows) {
			const auto first = Indent(Joined(ResultRows {known->second, {}}));
			throw Failure {command.line, "other rows than the first query with the label '" + command.label +
			                                 "'\n  SQL:\n" + Indent(sql) + "  first:\n" + first + "  actual:\n" +
			                                 Indent(Joined(actual))};
		}
	}

	void RunLoop(const Command &loop) {
		const auto &name = loop.arguments[0];
		if (!loop.is_concurrent) {
			for (size_t i = 1; i < loop.arguments.size(); i++) {
				variables[name] = loop.arguments[i];
				Run(loop.body);
			}
			variables.erase(name);
			return;
		}
		if (is_concurrent) {
			throw Failure {loop.line, "a concurrent loop inside a concurrent loop"};
		}
		std::mutex failure_lock;
		std::exception_ptr first_failure;
		std::vector<std::thread> threads;
		for (size_t i = 1; i < loop.arguments.size(); i++) {
			auto thread_variables = variables;
			thread_variables[name] = loop.arguments[i];
			threads.emplace_back([&, thread_variables = std::move(thread_variables)]() {
				try {
					ScriptThread(instance, thread_variables, true).Run(loop.body);
				} catch (...) {
					std::lock_guard<std::mutex> guard(failure_lock);
					first_failure = first_failure ? first_failure : std::current_exception();
				}
			});
		}
		for (auto &thread : threads) {
			thread.join();
		}
		if (first_failure) {
			std::rethrow_exception(first_failure);
		}
	}

	void Require(const Command &command) {
		static const std::set<std::string> BUILT_IN = {"merganser",
		                                               "parquet",
		                                               "json",
		                                               "icu",
		                                               "core_functions",
		                                               "autocomplete",
		                                               "tpch",
		                                               "tpcds",
		                                               "skip_reload",
		                                               "notwindows",
		                                               "64bit",
		                                               "no_alternative_verify",
		                                               "noforcestorage",
		                                               "vector_size",
		                                               "no_vector_verification",
		                                               "exact_vector_size"};
		const auto &name = command.arguments[0];
		if (BUILT_IN.count(duckdb::StringUtil::Lower(name)) > 0) {
			return;
		}
		auto result = Connection("").Query("LOAD " + name);
		if (result->HasError()) {
			throw Skipped {"require " + name};
		}
	}

	void RequireEnvironment(const Command &command) {
		if (is_concurrent) {
			throw Failure {command.line, "require-env inside a concurrent loop"};
		}
		const auto &name = command.arguments[0];
		const char *value = std::getenv(name.c_str());
		if (!value || (command.arguments.size() > 1 && command.arguments[1] != value)) {
			throw Skipped {"require-env " + name};
		}
		variables[name] = value;
		instance.placeholders[name] = value;
	}

	void Restart(const Command &command) {
		if (is_concurrent) {
			throw Failure {command.line, "restart inside a concurrent loop"};
		}
		connections.clear();
		instance.database.reset();
		Open();
	}

	void SetMode(const Command &command) {
		const auto &mode = command.arguments[0];
		if (mode == "handmade_tables") {
			// Their logs say what no writer would: the configuration's on_tables does not ask them.
			has_handmade_tables = true;
			return;
		}
		if (mode != "skip" && mode != "unskip") {
			throw Failure {command.line, "unknown mode '" + mode + "'"};
		}
		is_skipping = mode == "skip";
	}

	void Sleep(const Command &command) {
		const auto count = std::strtol(Substitute(command.arguments[0]).c_str(), nullptr, 10);
		const auto unit = command.arguments.size() > 1 ? command.arguments[1] : "milliseconds";
		const bool is_seconds = unit.rfind("second", 0) == 0;
		std::this_thread::sleep_for(std::chrono::milliseconds(is_seconds ? count * 1000 : count));
	}

	duckdb::unique_ptr<duckdb::MaterializedQueryResult> Execute(const Command &command, const std::string &sql) {
		instance.executed_count++;
		return Connection(Substitute(command.connection_name)).Query(sql);
	}

	duckdb::Connection &Connection(const std::string &name) {
		auto &connection = connections[name];
		if (!connection) {
			connection = std::make_unique<duckdb::Connection>(*instance.database);
		}
		return *connection;
	}

	std::string Substitute(std::string text) const {
		for (const auto &[name, value] : variables) {
			text = duckdb::StringUtil::Replace(text, "${" + name + "}", value);
		}
		for (const auto &[name, value] : instance.placeholders) {
			text = duckdb::StringUtil::Replace(text, "{" + name + "}", value);
		}
		return duckdb::StringUtil::Replace(text, "__TEST_DIR__", instance.placeholders.at("TEST_DIR"));
	}

	TestInstance &instance;
	std::map<std::string, std::string> variables;
	const bool is_concurrent;
	bool is_skipping = false;
	bool has_handmade_tables = false;
	std::map<std::string, std::unique_ptr<duckdb::Connection>> connections;
};

TestOutcome RunCommands(TestInstance &instance, const std::vector<Command> &commands) {
	ScriptThread thread(instance, {}, false);
	try {
		thread.Open();
		try {
			thread.Run(commands);
		} catch (const Halted &) {
		}
		thread.AskTables();
	} catch (const Skipped &skipped) {
		return {Verdict::SKIPPED, 0, skipped.reason};
	} catch (const Failure &failure) {
		return {Verdict::FAILED, failure.line, failure.message};
	} catch (const std::exception &error) {
		return {Verdict::FAILED, 0, error.what()};
	}
	if (instance.executed_count == 0) {
		return {Verdict::FAILED, 1, "the file ran no statement and no query"};
	}
	return {};
}

} // namespace

TestOutcome RunTestFile(const std::filesystem::path &path, const std::filesystem::path &test_folder,
                        const SuiteConfig &config) {
	if (auto reason = config.TrySkipReason(path)) {
		return {Verdict::SKIPPED, 0, *reason};
	}
	TestInstance instance {config, config.env, nullptr, {}, {}, {}};
	instance.placeholders.emplace("ATTACH_OPTIONS", "");
	instance.placeholders["TEST_DIR"] = test_folder.string();
	try {
		return RunCommands(instance, ParseTestScript(path));
	} catch (const ScriptError &error) {
		return {Verdict::FAILED, error.line, error.what()};
	}
}

} // namespace merganser::sqllogic
