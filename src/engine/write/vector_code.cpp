#include "engine/write/vector_code.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace merganser {

namespace {

using duckdb::PhysicalType;
using duckdb::string_t;

enum class Way : uint8_t { PLAIN, CONSTANT, OFFSETS_1, OFFSETS_2, OFFSETS_4, FEW_TEXTS, TEXTS };

constexpr size_t FEW_TEXTS_MAX = 256;
//! So many vectors of a column are not looked at after one of many texts.
constexpr uint32_t SKIPPED_VECTORS = 15;

template <class T>
void Put(std::string &bytes, const T &value) {
	bytes.append(reinterpret_cast<const char *>(&value), sizeof(T));
}

template <class T>
T Take(const char *&bytes) {
	T value;
	std::memcpy(&value, bytes, sizeof(T));
	bytes += sizeof(T);
	return value;
}

uint64_t MaskWords(uint64_t count) {
	return (count + 63) / 64;
}

//! Which values are there: nothing but a byte where all are.
void PutValidity(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes) {
	std::vector<uint64_t> mask;
	if (!format.validity.AllValid()) {
		mask.resize(MaskWords(count));
		uint64_t valid = 0;
		for (uint64_t i = 0; i < count; i++) {
			const auto is_valid = format.validity.RowIsValidUnsafe(format.sel->get_index(i));
			mask[i / 64] |= uint64_t(is_valid) << (i % 64);
			valid += is_valid;
		}
		if (valid == count) {
			mask.clear();
		}
	}
	Put(bytes, uint8_t(!mask.empty()));
	bytes.append(reinterpret_cast<const char *>(mask.data()), mask.size() * sizeof(uint64_t));
}

void TakeValidity(const char *&bytes, uint64_t count, duckdb::Vector &result) {
	if (Take<uint8_t>(bytes) == 0) {
		return;
	}
	auto &validity = duckdb::FlatVector::Validity(result);
	validity.Initialize(std::max<uint64_t>(count, STANDARD_VECTOR_SIZE));
	std::memcpy(validity.GetData(), bytes, MaskWords(count) * sizeof(uint64_t));
	bytes += MaskWords(count) * sizeof(uint64_t);
}

//! Calls `each` with the number and the place of each value that is there.
template <class EACH>
void ForEachValid(const duckdb::UnifiedVectorFormat &format, uint64_t count, const EACH &each) {
	const bool all_valid = format.validity.AllValid();
	for (uint64_t i = 0; i < count; i++) {
		const auto place = format.sel->get_index(i);
		if (all_valid || format.validity.RowIsValidUnsafe(place)) {
			each(i, place);
		}
	}
}

//! One value a row, as it is in memory; those that are not there are zero.
template <class T>
void PutPlain(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes) {
	const auto *values = duckdb::UnifiedVectorFormat::GetData<T>(format);
	Put(bytes, Way::PLAIN);
	const auto begin = bytes.size();
	bytes.resize(begin + count * sizeof(T));
	ForEachValid(format, count, [&](uint64_t i, uint64_t place) {
		std::memcpy(&bytes[begin + i * sizeof(T)], &values[place], sizeof(T));
	});
}

template <class T, class CODE>
void PutOffsets(const duckdb::UnifiedVectorFormat &format, uint64_t count, T smallest, std::string &bytes) {
	const auto *values = duckdb::UnifiedVectorFormat::GetData<T>(format);
	const auto begin = bytes.size();
	bytes.resize(begin + count * sizeof(CODE));
	ForEachValid(format, count, [&](uint64_t i, uint64_t place) {
		const auto code = CODE(uint64_t(values[place]) - uint64_t(smallest));
		std::memcpy(&bytes[begin + i * sizeof(CODE)], &code, sizeof(CODE));
	});
}

template <class T>
void PutIntegers(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes) {
	const auto *values = duckdb::UnifiedVectorFormat::GetData<T>(format);
	auto smallest = std::numeric_limits<T>::max();
	auto largest = std::numeric_limits<T>::min();
	ForEachValid(format, count, [&](uint64_t, uint64_t place) {
		smallest = std::min(smallest, values[place]);
		largest = std::max(largest, values[place]);
	});
	if (smallest > largest) {
		smallest = largest = 0;
	}
	const auto range = uint64_t(largest) - uint64_t(smallest);
	if (range == 0) {
		Put(bytes, Way::CONSTANT);
		Put(bytes, smallest);
	} else if (range <= std::numeric_limits<uint8_t>::max() && sizeof(T) > 1) {
		Put(bytes, Way::OFFSETS_1);
		Put(bytes, smallest);
		PutOffsets<T, uint8_t>(format, count, smallest, bytes);
	} else if (range <= std::numeric_limits<uint16_t>::max() && sizeof(T) > 2) {
		Put(bytes, Way::OFFSETS_2);
		Put(bytes, smallest);
		PutOffsets<T, uint16_t>(format, count, smallest, bytes);
	} else if (range <= std::numeric_limits<uint32_t>::max() && sizeof(T) > 4) {
		Put(bytes, Way::OFFSETS_4);
		Put(bytes, smallest);
		PutOffsets<T, uint32_t>(format, count, smallest, bytes);
	} else {
		PutPlain<T>(format, count, bytes);
	}
}

template <class T, class CODE>
void TakeOffsets(const char *&bytes, uint64_t count, T *values) {
	const auto smallest = uint64_t(Take<T>(bytes));
	for (uint64_t i = 0; i < count; i++) {
		values[i] = T(smallest + Take<CODE>(bytes));
	}
}

template <class T>
void TakeValues(const char *&bytes, uint64_t count, duckdb::Vector &result) {
	auto *values = duckdb::FlatVector::GetData<T>(result);
	const auto way = Take<Way>(bytes);
	if (way == Way::PLAIN) {
		std::memcpy(static_cast<void *>(values), bytes, count * sizeof(T));
		bytes += count * sizeof(T);
		return;
	}
	if constexpr (std::is_integral_v<T>) {
		switch (way) {
		case Way::CONSTANT:
			return std::fill(values, values + count, Take<T>(bytes)), void();
		case Way::OFFSETS_1:
			return TakeOffsets<T, uint8_t>(bytes, count, values);
		case Way::OFFSETS_2:
			return TakeOffsets<T, uint16_t>(bytes, count, values);
		case Way::OFFSETS_4:
			return TakeOffsets<T, uint32_t>(bytes, count, values);
		default:
			break;
		}
	}
	throw Error(ErrorKind::INTERNAL, "values of a vector are decoded as they were encoded");
}

void PutText(const string_t &text, std::string &bytes) {
	Put(bytes, uint32_t(text.GetSize()));
	bytes.append(text.GetData(), text.GetSize());
}

std::string_view TakeText(const char *&bytes) {
	const auto size = Take<uint32_t>(bytes);
	const std::string_view text(bytes, size);
	bytes += size;
	return text;
}

string_t TakeString(const char *&bytes) {
	const auto text = TakeText(bytes);
	return string_t(text.data(), uint32_t(text.size()));
}

uint64_t HashOf(const string_t &text) {
	if (!text.IsInlined()) {
		return Hash64(std::string_view(text.GetData(), text.GetSize()));
	}
	// Length and bytes, zeros behind them.
	uint64_t words[2];
	static_assert(sizeof(words) == sizeof(text));
	std::memcpy(words, &text, sizeof(words));
	return Hash64(words[0], words[1]);
}

//! The different texts of one vector, in the order in which they came.
class FewTexts {
public:
	FewTexts() {
		slots.fill(FREE);
	}

