#include "base/json.hpp"

#include "base/error.hpp"
#include "base/json_tape.hpp"
#include "base/limits.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace merganser {

namespace {

constexpr size_t CAPACITY_MIN = 4096;
[[noreturn]] void ThrowCorruptSource(const std::string &source, const std::string &problem) {
	throw Error(ErrorKind::CORRUPT, source + ": " + problem);
}

bool IsNumberByte(char byte) {
	return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

//! True for an integer that simdjson cannot hold.
bool IsTooLargeInteger(std::string_view number) {
	if (number.find_first_of(".eE") != std::string_view::npos) {
		return false;
	}
	uint64_t unsigned_value = 0;
	int64_t signed_value = 0;
	const char *end = number.data() + number.size();
	return std::from_chars(number.data(), end, unsigned_value).ec != std::errc() &&
	       std::from_chars(number.data(), end, signed_value).ec != std::errc();
}

//! Index behind the string literal that begins at `at`; the size of the text when it does not end.
size_t BehindString(std::string_view text, size_t at) {
	for (++at; at < text.size(); ++at) {
		if (text[at] == '\\') {
			++at;
		} else if (text[at] == '"') {
			return at + 1;
		}
	}
	return text.size();
}

//! The text with quotes around its numbers: all of them, or only integers that do not fit 64 bits.
std::string QuoteNumbers(std::string_view text, bool only_too_large) {
	std::string result;
	result.reserve(text.size() + text.size() / 4);
	size_t at = 0;
	while (at < text.size()) {
		const size_t start = at;
		if (text[at] == '"') {
			at = BehindString(text, at);
			result += text.substr(start, at - start);
		} else if (text[at] == '-' || (text[at] >= '0' && text[at] <= '9')) {
			while (at < text.size() && IsNumberByte(text[at])) {
				++at;
			}
			const auto number = text.substr(start, at - start);
			if (only_too_large && !IsTooLargeInteger(number)) {
				result += number;
			} else {
				result += '"';
				result += number;
				result += '"';
			}
		} else {
			result += text[at++];
		}
	}
	return result;
}

} // namespace

simdjson::error_code JsonTape::TryParse(std::string_view text) {
	// Capacity doubles, so that slowly growing lines do not allocate again and again.
	const size_t capacity = std::bit_ceil(std::max(text.size(), CAPACITY_MIN));
	if (parser.capacity() < text.size() || parser.capacity() == 0) {
		if (auto error = parser.allocate(capacity, limits::JSON_DEPTH_MAX)) {
			return error;
		}
	}
	if (document.capacity() < text.size() || document.capacity() == 0) {
		if (auto error = document.allocate(capacity)) {
			return error;
		}
	}
	return parser.parse_into_document(document, text.data(), text.size(), true).error();
}

void JsonTape::Parse(std::string_view text) {
	if (text.empty()) {
		ThrowCorruptSource(source, "empty text where JSON was expected");
	}
	auto error = TryParse(text);
	if (error == simdjson::BIGINT_ERROR) {
		error = TryParse(QuoteNumbers(text, true));
	}
	if (error == simdjson::MEMALLOC) {
		throw Error(ErrorKind::OUT_OF_MEMORY,
		            source + ": no memory to parse " + std::to_string(text.size()) + " bytes of JSON");
	}
	if (error == simdjson::DEPTH_ERROR) {
		ThrowCorruptSource(source, "JSON is nested deeper than " + std::to_string(limits::JSON_DEPTH_MAX) + " levels");
	}
	if (error != simdjson::SUCCESS) {
		ThrowCorruptSource(source, std::string("not valid JSON: ") + simdjson::error_message(error));
	}
}

JsonParser::JsonParser() : tape(std::make_unique<JsonTape>()) {
}

JsonParser::~JsonParser() = default;

JsonValue JsonParser::Parse(std::string_view text, std::string_view source) {
	tape->source = source;
	tape->Parse(text);
	return JsonValue(tape.get(), JSON_ROOT_INDEX);
}

JsonValue JsonParser::ParseNumbersAsText(std::string_view text, std::string_view source) {
	tape->source = source;
	tape->Parse(QuoteNumbers(text, false));
	return JsonValue(tape.get(), JSON_ROOT_INDEX);
}

JsonDocument::JsonDocument(std::unique_ptr<JsonTape> tape_p) : tape(std::move(tape_p)) {
}

JsonDocument::JsonDocument(JsonDocument &&other) noexcept = default;
JsonDocument &JsonDocument::operator=(JsonDocument &&other) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::Root() const {
	return JsonValue(tape.get(), JSON_ROOT_INDEX);
}

JsonDocument ParseJson(std::string_view text, const std::string &source) {
	auto tape = std::make_unique<JsonTape>();
	tape->source = source;
	tape->Parse(text);
	return JsonDocument(std::move(tape));
}

} // namespace merganser
