#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merganser::cli {

//! What could stand at the end of a text.
struct Completions {
	//! Where in the text the suggestions begin, in bytes.
	size_t start = 0;
	std::vector<std::string> suggestions;
};

//! Gives completions for the text between the begin of the line and the cursor.
using Completer = std::function<Completions(const std::string &text)>;

//! Reads lines from the terminal with editing, history and completion. One per process; not thread-safe.
class LineEditor {
public:
	enum class Outcome { LINE, CANCELLED, END };

	//! History is loaded from and appended to `history_path` (created with mode 0600); empty = kept in memory only.
	LineEditor(const std::string &history_path, Completer completer);
	~LineEditor();
	LineEditor(const LineEditor &) = delete;
	LineEditor &operator=(const LineEditor &) = delete;

	//! LINE: `line` holds the line with its newline. CANCELLED: Ctrl-C. END: Ctrl-D on an empty line.
	Outcome ReadLine(const std::string &prompt, std::string &line);
	//! Adds a statement to the history. Statements that may hold a secret, or that begin with a space, are left out.
	void Remember(const std::string &statement);

private:
	struct Terminal;
	std::unique_ptr<Terminal> terminal;
};

//! `$XDG_STATE_HOME/merganser/history` when the variable is set, else `~/.merganser_history`; empty without a home.
std::string HistoryPath();

} // namespace merganser::cli
