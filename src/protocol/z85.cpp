#include "base/error.hpp"
#include "protocol/deletion_vector.hpp"

#include <array>

namespace merganser {

namespace {

constexpr std::string_view ALPHABET =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
constexpr uint8_t NO_DIGIT = 255;
constexpr char SHORT_GROUP_FILL = '#';
constexpr size_t SHORT_GROUP_FILL_MAX = 3;

constexpr std::array<uint8_t, 256> MakeDigits() {
	std::array<uint8_t, 256> digits {};
	for (auto &digit : digits) {
		digit = NO_DIGIT;
	}
	for (size_t i = 0; i < ALPHABET.size(); i++) {
		digits[static_cast<uint8_t>(ALPHABET[i])] = static_cast<uint8_t>(i);
	}
	return digits;
}

} // namespace

std::string Z85Encode(std::string_view bytes) {
	Verify(bytes.size() % 4 == 0, "Z85 encodes multiples of four bytes");
	std::string text;
	text.reserve(bytes.size() / 4 * 5);
	for (size_t i = 0; i < bytes.size(); i += 4) {
		uint32_t word = 0;
		for (size_t j = 0; j < 4; j++) {
			word = word << 8 | static_cast<uint8_t>(bytes[i + j]);
		}
		char group[5];
		for (size_t j = 5; j-- > 0;) {
			group[j] = ALPHABET[word % 85];
			word /= 85;
		}
		text.append(group, 5);
	}
	return text;
}

std::string Z85Decode(std::string_view text) {
	static constexpr auto digits = MakeDigits();
	if (text.size() % 5 != 0) {
		throw Error(ErrorKind::CORRUPT,
		            "Z85 text has " + std::to_string(text.size()) + " characters, which is not a multiple of 5");
	}
	std::string bytes;
	bytes.reserve(text.size() / 5 * 4);
	for (size_t i = 0; i < text.size(); i += 5) {
		uint64_t word = 0;
		// Some writers end bytes that are no multiple of four with a short group, filled up in front: no full group
		// begins with it.
		size_t filled = 0;
		while (i + 5 == text.size() && filled < SHORT_GROUP_FILL_MAX && text[i + filled] == SHORT_GROUP_FILL) {
			filled++;
		}
		for (size_t j = filled; j < 5; j++) {
			auto digit = digits[static_cast<uint8_t>(text[i + j])];
			if (digit == NO_DIGIT) {
				throw Error(ErrorKind::CORRUPT,
				            "Z85 text holds a character outside of its alphabet at " + std::to_string(i + j));
			}
			word = word * 85 + digit;
		}
		if (word >> (32 - 8 * filled) != 0) {
			throw Error(ErrorKind::CORRUPT,
			            "Z85 text holds a group that does not fit its bytes at " + std::to_string(i));
		}
		for (int shift = 24 - 8 * static_cast<int>(filled); shift >= 0; shift -= 8) {
			bytes += static_cast<char>(word >> shift & 0xFF);
		}
	}
	return bytes;
}

} // namespace merganser
