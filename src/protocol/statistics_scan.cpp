#include "protocol/statistics_scan.hpp"

#include "protocol/utf8.hpp"

#include <optional>

namespace merganser {

namespace {

std::optional<uint32_t> HexDigit(char c) {
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	char lower = static_cast<char>(c | 0x20);
	if (lower >= 'a' && lower <= 'f') {
		return lower - 'a' + 10;
	}
	return std::nullopt;
}

//! The four hex digits at `at`.
std::optional<uint32_t> HexUnit(std::string_view raw, size_t at) {
	if (raw.size() - at < 4) {
		return std::nullopt;
	}
	uint32_t unit = 0;
	for (size_t i = 0; i < 4; i++) {
		auto digit = HexDigit(raw[at + i]);
		if (!digit) {
			return std::nullopt;
		}
		unit = unit << 4 | *digit;
	}
	return unit;
}

//! \uXXXX, or two of them for a character beyond U+FFFF. `at` points behind the `u`.
bool DecodeUnicodeEscape(std::string_view raw, size_t &at, std::string &decoded) {
	auto unit = HexUnit(raw, at);
	if (!unit) {
		return false;
	}
	at += 4;
	uint32_t code_point = *unit;
	if (code_point >= 0xDC00 && code_point <= 0xDFFF) {
		return false;
	}
	if (code_point >= 0xD800 && code_point <= 0xDBFF) {
		if (raw.substr(at, 2) != "\\u") {
			return false;
		}
		auto low = HexUnit(raw, at + 2);
		if (!low || *low < 0xDC00 || *low > 0xDFFF) {
			return false;
		}
		at += 6;
		code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*low - 0xDC00);
	}
	AppendUtf8(decoded, code_point);
	return true;
}

} // namespace

bool ScanStringRest(const char *&at, const char *end, bool &has_escapes) {
	const char *begin = at;
	bool beyond_ascii = false;
	for (;; at++) {
		if (at == end) {
			return false;
		}
		auto byte = static_cast<uint8_t>(*at);
		if (byte == '"') {
			break;
		}
		if (byte < 0x20) {
			return false;
		}
		beyond_ascii |= byte >= 0x80;
		if (byte == '\\') {
			has_escapes = true;
			if (++at == end) {
				return false;
			}
			beyond_ascii |= static_cast<uint8_t>(*at) >= 0x80;
		}
	}
	return !beyond_ascii || IsUtf8(std::string_view(begin, static_cast<size_t>(at - begin)));
}

bool DecodeString(std::string_view raw, std::string &decoded) {
	decoded.clear();
	for (size_t at = 0; at < raw.size();) {
		auto plain = raw.find('\\', at);
		decoded.append(raw.substr(at, plain - at));
		if (plain == std::string_view::npos) {
			break;
		}
		at = plain + 1;
		if (at == raw.size()) {
			return false;
		}
		static constexpr std::string_view NAMES = "\"\\/bfnrt", CHARACTERS = "\"\\/\b\f\n\r\t";
		char name = raw[at++];
		if (name == 'u') {
			if (!DecodeUnicodeEscape(raw, at, decoded)) {
				return false;
			}
			continue;
		}
		auto known = NAMES.find(name);
		if (known == std::string_view::npos) {
			return false;
		}
		decoded += CHARACTERS[known];
	}
	return true;
}

} // namespace merganser
