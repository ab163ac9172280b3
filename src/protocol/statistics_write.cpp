#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "protocol/calendar_text.hpp"
#include "protocol/file_statistics.hpp"
#include "protocol/number_text.hpp"
#include "protocol/statistics_bound.hpp"
#include "protocol/utf8.hpp"

#include <cmath>

namespace merganser {

namespace {

constexpr uint32_t TIMESTAMP_FRACTION_DIGITS = 3;

std::optional<std::string> Quoted(std::string_view text) {
	std::string json;
	AppendJsonString(json, text);
	return json;
}

//! The first characters of a string; as a maximum raised so that it stays one.
std::optional<std::string> StringBound(const std::string &text, BoundSide side) {
	if (!IsUtf8(text)) {
		return std::nullopt;
	}
	auto prefix = FirstChars(text, limits::STATISTICS_STRING_CHARS_MAX);
	if (prefix.size() == text.size() || side == BoundSide::MIN) {
		return Quoted(prefix);
	}
	auto bound = UpperBoundOfPrefix(prefix);
	return bound ? Quoted(*bound) : std::nullopt;
}

std::optional<std::string> NumberBound(double value, bool is_float) {
	// JSON has no NaN and no infinity.
	if (!std::isfinite(value)) {
		return std::nullopt;
	}
	std::string json;
	AppendDouble(json, value, is_float);
	return json;
}

//! A bound as JSON; nullopt when it cannot be one.
std::optional<std::string> BoundJson(const Scalar &value, const DataType &type, BoundSide side) {
	auto *integer = std::get_if<int64_t>(&value);
	std::string text;
	switch (type.kind) {
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
		return integer ? std::optional<std::string>(std::to_string(*integer)) : std::nullopt;
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE: {
		auto *number = std::get_if<double>(&value);
		return number ? NumberBound(*number, type.kind == TypeKind::FLOAT) : std::nullopt;
	}
	case TypeKind::DECIMAL: {
		auto *decimal = std::get_if<Int128>(&value);
		if (!decimal) {
			return std::nullopt;
		}
		AppendDecimal(text, *decimal, type.scale);
		return text;
	}
	case TypeKind::STRING: {
		auto *string = std::get_if<std::string>(&value);
		return string ? StringBound(*string, side) : std::nullopt;
	}
	case TypeKind::DATE:
		if (!integer) {
			return std::nullopt;
		}
		AppendDate(text, *integer);
		return Quoted(text);
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		if (!integer) {
			return std::nullopt;
		}
		AppendTimestamp(text, *integer, 'T', TIMESTAMP_FRACTION_DIGITS);
		return Quoted(type.kind == TypeKind::TIMESTAMP ? text + "Z" : text);
	case TypeKind::BOOLEAN:
	case TypeKind::BINARY:
	case TypeKind::VARIANT:
	case TypeKind::VOID:
	case TypeKind::STRUCT:
	case TypeKind::ARRAY:
	case TypeKind::MAP:
		return std::nullopt;
	}
	return std::nullopt;
}

//! One of minValues, maxValues and nullCount: nested as the columns are. Values come in schema order.
class NestedValues {
public:
	NestedValues(JsonWriter &json_p, std::string_view name) : json(json_p) {
		json.Key(name).StartObject();
	}
	void Add(const ColumnPath &path, std::string_view raw) {
		size_t common = 0;
		while (common < open.size() && common + 1 < path.size() && open[common] == path[common]) {
			common++;
		}
		CloseTo(common);
		while (open.size() + 1 < path.size()) {
			json.Key(path[open.size()]).StartObject();
			open.push_back(path[open.size()]);
		}
		json.Key(path.back()).Raw(raw);
	}
	void Finish() {
		CloseTo(0);
		json.EndObject();
	}

private:
	void CloseTo(size_t depth) {
		for (; open.size() > depth; open.pop_back()) {
			json.EndObject();
		}
	}

	JsonWriter &json;
	ColumnPath open;
};

void WriteBounds(JsonWriter &json, const FileStatistics &statistics, const std::vector<LeafColumn> &leaves,
                 BoundSide side) {
	NestedValues values(json, side == BoundSide::MIN ? "minValues" : "maxValues");
	for (size_t i = 0; i < leaves.size() && i < statistics.columns.size(); i++) {
		auto &bound = side == BoundSide::MIN ? statistics.columns[i].min : statistics.columns[i].max;
		if (!bound || IsNull(*bound)) {
			continue;
		}
		if (auto raw = BoundJson(*bound, *leaves[i].type, side)) {
			values.Add(leaves[i].physical_path, *raw);
		}
	}
	values.Finish();
}

} // namespace

std::string WriteStatistics(const FileStatistics &statistics, const std::vector<LeafColumn> &leaves) {
	JsonWriter json;
	json.StartObject();
	if (statistics.num_records) {
		json.Key("numRecords").Int(*statistics.num_records);
	}
	WriteBounds(json, statistics, leaves, BoundSide::MIN);
	WriteBounds(json, statistics, leaves, BoundSide::MAX);
	NestedValues null_counts(json, "nullCount");
	for (size_t i = 0; i < leaves.size() && i < statistics.columns.size(); i++) {
		if (auto &count = statistics.columns[i].null_count) {
			null_counts.Add(leaves[i].physical_path, std::to_string(*count));
		}
	}
	null_counts.Finish();
	json.Key("tightBounds").Bool(statistics.tight_bounds).EndObject();
	return json.Take();
}

} // namespace merganser