	//! Its number; FEW_TEXTS_MAX where there is no room for one more.
	size_t NumberOf(const string_t &text) {
		for (auto slot = HashOf(text) % SLOTS;; slot = (slot + 1) % SLOTS) {
			if (slots[slot] == FREE) {
				if (texts.size() == FEW_TEXTS_MAX) {
					return FEW_TEXTS_MAX;
				}
				slots[slot] = uint16_t(texts.size());
				texts.push_back(text);
			}
			if (texts[slots[slot]] == text) {
				return slots[slot];
			}
		}
	}
	const std::vector<string_t> &Texts() const {
		return texts;
	}

private:
	static constexpr size_t SLOTS = 1024;
	static constexpr uint16_t FREE = UINT16_MAX;
	std::array<uint16_t, SLOTS> slots;
	std::vector<string_t> texts;
};

//! False where there are too many: `bytes` is as it was then.
bool PutFewTexts(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes) {
	const auto *values = duckdb::UnifiedVectorFormat::GetData<string_t>(format);
	FewTexts few;
	std::string numbers(count, '\0');
	bool is_few = true;
	ForEachValid(format, count, [&](uint64_t i, uint64_t place) {
		const auto number = is_few ? few.NumberOf(values[place]) : FEW_TEXTS_MAX;
		is_few = number < FEW_TEXTS_MAX;
		numbers[i] = char(number);
	});
	if (!is_few) {
		return false;
	}
	Put(bytes, Way::FEW_TEXTS);
	Put(bytes, uint16_t(few.Texts().size()));
	for (const auto &text : few.Texts()) {
		PutText(text, bytes);
	}
	// One text is told by the others' absence.
	if (few.Texts().size() > 1) {
		bytes += numbers;
	}
	return true;
}

void TakeTexts(const char *&bytes, uint64_t count, duckdb::Vector &result) {
	auto *values = duckdb::FlatVector::GetData<string_t>(result);
	if (Take<Way>(bytes) == Way::TEXTS) {
		for (uint64_t i = 0; i < count; i++) {
			values[i] = TakeString(bytes);
		}
		return;
	}
	std::array<string_t, FEW_TEXTS_MAX> texts;
	texts.fill(string_t(uint32_t(0)));
	const auto text_count = Take<uint16_t>(bytes);
	for (uint16_t i = 0; i < text_count; i++) {
		texts[i] = TakeString(bytes);
	}
	if (text_count <= 1) {
		std::fill(values, values + count, texts[0]);
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		values[i] = texts[Take<uint8_t>(bytes)];
	}
}

void TakeNested(const char *&bytes, uint64_t count, duckdb::Vector &result) {
	switch (result.GetType().InternalType()) {
	case PhysicalType::STRUCT:
		for (auto &child : duckdb::StructVector::GetEntries(result)) {
			bytes = VectorCode::Decode(bytes, count, *child);
		}
		return;
	case PhysicalType::ARRAY:
		bytes = VectorCode::Decode(bytes, count * duckdb::ArrayType::GetSize(result.GetType()),
		                           duckdb::ArrayVector::GetEntry(result));
		return;
	default:
		break;
	}
	auto *entries = duckdb::ListVector::GetData(result);
	uint64_t total = 0;
	for (uint64_t i = 0; i < count; i++) {
		entries[i] = {total, Take<uint32_t>(bytes)};
		total += entries[i].length;
	}
	duckdb::ListVector::Reserve(result, total);
	bytes = VectorCode::Decode(bytes, total, duckdb::ListVector::GetEntry(result));
	duckdb::ListVector::SetListSize(result, total);
}

//! Calls `put` with a value of the C++ type that integers of the physical type have; false for other types.
template <class PUT>
bool ForInteger(PhysicalType type, const PUT &put) {
	switch (type) {
	case PhysicalType::BOOL:
	case PhysicalType::UINT8:
		return put(uint8_t()), true;
	case PhysicalType::INT8:
		return put(int8_t()), true;
	case PhysicalType::UINT16:
		return put(uint16_t()), true;
	case PhysicalType::INT16:
		return put(int16_t()), true;
	case PhysicalType::UINT32:
		return put(uint32_t()), true;
	case PhysicalType::INT32:
		return put(int32_t()), true;
	case PhysicalType::UINT64:
		return put(uint64_t()), true;
	case PhysicalType::INT64:
		return put(int64_t()), true;
	default:
		return false;
	}
}

//! The same for the other types of fixed size.
template <class PUT>
bool ForOtherFixed(PhysicalType type, const PUT &put) {
	switch (type) {
	case PhysicalType::FLOAT:
		return put(float()), true;
	case PhysicalType::DOUBLE:
		return put(double()), true;
	case PhysicalType::INT128:
		return put(duckdb::hugeint_t()), true;
	case PhysicalType::UINT128:
		return put(duckdb::uhugeint_t()), true;
	case PhysicalType::INTERVAL:
		return put(duckdb::interval_t()), true;
	default:
		return false;
	}
}

} // namespace

