#include "base/error.hpp"
#include "base/json.hpp"
#include "base/json_tape.hpp"

namespace merganser {

namespace {

using TapeRef = simdjson::internal::tape_ref;
using TapeType = simdjson::internal::tape_type;

TapeRef At(const JsonTape *tape, size_t index) {
	return TapeRef(&tape->document, index);
}

std::string_view NameOf(JsonKind kind) {
	switch (kind) {
	case JsonKind::NULL_VALUE:
		return "null";
	case JsonKind::BOOL:
		return "a boolean";
	case JsonKind::INTEGER:
		return "an integer";
	case JsonKind::DOUBLE:
		return "a number";
	case JsonKind::STRING:
		return "a string";
	case JsonKind::ARRAY:
		return "an array";
	case JsonKind::OBJECT:
		return "an object";
	}
	return "unknown";
}

} // namespace

JsonKind JsonValue::Kind() const {
	switch (At(tape, index).tape_ref_type()) {
	case TapeType::START_OBJECT:
		return JsonKind::OBJECT;
	case TapeType::START_ARRAY:
		return JsonKind::ARRAY;
	case TapeType::STRING:
		return JsonKind::STRING;
	case TapeType::INT64:
		return JsonKind::INTEGER;
	case TapeType::UINT64:
	case TapeType::DOUBLE:
		return JsonKind::DOUBLE;
	case TapeType::TRUE_VALUE:
	case TapeType::FALSE_VALUE:
		return JsonKind::BOOL;
	case TapeType::NULL_VALUE:
		return JsonKind::NULL_VALUE;
	case TapeType::ROOT:
	case TapeType::END_ARRAY:
	case TapeType::END_OBJECT:
		break;
	}
	throw Error(ErrorKind::INTERNAL, tape->source + ": a JSON position that is no value");
}

std::string_view JsonValue::StringHere() const {
	return At(tape, index).get_string_view();
}

size_t JsonValue::IndexBehind() const {
	return At(tape, index).after_element();
}

std::optional<std::string_view> JsonValue::TryString() const {
	return Kind() == JsonKind::STRING ? std::optional(StringHere()) : std::nullopt;
}

std::optional<int64_t> JsonValue::TryInt() const {
	return Kind() == JsonKind::INTEGER ? std::optional(At(tape, index).next_tape_value<int64_t>()) : std::nullopt;
}

std::optional<double> JsonValue::TryDouble() const {
	const auto here = At(tape, index);
	switch (Kind()) {
	case JsonKind::INTEGER:
		return static_cast<double>(here.next_tape_value<int64_t>());
	case JsonKind::DOUBLE:
		return here.tape_ref_type() == TapeType::UINT64 ? static_cast<double>(here.next_tape_value<uint64_t>())
		                                                : here.next_tape_value<double>();
	default:
		return std::nullopt;
	}
}

std::optional<bool> JsonValue::TryBool() const {
	return Kind() == JsonKind::BOOL ? std::optional(At(tape, index).tape_ref_type() == TapeType::TRUE_VALUE)
	                                : std::nullopt;
}

std::string_view JsonValue::AsString() const {
	if (auto value = TryString()) {
		return *value;
	}
	ThrowKind("a string");
}

int64_t JsonValue::AsInt() const {
	if (auto value = TryInt()) {
		return *value;
	}
	ThrowKind("a 64-bit integer");
}

bool JsonValue::AsBool() const {
	if (auto value = TryBool()) {
		return *value;
	}
	ThrowKind("a boolean");
}

std::string JsonValue::Minify() const {
	JsonWriter out;
	Write(out);
	return out.Take();
}

void JsonValue::Write(JsonWriter &out) const {
	const auto here = At(tape, index);
	switch (here.tape_ref_type()) {
	case TapeType::START_OBJECT:
		out.StartObject();
		for (const auto member : Members()) {
			out.Key(member.key);
			member.value.Write(out);
		}
		out.EndObject();
		break;
	case TapeType::START_ARRAY:
		out.StartArray();
		for (const auto element : Elements()) {
			element.Write(out);
		}
		out.EndArray();
		break;
	case TapeType::STRING:
		out.String(StringHere());
		break;
	case TapeType::INT64:
		out.Int(here.next_tape_value<int64_t>());
		break;
	case TapeType::UINT64:
		out.Raw(std::to_string(here.next_tape_value<uint64_t>()));
		break;
	case TapeType::DOUBLE:
		out.Double(here.next_tape_value<double>());
		break;
	case TapeType::TRUE_VALUE:
	case TapeType::FALSE_VALUE:
		out.Bool(here.tape_ref_type() == TapeType::TRUE_VALUE);
		break;
	default:
		out.Null();
	}
}

void JsonValue::ThrowCorrupt(const std::string &problem) const {
	throw Error(ErrorKind::CORRUPT, tape->source + ": " + problem);
}

void JsonValue::ThrowKind(std::string_view wanted) const {
	ThrowCorrupt("expected " + std::string(wanted) + ", found " + std::string(NameOf(Kind())));
}

// --- members and elements --------------------------------------------------------------------------------------------

std::optional<JsonValue> JsonValue::Find(std::string_view key) const {
	for (const auto member : Members()) {
		if (member.key == key) {
			return member.value.IsNull() ? std::nullopt : std::optional(member.value);
		}
	}
	return std::nullopt;
}

std::optional<std::string_view> JsonValue::FindString(std::string_view key) const {
	const auto value = Find(key);
	if (!value) {
		return std::nullopt;
	}
	if (auto text = value->TryString()) {
		return text;
	}
	value->ThrowMember(key, "a string");
}

std::optional<int64_t> JsonValue::FindInt(std::string_view key) const {
	const auto value = Find(key);
	if (!value) {
		return std::nullopt;
	}
	if (auto number = value->TryInt()) {
		return number;
	}
	value->ThrowMember(key, "a 64-bit integer");
}

std::optional<bool> JsonValue::FindBool(std::string_view key) const {
	const auto value = Find(key);
	if (!value) {
		return std::nullopt;
	}
	if (auto flag = value->TryBool()) {
		return flag;
	}
	value->ThrowMember(key, "a boolean");
}

JsonValue JsonValue::Get(std::string_view key) const {
	if (auto value = Find(key)) {
		return *value;
	}
	ThrowCorrupt("'" + std::string(key) + "' is missing");
}

std::string_view JsonValue::GetString(std::string_view key) const {
	if (auto text = FindString(key)) {
		return *text;
	}
	ThrowCorrupt("'" + std::string(key) + "' is missing");
}

int64_t JsonValue::GetInt(std::string_view key) const {
	if (auto number = FindInt(key)) {
		return *number;
	}
	ThrowCorrupt("'" + std::string(key) + "' is missing");
}

void JsonValue::ThrowMember(std::string_view key, std::string_view wanted) const {
	ThrowCorrupt("'" + std::string(key) + "' must be " + std::string(wanted) + ", found " +
	             std::string(NameOf(Kind())));
}

JsonMembers JsonValue::Members() const {
	return JsonMembers(*this);
}

JsonElements JsonValue::Elements() const {
	return JsonElements(*this);
}

// IndexBehind of a bracket is behind its closing bracket, so the end of the loop is one word before.

JsonElements::JsonElements(JsonValue array)
    : first(JsonValue(array.tape, array.index + 1)), last(JsonValue(array.tape, array.IndexBehind() - 1)) {
	if (array.Kind() != JsonKind::ARRAY) {
		array.ThrowKind("an array");
	}
}

JsonElements::Iterator &JsonElements::Iterator::operator++() {
	here.index = here.IndexBehind();
	return *this;
}

bool JsonElements::Iterator::operator!=(const Iterator &other) const {
	return here.index != other.here.index;
}

JsonMembers::JsonMembers(JsonValue object)
    : first(JsonValue(object.tape, object.index + 1)), last(JsonValue(object.tape, object.IndexBehind() - 1)) {
	if (object.Kind() != JsonKind::OBJECT) {
		object.ThrowKind("an object");
	}
}

JsonMember JsonMembers::Iterator::operator*() const {
	return {key.StringHere(), JsonValue(key.tape, key.index + 1)};
}

JsonMembers::Iterator &JsonMembers::Iterator::operator++() {
	key.index = JsonValue(key.tape, key.index + 1).IndexBehind();
	return *this;
}

bool JsonMembers::Iterator::operator!=(const Iterator &other) const {
	return key.index != other.key.index;
}

} // namespace merganser
