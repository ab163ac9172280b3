#include "cli/interactive_shell.hpp"

#include "cli/completion.hpp"
#include "cli/line_editor.hpp"
#include "cli/session.hpp"
#include "cli/statement_splitter.hpp"

#include "duckdb.hpp"
#include "duckdb/main/database_manager.hpp"

namespace merganser::cli {

namespace {

//! "lake> ", or "lake*> " inside a transaction.
std::string Prompt(duckdb::Connection &connection) {
	const auto database = duckdb::DatabaseManager::GetDefaultDatabase(*connection.context);
	return database + (connection.HasActiveTransaction() ? "*> " : "> ");
}

//! As wide as the first prompt, so that the lines of a statement stand below each other.
std::string ContinuationPrompt(const std::string &prompt) {
	return prompt.size() < 5 ? "...> " : std::string(prompt.size() - 5, ' ') + "...> ";
}

} // namespace

void RunInteractiveShell(Session &session) {
	std::printf("merganser %s on DuckDB %s. \".help\" lists the commands.\n", MERGANSER_VERSION,
	            duckdb::DuckDB::LibraryVersion());
	std::fflush(stdout);
	StatementSplitter splitter;
	Completion completion(session.Connection());
	const auto complete = [&](const std::string &line) {
		return completion.Complete(splitter.Pending(), line);
	};
	LineEditor editor(HistoryPath(), complete);
	const ScriptName name {"", false};
	while (!session.QuitRequested()) {
		auto prompt = Prompt(session.Connection());
		if (splitter.IsInsideStatement()) {
			prompt = ContinuationPrompt(prompt);
		}
		std::string line;
		switch (editor.ReadLine(prompt, line)) {
		case LineEditor::Outcome::CANCELLED:
			splitter.Clear();
			continue;
		case LineEditor::Outcome::END:
			std::fputc('\n', stdout);
			return;
		case LineEditor::Outcome::LINE:
			break;
		}
		splitter.Feed(line);
		while (auto statement = splitter.Next()) {
			editor.Remember(statement->text + (statement->is_dot_command ? "" : ";"));
			// Lines of a statement count from its own begin.
			statement->line = 1;
			const bool succeeded = session.RunStatement(*statement, name);
			if (session.QuitRequested()) {
				return;
			}
			if (!succeeded) {
				// What else stood on the line was meant to follow a success.
				splitter.Clear();
			}
		}
	}
}

} // namespace merganser::cli
