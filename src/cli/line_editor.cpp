#include "cli/line_editor.hpp"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

namespace merganser::cli {

namespace {

constexpr int HISTORY_STATEMENTS_MAX = 5000;
constexpr const char *HISTORY_COOKIE = "_HiStOrY_V2_\n";
constexpr size_t LISTED_SUGGESTIONS_MAX = 60;

bool StartsWithIgnoringCase(const std::string &text, const std::string &prefix) {
	return text.size() >= prefix.size() && strncasecmp(text.c_str(), prefix.c_str(), prefix.size()) == 0;
}

//! The longest text that all suggestions begin with, in the spelling of the first one.
std::string SharedPrefix(const std::vector<std::string> &suggestions) {
	auto prefix = suggestions.front();
	for (const auto &suggestion : suggestions) {
		while (!StartsWithIgnoringCase(suggestion, prefix)) {
			prefix.pop_back();
		}
	}
	return prefix;
}

void PrintSuggestions(const std::vector<std::string> &suggestions) {
	size_t cell_width = 0;
	for (const auto &suggestion : suggestions) {
		cell_width = std::max(cell_width, suggestion.size() + 2);
	}
	const size_t columns = std::max<size_t>(1, 80 / cell_width);
	const size_t count = std::min(suggestions.size(), LISTED_SUGGESTIONS_MAX);
	std::fputc('\n', stdout);
	for (size_t i = 0; i < count; i++) {
		const bool ends_line = (i + 1) % columns == 0 || i + 1 == count;
		const auto width = static_cast<int>(ends_line ? 0 : cell_width);
		std::printf("%-*s%s", width, suggestions[i].c_str(), ends_line ? "\n" : "");
	}
	if (count < suggestions.size()) {
		std::printf("… %zu more\n", suggestions.size() - count);
	}
	std::fflush(stdout);
}

bool MayHoldSecret(const std::string &statement) {
	auto lowered = statement;
	std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](unsigned char c) { return std::tolower(c); });
	for (const char *word : {"secret", "password", "token", "account_key"}) {
		if (lowered.find(word) != std::string::npos) {
			return true;
		}
	}
	return false;
}

//! The form that libedit loads: space, control characters and backslashes as octal escapes.
std::string EncodeForHistory(const std::string &statement) {
	std::string encoded;
	for (char c : statement) {
		const auto byte = static_cast<unsigned char>(c);
		if (byte <= ' ' || byte == 0x7f || byte == '\\') {
			char escape[8];
			std::snprintf(escape, sizeof(escape), "\\%03o", byte);
			encoded += escape;
		} else {
			encoded += c;
		}
	}
	return encoded;
}

} // namespace

struct LineEditor::Terminal {
	EditLine *editor = nullptr;
	History *history = nullptr;
	HistEvent event = {};
	std::string history_path;
	std::string prompt;
	Completer completer;
	bool was_cancelled = false;

	static Terminal &Of(EditLine *editor) {
		void *self = nullptr;
		el_get(editor, EL_CLIENTDATA, &self);
		return *static_cast<Terminal *>(self);
	}

	static char *Prompt(EditLine *editor) {
		return Of(editor).prompt.data();
	}

	static unsigned char Cancel(EditLine *editor, int) {
		Of(editor).was_cancelled = true;
		return CC_NEWLINE;
	}

	//! Signals from keys are off while a line is edited, so Ctrl-Z is done by hand.
	static unsigned char Suspend(EditLine *editor, int) {
		el_set(editor, EL_PREP_TERM, 0);
		kill(0, SIGTSTP);
		el_set(editor, EL_PREP_TERM, 1);
		return CC_REDISPLAY;
	}

	static unsigned char Complete(EditLine *editor, int) {
		const auto *info = el_line(editor);
		const std::string text(info->buffer, info->cursor);
		if (text.find_first_not_of(" \t\n") == std::string::npos) {
			// Indentation, typed or pasted.
			el_insertstr(editor, "    ");
			return CC_REFRESH;
		}
		auto completions = Of(editor).completer(text);
		if (completions.suggestions.empty() || completions.start > text.size()) {
			return CC_REFRESH_BEEP;
		}
		const auto typed = text.substr(completions.start);
		const auto shared = SharedPrefix(completions.suggestions);
		if (shared.size() > typed.size() || (completions.suggestions.size() == 1 && shared != typed)) {
			el_deletestr(editor, static_cast<int>(CountColumns(typed)));
			el_insertstr(editor, shared.c_str());
			return CC_REFRESH;
		}
		if (completions.suggestions.size() == 1) {
			return CC_REFRESH;
		}
		PrintSuggestions(completions.suggestions);
		return CC_REDISPLAY;
	}

