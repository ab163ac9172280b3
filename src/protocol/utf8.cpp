#include "protocol/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace merganser {

namespace {

constexpr uint32_t CODE_POINT_MAX = 0x10FFFF;
constexpr uint32_t SURROGATE_FIRST = 0xD800;
constexpr uint32_t SURROGATE_LAST = 0xDFFF;

bool IsContinuation(char c) {
	return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

//! Length of the character at `at` and its code point; 0 when it is malformed.
size_t DecodeChar(const char *at, const char *end, uint32_t &code_point) {
	auto lead = static_cast<uint8_t>(*at);
	if (lead < 0x80) {
		code_point = lead;
		return 1;
	}
	size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	if (lead < 0xC2 || lead > 0xF4 || static_cast<size_t>(end - at) < length) {
		return 0;
	}
	code_point = lead & (0xFFu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if (!IsContinuation(at[i])) {
			return 0;
		}
		code_point = code_point << 6 | (static_cast<uint8_t>(at[i]) & 0x3F);
	}
	static constexpr uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
	if (code_point < SMALLEST[length] || code_point > CODE_POINT_MAX ||
	    (code_point >= SURROGATE_FIRST && code_point <= SURROGATE_LAST)) {
		return 0;
	}
	return length;
}

} // namespace

void AppendUtf8(std::string &out, uint32_t code_point) {
	if (code_point < 0x80) {
		out += static_cast<char>(code_point);
		return;
	}
	if (code_point < 0x800) {
		out += static_cast<char>(0xC0 | code_point >> 6);
	} else {
		if (code_point < 0x10000) {
			out += static_cast<char>(0xE0 | code_point >> 12);
		} else {
			out += static_cast<char>(0xF0 | code_point >> 18);
			out += static_cast<char>(0x80 | (code_point >> 12 & 0x3F));
		}
		out += static_cast<char>(0x80 | (code_point >> 6 & 0x3F));
	}
	out += static_cast<char>(0x80 | (code_point & 0x3F));
}

bool IsUtf8(std::string_view text) {
	const char *at = text.data();
	const char *end = at + text.size();
	while (at != end) {
		uint64_t word;
		if (end - at >= 8) {
			std::memcpy(&word, at, 8);
			if ((word & 0x8080808080808080u) == 0) {
				at += 8;
				continue;
			}
		}
		uint32_t code_point;
		size_t length = DecodeChar(at, end, code_point);
		if (length == 0) {
			return false;
		}
		at += length;
	}
	return true;
}

std::string_view FirstChars(std::string_view text, size_t chars_max) {
	size_t chars = 0;
	for (size_t i = 0; i < text.size(); i++) {
		if (IsContinuation(text[i])) {
			continue;
		}
		if (chars == chars_max) {
			return text.substr(0, i);
		}
		chars++;
	}
	return text;
}

std::optional<std::string> UpperBoundOfPrefix(std::string_view prefix) {
	size_t end = prefix.size();
	while (end > 0) {
		size_t begin = end - 1;
		while (begin > 0 && IsContinuation(prefix[begin])) {
			begin--;
		}
		uint32_t code_point;
		if (DecodeChar(prefix.data() + begin, prefix.data() + end, code_point) == 0) {
			return std::nullopt;
		}
		if (code_point < CODE_POINT_MAX) {
			// Surrogates are not characters: the one after U+D7FF is U+E000.
			uint32_t raised = code_point + 1 == SURROGATE_FIRST ? SURROGATE_LAST + 1 : code_point + 1;
			std::string bound(prefix.substr(0, begin));
			AppendUtf8(bound, raised);
			return bound;
		}
		end = begin;
	}
	return std::nullopt;
}

} // namespace merganser
