#pragma once

#include "base/json_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace merganser {

struct JsonTape;
class JsonElements;
class JsonMembers;

enum class JsonKind { NULL_VALUE, BOOL, INTEGER, DOUBLE, STRING, ARRAY, OBJECT };

//! One value of a parsed text: two words, cheap to copy. It and the string_views it gives are valid as long as its
//! JsonDocument, or until its JsonParser parses again or is destroyed. Reading is thread-safe.
//! What does not fit throws CORRUPT naming the source of the text.
class JsonValue {
public:
	JsonValue(const JsonTape *tape_p, size_t index_p) : tape(tape_p), index(index_p) {
	}

	//! An integer outside of int64 is a DOUBLE when it fits uint64, else a STRING of its digits.
	JsonKind Kind() const;
	bool IsNull() const {
		return Kind() == JsonKind::NULL_VALUE;
	}

	//! The value when it has this kind, else nullopt. TryDouble takes integers too.
	std::optional<std::string_view> TryString() const;
	std::optional<int64_t> TryInt() const;
	std::optional<double> TryDouble() const;
	std::optional<bool> TryBool() const;
	//! The value. Throws CORRUPT when it has another kind.
	std::string_view AsString() const;
	int64_t AsInt() const;
	bool AsBool() const;

	//! The member of this object; nullopt when there is none or it is null. Throws CORRUPT when this is no object.
	std::optional<JsonValue> Find(std::string_view key) const;
	//! The member's value; nullopt when there is none or it is null. Throws CORRUPT when it has another kind.
	std::optional<std::string_view> FindString(std::string_view key) const;
	std::optional<int64_t> FindInt(std::string_view key) const;
	std::optional<bool> FindBool(std::string_view key) const;
	//! As above, but a missing or null member is CORRUPT too.
	JsonValue Get(std::string_view key) const;
	std::string_view GetString(std::string_view key) const;
	int64_t GetInt(std::string_view key) const;

	//! `for (auto member : value.Members())`: each has .key and .value, in document order, nulls included.
	//! Throws CORRUPT when this is no object.
	JsonMembers Members() const;
	//! `for (JsonValue element : value.Elements())`. Throws CORRUPT when this is no array.
	JsonElements Elements() const;

	//! This value as JSON text without white space. Numbers keep their value, not their spelling.
	std::string Minify() const;
	//! Throws CORRUPT: "<source>: <problem>".
	[[noreturn]] void ThrowCorrupt(const std::string &problem) const;

private:
	friend class JsonElements;
	friend class JsonMembers;
	std::string_view StringHere() const;
	size_t IndexBehind() const;
	void Write(JsonWriter &out) const;
	[[noreturn]] void ThrowKind(std::string_view wanted) const;
	[[noreturn]] void ThrowMember(std::string_view key, std::string_view wanted) const;

	const JsonTape *tape;
	size_t index;
};

struct JsonMember {
	std::string_view key;
	JsonValue value;
};

//! The elements of an array, for range-based loops.
class JsonElements {
public:
	explicit JsonElements(JsonValue array);
	class Iterator {
	public:
		explicit Iterator(JsonValue here_p) : here(here_p) {
		}
		JsonValue operator*() const {
			return here;
		}
		Iterator &operator++();
		bool operator!=(const Iterator &other) const;

	private:
		JsonValue here;
	};
	Iterator begin() const {
		return first;
	}
	Iterator end() const {
		return last;
	}

private:
	Iterator first;
	Iterator last;
};

//! The members of an object, for range-based loops.
class JsonMembers {
public:
	explicit JsonMembers(JsonValue object);
	class Iterator {
	public:
		explicit Iterator(JsonValue key_p) : key(key_p) {
		}
		JsonMember operator*() const;
		Iterator &operator++();
		bool operator!=(const Iterator &other) const;

	private:
		JsonValue key;
	};
	Iterator begin() const {
		return first;
	}
	Iterator end() const {
		return last;
	}

private:
	Iterator first;
	Iterator last;
};

//! A parsed text that owns its buffers.
class JsonDocument {
public:
	explicit JsonDocument(std::unique_ptr<JsonTape> tape_p);
	JsonDocument(JsonDocument &&other) noexcept;
	JsonDocument &operator=(JsonDocument &&other) noexcept;
	~JsonDocument();

	JsonValue Root() const;

private:
	std::unique_ptr<JsonTape> tape;
};

//! Parses many texts one after the other in the same buffers (the lines of a commit file). Not thread-safe.
class JsonParser {
public:
	JsonParser();
	~JsonParser();
	JsonParser(const JsonParser &) = delete;
	JsonParser &operator=(const JsonParser &) = delete;

	//! The root of `text`, exactly one JSON value; it ends with the next call. `source` names the text in errors
	//! ("00000000000000000007.json"). Throws CORRUPT when the text is not valid JSON, is nested deeper than
	//! limits::JSON_DEPTH_MAX or is not UTF-8.
	JsonValue Parse(std::string_view text, std::string_view source);
	//! As Parse, but every number is a STRING of its exact spelling (decimals and big integers keep all their digits).
	//! The spelling is not checked: the reader of the number must refuse one that is malformed.
	JsonValue ParseNumbersAsText(std::string_view text, std::string_view source);

private:
	std::unique_ptr<JsonTape> tape;
};

//! One text with its own buffers. Throws as JsonParser::Parse does.
JsonDocument ParseJson(std::string_view text, const std::string &source);

} // namespace merganser
