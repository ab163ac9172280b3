#pragma once

//! Inner header of the JSON layer: only json.cpp and json_value.cpp include it, so that no other file pays for
//! simdjson.

#include "simdjson.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace merganser {

//! simdjson's tape: one 64-bit word per value (two for a number), brackets know where they end. The words are read
//! through simdjson's own accessor, so that a JsonValue can stay two words without its header.
struct JsonTape {
	simdjson::dom::parser parser;
	simdjson::dom::document document;
	std::string source;

	void Parse(std::string_view text);
	simdjson::error_code TryParse(std::string_view text);
};

//! The root value's place on the tape.
constexpr size_t JSON_ROOT_INDEX = 1;

} // namespace merganser