void VectorCode::EncodeTexts(const duckdb::UnifiedVectorFormat &format, uint64_t count, std::string &bytes) {
	if (many_texts > 0) {
		many_texts--;
	} else if (PutFewTexts(format, count, bytes)) {
		return;
	} else {
		many_texts = SKIPPED_VECTORS;
	}
	const auto *values = duckdb::UnifiedVectorFormat::GetData<string_t>(format);
	Put(bytes, Way::TEXTS);
	uint64_t next = 0;
	const auto put_empty_until = [&](uint64_t end) {
		for (; next < end; next++) {
			Put(bytes, uint32_t(0));
		}
	};
	ForEachValid(format, count, [&](uint64_t i, uint64_t place) {
		put_empty_until(i);
		PutText(values[place], bytes);
		next = i + 1;
	});
	put_empty_until(count);
}

void VectorCode::EncodeNested(duckdb::Vector &values, uint64_t count, std::string &bytes) {
	duckdb::Vector flat(values);
	flat.Flatten(count);
	duckdb::UnifiedVectorFormat format;
	flat.ToUnifiedFormat(count, format);
	PutValidity(format, count, bytes);
	switch (flat.GetType().InternalType()) {
	case PhysicalType::STRUCT:
		for (auto &child : duckdb::StructVector::GetEntries(flat)) {
			Encode(*child, count, bytes);
		}
		return;
	case PhysicalType::ARRAY:
		return Encode(duckdb::ArrayVector::GetEntry(flat), count * duckdb::ArrayType::GetSize(flat.GetType()), bytes);
	default:
		break;
	}
	const auto *entries = duckdb::ListVector::GetData(flat);
	std::vector<uint32_t> lengths(count, 0);
	uint64_t total = 0;
	ForEachValid(format, count, [&](uint64_t i, uint64_t) {
		lengths[i] = uint32_t(entries[i].length);
		total += lengths[i];
	});
	bytes.append(reinterpret_cast<const char *>(lengths.data()), count * sizeof(uint32_t));
	duckdb::SelectionVector places(std::max<uint64_t>(total, 1));
	uint64_t next = 0;
	ForEachValid(format, count, [&](uint64_t i, uint64_t) {
		for (uint64_t element = 0; element < entries[i].length; element++) {
			places.set_index(next++, entries[i].offset + element);
		}
	});
	duckdb::Vector elements(duckdb::ListVector::GetEntry(flat), places, total);
	Encode(elements, total, bytes);
}

