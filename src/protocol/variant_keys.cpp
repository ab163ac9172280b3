#include "protocol/variant_keys.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace merganser {

namespace {

constexpr uint8_t SORTED_NAMES = 0x10;
enum BasicType : uint8_t { PRIMITIVE = 0, SHORT_STRING = 1, OBJECT = 2, ARRAY = 3 };

//! Little-endian numbers of one to four bytes at checked places.
class Numbers {
public:
	explicit Numbers(MutableBytes bytes_p) : bytes(bytes_p) {
	}

	uint64_t Get(uint64_t place, uint32_t width) const {
		Check(place, width);
		uint64_t number = 0;
		for (uint32_t i = 0; i < width; i++) {
			number |= uint64_t(uint8_t(bytes.data[place + i])) << (8 * i);
		}
		return number;
	}
	void Set(uint64_t place, uint32_t width, uint64_t number) {
		Check(place, width);
		for (uint32_t i = 0; i < width; i++) {
			bytes.data[place + i] = char(number >> (8 * i));
		}
	}
	void Check(uint64_t place, uint64_t length) const {
		if (place > bytes.size || length > bytes.size - place) {
			throw Error(ErrorKind::CORRUPT, "a variant ends early");
		}
	}
	std::string_view Text(uint64_t begin, uint64_t end) const {
		if (begin > end) {
			throw Error(ErrorKind::CORRUPT, "a variant has a name that ends before it begins");
		}
		Check(begin, end - begin);
		return std::string_view(bytes.data + begin, end - begin);
	}

private:
	MutableBytes bytes;
};

std::vector<std::string_view> NamesIn(const Numbers &metadata) {
	const auto header = uint8_t(metadata.Get(0, 1));
	const auto width = uint32_t(header >> 6) + 1;
	const auto count = metadata.Get(1, width);
	const uint64_t offsets = 1 + width;
	metadata.Check(offsets, (count + 1) * width);
	const auto texts = offsets + (count + 1) * width;
	std::vector<std::string_view> names;
	names.reserve(count);
	for (uint64_t i = 0; i < count; i++) {
		const auto place = offsets + i * width;
		names.push_back(metadata.Text(texts + metadata.Get(place, width), texts + metadata.Get(place + width, width)));
	}
	return names;
}

//! Where the parts of an object or array are.
struct Container {
	Container(const Numbers &value, uint64_t begin, bool is_object) {
		const auto header = uint8_t(value.Get(begin, 1)) >> 2;
		const bool is_large = header & (is_object ? 0x10 : 0x04);
		offset_width = (header & 0x03) + 1;
		id_width = is_object ? ((header >> 2) & 0x03) + 1 : 0;
		const uint32_t count_width = is_large ? 4 : 1;
		count = value.Get(begin + 1, count_width);
		ids = begin + 1 + count_width;
		offsets = ids + count * id_width;
		values = offsets + (count + 1) * offset_width;
		value.Check(ids, values - ids);
	}

	uint64_t count = 0;
	uint32_t id_width = 0;
	uint32_t offset_width = 0;
	uint64_t ids = 0;
	uint64_t offsets = 0;
	uint64_t values = 0;
};

struct Field {
	std::string_view name;
	uint64_t id = 0;
	uint64_t offset = 0;
};

void OrderFields(Numbers &value, const Container &object, const std::vector<std::string_view> &names) {
	std::vector<Field> fields;
	for (uint64_t i = 0; i < object.count; i++) {
		const auto id = value.Get(object.ids + i * object.id_width, object.id_width);
		if (id >= names.size()) {
			throw Error(ErrorKind::CORRUPT, "a variant has a field without a name");
		}
		fields.push_back({names[id], id, value.Get(object.offsets + i * object.offset_width, object.offset_width)});
	}
	const auto by_name = [](const Field &left, const Field &right) {
		return left.name < right.name;
	};
	if (std::is_sorted(fields.begin(), fields.end(), by_name)) {
		return;
	}
	std::stable_sort(fields.begin(), fields.end(), by_name);
	// Values keep their places: offsets need no order.
	for (uint64_t i = 0; i < object.count; i++) {
		value.Set(object.ids + i * object.id_width, object.id_width, fields[i].id);
		value.Set(object.offsets + i * object.offset_width, object.offset_width, fields[i].offset);
	}
}

//! `type`: of a primitive value.
void CheckReadable(uint64_t type) {
	// Time, timestamps in nanoseconds with and without a zone.
	if (type >= 17 && type <= 19) {
		throw Error(ErrorKind::UNSUPPORTED, std::string(type == 17 ? "a TIME" : "a TIMESTAMP in nanoseconds") +
		                                        " within a VARIANT, which Spark does not read. Cast it to " +
		                                        (type == 17 ? "VARCHAR" : "TIMESTAMP") + " first");
	}
}

} // namespace

void OrderVariantKeys(MutableBytes metadata_bytes, MutableBytes value_bytes) {
	Numbers metadata(metadata_bytes);
	Numbers value(value_bytes);
	const auto names = NamesIn(metadata);
	if (!std::is_sorted(names.begin(), names.end())) {
		metadata.Set(0, 1, metadata.Get(0, 1) & uint8_t(~SORTED_NAMES));
	}
	// Begins of values that are not looked at yet. Each is in front of what is in it, so that there is an end.
	std::vector<uint64_t> waiting {0};
	while (!waiting.empty()) {
		const auto begin = waiting.back();
		waiting.pop_back();
		const auto header = value.Get(begin, 1);
		const auto type = header & 0x03;
		if (type == PRIMITIVE) {
			CheckReadable(header >> 2);
		}
		if (type != OBJECT && type != ARRAY) {
			continue;
		}
		const Container container(value, begin, type == OBJECT);
		if (type == OBJECT) {
			OrderFields(value, container, names);
		}
		for (uint64_t i = 0; i < container.count; i++) {
			waiting.push_back(container.values +
			                  value.Get(container.offsets + i * container.offset_width, container.offset_width));
		}
	}
}

} // namespace merganser