	//! libedit counts wide characters, not bytes.
	static size_t CountColumns(const std::string &text) {
		return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
	}
};

LineEditor::LineEditor(const std::string &history_path, Completer completer) : terminal(std::make_unique<Terminal>()) {
	// Only characters: numbers keep their dots.
	if (!std::setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) {
		std::setlocale(LC_CTYPE, "C.UTF-8");
	}
	terminal->history_path = history_path;
	terminal->completer = std::move(completer);
	std::FILE *screen = isatty(STDOUT_FILENO) ? stdout : stderr;
	terminal->editor = el_init("merganser", stdin, screen, stderr);
	auto *editor = terminal->editor;
	el_set(editor, EL_CLIENTDATA, terminal.get());
	el_set(editor, EL_PROMPT, &Terminal::Prompt);
	el_set(editor, EL_EDITOR, "emacs");
	el_set(editor, EL_SIGNAL, 1);
	el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
	el_set(editor, EL_ADDFN, "merganser-cancel", "drop the line", &Terminal::Cancel);
	el_set(editor, EL_ADDFN, "merganser-suspend", "stop the shell", &Terminal::Suspend);
	el_set(editor, EL_ADDFN, "merganser-complete", "complete the word", &Terminal::Complete);
	el_set(editor, EL_BIND, "^C", "merganser-cancel", nullptr);
	el_set(editor, EL_BIND, "^Z", "merganser-suspend", nullptr);
	el_set(editor, EL_BIND, "^I", "merganser-complete", nullptr);
	el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
	el_set(editor, EL_BIND, "^W", "ed-delete-prev-word", nullptr);

	terminal->history = history_init();
	history(terminal->history, &terminal->event, H_SETSIZE, HISTORY_STATEMENTS_MAX);
	history(terminal->history, &terminal->event, H_SETUNIQUE, 1);
	if (!history_path.empty()) {
		history(terminal->history, &terminal->event, H_LOAD, history_path.c_str());
	}
	el_set(editor, EL_HIST, history, terminal->history);
}

LineEditor::~LineEditor() {
	history_end(terminal->history);
	el_end(terminal->editor);
}

LineEditor::Outcome LineEditor::ReadLine(const std::string &prompt, std::string &line) {
	terminal->prompt = prompt;
	terminal->was_cancelled = false;
	int size = 0;
	errno = 0;
	const char *text = el_gets(terminal->editor, &size);
	if (terminal->was_cancelled || (!text && errno == EINTR)) {
		std::fputs("^C\n", stderr);
		el_reset(terminal->editor);
		return Outcome::CANCELLED;
	}
	if (!text || size <= 0) {
		return Outcome::END;
	}
	line.assign(text, size);
	return Outcome::LINE;
}

void LineEditor::Remember(const std::string &statement) {
	if (statement.empty() || statement[0] == ' ' || MayHoldSecret(statement)) {
		return;
	}
	history(terminal->history, &terminal->event, H_ENTER, statement.c_str());
	if (terminal->history_path.empty()) {
		return;
	}
	// Appended at once: two shells keep both histories, and a killed one loses nothing.
	const int file = open(terminal->history_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0) {
		return;
	}
	const auto entry = (lseek(file, 0, SEEK_END) == 0 ? HISTORY_COOKIE : "") + EncodeForHistory(statement) + "\n";
	[[maybe_unused]] const auto written = write(file, entry.data(), entry.size());
	close(file);
}

std::string HistoryPath() {
	const char *state_home = std::getenv("XDG_STATE_HOME");
	if (state_home && *state_home == '/') {
		const auto folder = std::filesystem::path(state_home) / "merganser";
		std::error_code error;
		std::filesystem::create_directories(folder, error);
		return (folder / "history").string();
	}
	const char *home = std::getenv("HOME");
	return home && *home ? std::string(home) + "/.merganser_history" : "";
}

} // namespace merganser::cli
