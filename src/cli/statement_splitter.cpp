#include "cli/statement_splitter.hpp"

#include <algorithm>

namespace merganser::cli {

namespace {

bool IsSpace(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool IsIdentifierStart(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool IsIdentifierPart(char c) {
	return IsIdentifierStart(c) || (c >= '0' && c <= '9') || c == '$';
}

} // namespace

void StatementSplitter::Feed(std::string_view text) {
	buffer.append(text);
}

std::optional<ScriptStatement> StatementSplitter::Next() {
	if (position == 0) {
		DropLeadingSpace();
	}
	while (position < buffer.size()) {
		if (position == 0 && buffer[0] == '.') {
			const auto line_size = std::min(buffer.find('\n'), buffer.size());
			return Cut(line_size, std::min(line_size + 1, buffer.size()), true);
		}
		if (!Step()) {
			continue;
		}
		if (has_content) {
			return Cut(position - 1, position, false);
		}
		Cut(position, position, false);
		DropLeadingSpace();
	}
	return std::nullopt;
}

std::optional<ScriptStatement> StatementSplitter::Finish() {
	if (!has_content) {
		Clear();
		return std::nullopt;
	}
	return Cut(buffer.size(), buffer.size(), false);
}

void StatementSplitter::Clear() {
	Cut(buffer.size(), buffer.size(), false);
}

bool StatementSplitter::IsInsideStatement() const {
	return has_content || state != State::TEXT;
}

bool StatementSplitter::Step() {
	const char current = buffer[position];
	if (state == State::TEXT) {
		return StepText(current);
	}
	StepInside(current);
	return false;
}

bool StatementSplitter::StepText(char current) {
	if (current == ';') {
		Skip(1);
		return true;
	}
	if (StartsWith("--")) {
		state = State::LINE_COMMENT;
		Skip(2);
		return false;
	}
	if (StartsWith("/*")) {
		state = State::BLOCK_COMMENT;
		comment_depth = 1;
		Skip(2);
		return false;
	}
	has_content = has_content || !IsSpace(current);
	const bool after_identifier = position > 0 && IsIdentifierPart(buffer[position - 1]);
	if (current == '$' && !after_identifier && TryOpenDollarQuote()) {
		return false;
	}
	if (current == '"') {
		state = State::DOUBLE_QUOTE;
	} else if (current == '\'') {
		const bool is_escape_string = position > 0 && (buffer[position - 1] == 'e' || buffer[position - 1] == 'E') &&
		                              !(position > 1 && IsIdentifierPart(buffer[position - 2]));
		state = is_escape_string ? State::ESCAPE_QUOTE : State::SINGLE_QUOTE;
	}
	Skip(1);
	return false;
}

//! A doubled quote needs no care: the first one closes and the second one opens again.
void StatementSplitter::StepInside(char current) {
	size_t step = 1;
	switch (state) {
	case State::SINGLE_QUOTE:
		state = current == '\'' ? State::TEXT : state;
		break;
	case State::ESCAPE_QUOTE:
		if (current == '\\' || StartsWith("''")) {
			step = 2;
		} else if (current == '\'') {
			state = State::TEXT;
		}
		break;
	case State::DOUBLE_QUOTE:
		state = current == '"' ? State::TEXT : state;
		break;
	case State::LINE_COMMENT:
		state = current == '\n' ? State::TEXT : state;
		break;
	case State::BLOCK_COMMENT:
		if (StartsWith("/*")) {
			comment_depth++;
			step = 2;
		} else if (StartsWith("*/")) {
			comment_depth--;
			step = 2;
			state = comment_depth == 0 ? State::TEXT : state;
		}
		break;
	case State::DOLLAR_QUOTE:
		if (StartsWith(dollar_tag)) {
			step = dollar_tag.size();
			state = State::TEXT;
		}
		break;
	case State::TEXT:
		break;
	}
	Skip(step);
}

//! `$$` and `$tag$` open a quote, `$1` is a parameter.
bool StatementSplitter::TryOpenDollarQuote() {
	size_t end = position + 1;
	if (end < buffer.size() && IsIdentifierStart(buffer[end])) {
		while (end < buffer.size() && buffer[end] != '$' && IsIdentifierPart(buffer[end])) {
			end++;
		}
	}
	if (end >= buffer.size() || buffer[end] != '$') {
		return false;
	}
	dollar_tag = buffer.substr(position, end + 1 - position);
	state = State::DOLLAR_QUOTE;
	Skip(dollar_tag.size());
	return true;
}

bool StatementSplitter::StartsWith(std::string_view expected) const {
	return buffer.compare(position, expected.size(), expected) == 0;
}

void StatementSplitter::Skip(size_t count) {
	position = std::min(position + count, buffer.size());
}

std::optional<ScriptStatement> StatementSplitter::Cut(size_t statement_size, size_t consumed_size,
                                                      bool is_dot_command) {
	while (statement_size > 0 && IsSpace(buffer[statement_size - 1])) {
		statement_size--;
	}
	ScriptStatement statement {buffer.substr(0, statement_size), line, column, is_dot_command};
	for (size_t i = 0; i < consumed_size; i++) {
		if (buffer[i] == '\n') {
			line++;
			column = 1;
		} else {
			column++;
		}
	}
	buffer.erase(0, consumed_size);
	position = 0;
	state = State::TEXT;
	has_content = false;
	return statement;
}

void StatementSplitter::DropLeadingSpace() {
	size_t space_size = 0;
	while (space_size < buffer.size() && IsSpace(buffer[space_size])) {
		space_size++;
	}
	Cut(space_size, space_size, false);
}

} // namespace merganser::cli
