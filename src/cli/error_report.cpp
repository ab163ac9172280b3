#include "cli/error_report.hpp"

#include "duckdb.hpp"
#include "duckdb/parser/query_error_context.hpp"

#include <algorithm>
#include <optional>

namespace merganser::cli {

namespace {

//! An error that went through DuckDB's JSON form, once or nested, as it was before. A message of a user that merely
//! looks like JSON stays what it is.
duckdb::ErrorData Unwrap(duckdb::ErrorData error) {
	while (!error.RawMessage().empty() && error.RawMessage()[0] == '{') {
		try {
			duckdb::ErrorData inner(error.RawMessage());
			if (inner.RawMessage().empty()) {
				break;
			}
			error = std::move(inner);
		} catch (const std::exception &) {
			break;
		}
	}
	return error;
}

std::optional<size_t> TryPosition(const duckdb::ErrorData &error) {
	const auto entry = error.ExtraInfo().find("position");
	if (entry == error.ExtraInfo().end() || entry->second.empty() ||
	    entry->second.find_first_not_of("0123456789") != std::string::npos) {
		return std::nullopt;
	}
	return std::stoull(entry->second);
}

size_t CountCharacters(std::string_view text) {
	size_t count = 0;
	for (char c : text) {
		count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : 1;
	}
	return count;
}

std::string Excerpt(const std::string &text, size_t position, size_t line) {
	// DuckDB gives "\n\n<part of the line>\n    ^"; the line number is ours, because it counts from the script's start.
	// The space gives an error at the end of the text something to point at.
	const auto drawn = duckdb::QueryErrorContext::Format(text + " ", "", position, false);
	const auto caret_line = drawn.rfind('\n');
	if (drawn.size() < 2 || caret_line == std::string::npos || caret_line < 2) {
		return "";
	}
	const auto label = "LINE " + std::to_string(line) + ": ";
	return "\n\n" + label + drawn.substr(2, caret_line - 2) + "\n" + std::string(label.size(), ' ') +
	       drawn.substr(caret_line + 1);
}

} // namespace

ErrorReport ReportError(const duckdb::ErrorData &error_p, const ScriptStatement &statement) {
	const auto error = Unwrap(error_p);
	ErrorReport report {statement.line, statement.column, error.Message()};
	const auto &text = statement.text;
	auto position = TryPosition(error);
	// A dot command runs SQL of the shell, whose positions mean nothing to the user.
	if (!position || statement.is_dot_command) {
		return report;
	}
	position = std::min(*position, text.size());
	const auto before = std::string_view(text).substr(0, *position);
	const auto newline = before.rfind('\n');
	for (char c : before) {
		report.line += c == '\n' ? 1 : 0;
	}
	if (newline == std::string_view::npos) {
		report.column = statement.column + CountCharacters(before);
	} else {
		report.column = 1 + CountCharacters(before.substr(newline + 1));
	}
	report.message += Excerpt(text, *position, report.line);
	return report;
}

} // namespace merganser::cli
