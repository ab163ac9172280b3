#include "rows.hpp"

#include "base/json_writer.hpp"

#include <algorithm>
#include <sstream>

namespace merganser {

namespace {

constexpr int64_t BUCKET_KEYS = 100;

} // namespace

int64_t BucketOf(int64_t key) {
	return key / BUCKET_KEYS;
}

std::string TextOf(const Rows &rows) {
	std::string text;
	for (auto &row : rows) {
		text += (text.empty() ? "" : " ") + std::to_string(row.key) + "=" + std::to_string(row.value);
	}
	return text;
}

std::string EncodeRows(const Rows &rows) {
	std::string bytes;
	for (auto &row : rows) {
		bytes += std::to_string(row.key) + " " + std::to_string(row.value) + "\n";
	}
	return bytes;
}

Rows DecodeRows(std::string_view bytes) {
	std::istringstream lines {std::string(bytes)};
	Rows rows;
	for (Row row; lines >> row.key >> row.value;) {
		rows.push_back(row);
	}
	return rows;
}

std::string StatisticsOf(const Rows &rows, bool is_tight) {
	auto [low, high] = std::minmax_element(rows.begin(), rows.end());
	JsonWriter json;
	json.StartObject().Key("numRecords").Int(int64_t(rows.size()));
	json.Key("minValues").StartObject().Key("key").Int(low->key).EndObject();
	json.Key("maxValues").StartObject().Key("key").Int(high->key).EndObject();
	json.Key("nullCount").StartObject().Key("key").Int(0).Key("value").Int(0).EndObject();
	json.Key("tightBounds").Bool(is_tight).EndObject();
	return json.Take();
}

DeletionVector LoadVector(const std::optional<DeletionVectorDescriptor> &descriptor, const GetFile &get) {
	if (!descriptor) {
		return DeletionVector();
	}
	if (descriptor->storage_type == 'i') {
		return ReadInlineDeletionVector(*descriptor, "inline");
	}
	auto path = DeletionVectorFile(*descriptor);
	auto bytes = get(path);
	return ReadDeletionVectorBlock(std::string_view(bytes).substr(size_t(descriptor->offset.value_or(1))), *descriptor,
	                               path);
}

} // namespace merganser
