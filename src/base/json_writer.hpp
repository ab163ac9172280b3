#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

//! Builds one JSON text piece by piece; commas, colons and escapes are its work:
//!     JsonWriter json;
//!     json.StartObject().Key("path").String(path).Key("size").Int(size).EndObject();
//! Output is always one line (control characters are escaped) and always valid UTF-8: bytes that are not UTF-8 become
//! U+FFFD. Not thread-safe. Reusable after Clear or Take.
class JsonWriter {
public:
	JsonWriter &StartObject();
	JsonWriter &EndObject();
	JsonWriter &StartArray();
	JsonWriter &EndArray();
	//! Requires: inside an object, directly before its value.
	JsonWriter &Key(std::string_view key);

	JsonWriter &String(std::string_view text);
	//! An array of texts.
	JsonWriter &Strings(const std::vector<std::string> &texts);
	JsonWriter &Int(int64_t value);
	//! Shortest text that reads back as the same number, always with a '.' or an exponent. Requires: finite.
	JsonWriter &Double(double value);
	JsonWriter &Bool(bool value);
	JsonWriter &Null();
	//! Appends `json` as it is. Requires: one valid JSON value without line breaks.
	JsonWriter &Raw(std::string_view json);

	//! What was written so far.
	const std::string &Text() const {
		return text;
	}
	//! Gives the text away and starts over. Requires: everything that was started has ended.
	std::string Take();
	void Clear();

private:
	void BeforeValue();
	void Open(char bracket);
	void Close(char bracket);

	std::string text;
	uint32_t open_count = 0;
	bool needs_comma = false;
};

//! Appends `text` in quotes, escaped as JsonWriter does.
void AppendJsonString(std::string &out, std::string_view text);

} // namespace merganser
