#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace merganser::cli {

//! A statement cut out of a script, or a dot command (a line that starts with '.').
struct ScriptStatement {
	//! From its first character (comments before it belong to it) up to its last, without the `;`.
	std::string text;
	//! Of the first character in the script; both count from 1, the column in bytes.
	size_t line = 1;
	size_t column = 1;
	bool is_dot_command = false;
};

//! Cuts a script into statements at each `;` that is not inside quotes, dollar quotes or comments. The script arrives
//! in pieces, and each byte is looked at once. Not thread-safe.
class StatementSplitter {
public:
	//! Requires: `text` ends with a newline, or is the last piece of the script.
	void Feed(std::string_view text);
	//! The next complete statement, if any.
	std::optional<ScriptStatement> Next();
	//! Ends the script: what is left without a `;`. Nothing when only space and comments are left.
	std::optional<ScriptStatement> Finish();
	//! Forgets what has been fed and not been handed out.
	void Clear();
	//! True when a statement has begun and its `;` is still missing.
	bool IsInsideStatement() const;
	//! What has been fed and not been handed out.
	const std::string &Pending() const {
		return buffer;
	}

private:
	enum class State { TEXT, SINGLE_QUOTE, ESCAPE_QUOTE, DOUBLE_QUOTE, LINE_COMMENT, BLOCK_COMMENT, DOLLAR_QUOTE };

	//! Looks at the next byte or bytes. True when they end the statement.
	bool Step();
	bool StepText(char current);
	void StepInside(char current);
	bool TryOpenDollarQuote();
	bool StartsWith(std::string_view expected) const;
	void Skip(size_t count);
	std::optional<ScriptStatement> Cut(size_t statement_size, size_t consumed_size, bool is_dot_command);
	void DropLeadingSpace();

	std::string buffer;
	size_t position = 0;
	State state = State::TEXT;
	size_t comment_depth = 0;
	std::string dollar_tag;
	//! True when the statement holds more than space and comments.
	bool has_content = false;
	//! Place of buffer[0] in the script.
	size_t line = 1;
	size_t column = 1;
};

} // namespace merganser::cli
