#include "base/uri.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

int HexDigit(char byte) {
	if (byte >= '0' && byte <= '9') {
		return byte - '0';
	}
	if (byte >= 'a' && byte <= 'f') {
		return byte - 'a' + 10;
	}
	if (byte >= 'A' && byte <= 'F') {
		return byte - 'A' + 10;
	}
	return -1;
}

bool IsLetter(char byte) {
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool IsDigit(char byte) {
	return byte >= '0' && byte <= '9';
}

//! Besides what RFC 2396 forbids, ':' and '+' are encoded: a reader may take the first for the end of a scheme and the
//! second for a space.
bool IsPlainInPath(char byte) {
	return IsLetter(byte) || IsDigit(byte) || std::string_view("/-_.~=!*'()@&$,").find(byte) != std::string_view::npos;
}

} // namespace

std::string PercentDecode(std::string_view text) {
	std::string result;
	result.reserve(text.size());
	for (size_t at = 0; at < text.size(); ++at) {
		if (text[at] != '%') {
			result += text[at];
			continue;
		}
		const int high = at + 2 < text.size() ? HexDigit(text[at + 1]) : -1;
		const int low = at + 2 < text.size() ? HexDigit(text[at + 2]) : -1;
		if (high < 0 || low < 0) {
			throw Error(ErrorKind::CORRUPT, "'" + std::string(text) + "' is not a valid URI: a percent sign must be " +
			                                    "followed by two hex digits");
		}
		result += static_cast<char>(high * 16 + low);
		at += 2;
	}
	return result;
}

std::string PercentEncodePath(std::string_view path) {
	static constexpr char HEX[] = "0123456789ABCDEF";
	std::string result;
	result.reserve(path.size());
	for (const char byte : path) {
		if (IsPlainInPath(byte)) {
			result += byte;
		} else {
			const auto code = static_cast<unsigned char>(byte);
			result += '%';
			result += HEX[code >> 4];
			result += HEX[code & 0xF];
		}
	}
	return result;
}

bool IsAbsolutePath(std::string_view path) {
	if (path.empty()) {
		return false;
	}
	if (path.front() == '/') {
		return true;
	}
	if (!IsLetter(path.front())) {
		return false;
	}
	size_t at = 1;
	while (at < path.size() &&
	       (IsLetter(path[at]) || IsDigit(path[at]) || path[at] == '+' || path[at] == '-' || path[at] == '.')) {
		++at;
	}
	return path.substr(at, 2) == ":/";
}

std::string JoinPath(std::string_view parent, std::string_view child) {
	if (parent.empty()) {
		return std::string(child);
	}
	if (child.empty()) {
		return std::string(parent);
	}
	while (!parent.empty() && parent.back() == '/') {
		parent.remove_suffix(1);
	}
	while (!child.empty() && child.front() == '/') {
		child.remove_prefix(1);
	}
	std::string result;
	result.reserve(parent.size() + 1 + child.size());
	result += parent;
	result += '/';
	result += child;
	return result;
}

std::string_view FileNameOf(std::string_view path) {
	const size_t slash = path.rfind('/');
	return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view ParentOf(std::string_view path) {
	const size_t slash = path.rfind('/');
	return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool StaysInside(std::string_view relative_path) {
	if (!relative_path.empty() && relative_path.front() == '/') {
		return false;
	}
	size_t depth = 0;
	while (!relative_path.empty()) {
		const size_t slash = relative_path.find('/');
		const auto segment = relative_path.substr(0, slash);
		relative_path.remove_prefix(slash == std::string_view::npos ? relative_path.size() : slash + 1);
		if (segment.empty() || segment == ".") {
			continue;
		}
		if (segment != "..") {
			++depth;
		} else if (depth == 0) {
			return false;
		} else {
			--depth;
		}
	}
	return true;
}

} // namespace merganser