void VectorCode::Encode(duckdb::Vector &values, uint64_t count, std::string &bytes) {
	const auto type = values.GetType().InternalType();
	if (type == PhysicalType::STRUCT || type == PhysicalType::LIST || type == PhysicalType::ARRAY) {
		return EncodeNested(values, count, bytes);
	}
	duckdb::UnifiedVectorFormat format;
	values.ToUnifiedFormat(count, format);
	PutValidity(format, count, bytes);
	if (type == PhysicalType::VARCHAR) {
		return EncodeTexts(format, count, bytes);
	}
	const bool is_known = ForInteger(type, [&](auto value) { PutIntegers<decltype(value)>(format, count, bytes); }) ||
	                      ForOtherFixed(type, [&](auto value) { PutPlain<decltype(value)>(format, count, bytes); });
	Verify(is_known, "every physical type of a value is known");
}

TextVector VectorCode::ReadTexts(const char *bytes, uint64_t count) {
	TextVector result;
	result.row_count = count;
	if (Take<uint8_t>(bytes) != 0) {
		result.valid.resize(count);
		for (uint64_t word = 0; word < MaskWords(count); word++) {
			const auto mask = Take<uint64_t>(bytes);
			const auto end = std::min<uint64_t>(count - word * 64, 64);
			for (uint64_t i = 0; i < end; i++) {
				result.valid[word * 64 + i] = mask >> i & 1;
			}
		}
	}
	const auto way = Take<Way>(bytes);
	const auto text_count = way == Way::TEXTS ? count : Take<uint16_t>(bytes);
	result.texts.reserve(text_count);
	for (uint64_t i = 0; i < text_count; i++) {
		result.texts.push_back(TakeText(bytes));
	}
	if (way == Way::FEW_TEXTS && text_count > 1) {
		result.numbers = std::string_view(bytes, count);
	}
	return result;
}

const char *VectorCode::Decode(const char *bytes, uint64_t count, duckdb::Vector &result) {
	const auto type = result.GetType().InternalType();
	TakeValidity(bytes, count, result);
	if (type == PhysicalType::STRUCT || type == PhysicalType::LIST || type == PhysicalType::ARRAY) {
		TakeNested(bytes, count, result);
	} else if (type == PhysicalType::VARCHAR) {
		TakeTexts(bytes, count, result);
	} else if (!ForInteger(type, [&](auto value) { TakeValues<decltype(value)>(bytes, count, result); })) {
		ForOtherFixed(type, [&](auto value) { TakeValues<decltype(value)>(bytes, count, result); });
	}
	return bytes;
}

} // namespace merganser
