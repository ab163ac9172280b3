#include "base/json_writer.hpp"

#include "base/error.hpp"

#include <charconv>
#include <cmath>

namespace merganser {

namespace {

constexpr std::string_view REPLACEMENT_CHARACTER = "\xEF\xBF\xBD";

bool IsContinuation(unsigned char byte) {
	return (byte & 0xC0) == 0x80;
}

//! Length of the UTF-8 sequence that begins at `at`; 0 when there is no valid one. Requires: text[at] >= 0x80.
size_t Utf8SequenceLength(std::string_view text, size_t at) {
	auto byte = [&](size_t offset) -> unsigned char {
		return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0;
	};
	const auto first = byte(0);
	const auto second = byte(1);
	if (!IsContinuation(second)) {
		return 0;
	}
	if (first >= 0xC2 && first <= 0xDF) {
		return 2;
	}
	if (!IsContinuation(byte(2))) {
		return 0;
	}
	if (first >= 0xE0 && first <= 0xEF) {
		const bool overlong = first == 0xE0 && second < 0xA0;
		const bool surrogate = first == 0xED && second >= 0xA0;
		return overlong || surrogate ? 0 : 3;
	}
	if (first >= 0xF0 && first <= 0xF4 && IsContinuation(byte(3))) {
		const bool overlong = first == 0xF0 && second < 0x90;
		const bool too_large = first == 0xF4 && second >= 0x90;
		return overlong || too_large ? 0 : 4;
	}
	return 0;
}

void AppendControlCharacter(std::string &out, unsigned char byte) {
	static constexpr char HEX[] = "0123456789abcdef";
	switch (byte) {
	case '\b':
		out += "\\b";
		return;
	case '\t':
		out += "\\t";
		return;
	case '\n':
		out += "\\n";
		return;
	case '\f':
		out += "\\f";
		return;
	case '\r':
		out += "\\r";
		return;
	default:
		out += "\\u00";
		out += HEX[byte >> 4];
		out += HEX[byte & 0xF];
	}
}

} // namespace

void AppendJsonString(std::string &out, std::string_view text) {
	out += '"';
	size_t plain_start = 0;
	size_t at = 0;
	// Runs of bytes that need no escape are appended at once.
	auto flush_plain = [&]() {
		out.append(text.substr(plain_start, at - plain_start));
	};
	while (at < text.size()) {
		const auto byte = static_cast<unsigned char>(text[at]);
		if (byte >= 0x80) {
			const size_t length = Utf8SequenceLength(text, at);
			if (length > 0) {
				at += length;
				continue;
			}
			flush_plain();
			out += REPLACEMENT_CHARACTER;
			plain_start = ++at;
		} else if (byte < 0x20) {
			flush_plain();
			AppendControlCharacter(out, byte);
			plain_start = ++at;
		} else if (byte == '"' || byte == '\\') {
			flush_plain();
			out += '\\';
			out += static_cast<char>(byte);
			plain_start = ++at;
		} else {
			++at;
		}
	}
	flush_plain();
	out += '"';
}

void JsonWriter::BeforeValue() {
	if (needs_comma) {
		text += ',';
	}
	needs_comma = true;
}

void JsonWriter::Open(char bracket) {
	BeforeValue();
	text += bracket;
	++open_count;
	needs_comma = false;
}

void JsonWriter::Close(char bracket) {
	Verify(open_count > 0, "JSON: end without start");
	text += bracket;
	--open_count;
	needs_comma = true;
}

JsonWriter &JsonWriter::StartObject() {
	Open('{');
	return *this;
}

JsonWriter &JsonWriter::EndObject() {
	Close('}');
	return *this;
}

JsonWriter &JsonWriter::StartArray() {
	Open('[');
	return *this;
}

JsonWriter &JsonWriter::EndArray() {
	Close(']');
	return *this;
}

JsonWriter &JsonWriter::Strings(const std::vector<std::string> &texts) {
	StartArray();
	for (auto &each : texts) {
		String(each);
	}
	return EndArray();
}

JsonWriter &JsonWriter::Key(std::string_view key) {
	BeforeValue();
	AppendJsonString(text, key);
	text += ':';
	needs_comma = false;
	return *this;
}

JsonWriter &JsonWriter::String(std::string_view value) {
	BeforeValue();
	AppendJsonString(text, value);
	return *this;
}

JsonWriter &JsonWriter::Int(int64_t value) {
	BeforeValue();
	char digits[24];
	const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
	text.append(digits, end);
	return *this;
}

JsonWriter &JsonWriter::Double(double value) {
	Verify(std::isfinite(value), "JSON: a number that is not finite");
	BeforeValue();
	char digits[40];
	const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
	const std::string_view shortest(digits, static_cast<size_t>(end - digits));
	text += shortest;
	if (shortest.find_first_of(".e") == std::string_view::npos) {
		text += ".0";
	}
	return *this;
}

JsonWriter &JsonWriter::Bool(bool value) {
	BeforeValue();
	text += value ? "true" : "false";
	return *this;
}

JsonWriter &JsonWriter::Null() {
	BeforeValue();
	text += "null";
	return *this;
}

JsonWriter &JsonWriter::Raw(std::string_view json) {
	BeforeValue();
	text += json;
	return *this;
}

std::string JsonWriter::Take() {
	Verify(open_count == 0, "JSON: start without end");
	std::string result = std::move(text);
	Clear();
	return result;
}

void JsonWriter::Clear() {
	text.clear();
	open_count = 0;
	needs_comma = false;
}

} // namespace merganser
