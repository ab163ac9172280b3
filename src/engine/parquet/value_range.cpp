#include "engine/parquet/value_range.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace merganser {

namespace {

//! Of a bound in a footer.
constexpr size_t BOUND_BYTES_MAX = 4096;

template <class VALUE>
VALUE ValueOf(std::string_view bytes) {
	VALUE value;
	std::memcpy(&value, bytes.data(), sizeof(value));
	return value;
}

template <class VALUE>
std::string_view BytesOf(const VALUE &value) {
	return {reinterpret_cast<const char *>(&value), sizeof(value)};
}

template <class VALUE, class VISITOR>
void ForEach(std::string_view values, VISITOR &&visit) {
	const auto count = values.size() / sizeof(VALUE);
	for (size_t i = 0; i < count; i++) {
		VALUE value;
		std::memcpy(&value, values.data() + i * sizeof(VALUE), sizeof(VALUE));
		visit(value);
	}
}

//! Two's complement, most significant byte first, as bytes that compare as the numbers do.
int CompareBigEndian(std::string_view left, std::string_view right) {
	const auto left_sign = static_cast<int8_t>(left[0]);
	const auto right_sign = static_cast<int8_t>(right[0]);
	return left_sign != right_sign ? left_sign - right_sign : left.compare(right);
}

//! The sign of a zero: a bound must not hide the other zero from readers that compare bits.
template <class VALUE>
std::string ZeroAs(const std::string_view bytes, bool is_negative) {
	auto value = ValueOf<VALUE>(bytes);
	if (value == 0) {
		value = is_negative ? -VALUE(0) : VALUE(0);
	}
	return std::string(BytesOf(value));
}

} // namespace

ValueRange::ValueRange(const LeafForm &form_p) : form(form_p) {
}

uint64_t ValueRange::BeginOf(std::string_view value) {
	uint64_t begin = 0;
	std::memcpy(&begin, value.data(), std::min(value.size(), sizeof(begin)));
	return __builtin_bswap64(begin);
}

void ValueRange::CompareBytes(std::string_view value, uint64_t begin) {
	if (!has_value || value < smallest) {
		smallest = value;
		smallest_begin = begin;
	}
	if (!has_value || value > largest) {
		largest = value;
		largest_begin = begin;
	}
	has_value = true;
}

void ValueRange::Settle() {
	if (smallest.data() != smallest_copy.data()) {
		smallest_copy.assign(smallest);
		smallest = smallest_copy;
	}
	if (largest.data() != largest_copy.data()) {
		largest_copy.assign(largest);
		largest = largest_copy;
	}
}

void ValueRange::Take(std::string_view low, std::string_view high) {
	smallest_copy.assign(low);
	largest_copy.assign(high);
	smallest = smallest_copy;
	largest = largest_copy;
	has_value = true;
}

template <class VALUE>
void ValueRange::AddIntegers(std::string_view values) {
	auto low = has_value ? ValueOf<VALUE>(smallest) : std::numeric_limits<VALUE>::max();
	auto high = has_value ? ValueOf<VALUE>(largest) : std::numeric_limits<VALUE>::lowest();
	ForEach<VALUE>(values, [&](VALUE value) {
		low = std::min(low, value);
		high = std::max(high, value);
	});
	Take(BytesOf(low), BytesOf(high));
}

template <class VALUE>
void ValueRange::AddNumbers(std::string_view values) {
	auto low = has_value ? ValueOf<VALUE>(smallest) : std::numeric_limits<VALUE>::infinity();
	auto high = has_value ? ValueOf<VALUE>(largest) : -std::numeric_limits<VALUE>::infinity();
	size_t nan_count = 0;
	ForEach<VALUE>(values, [&](VALUE value) {
		// No comparison holds for a NaN.
		low = value < low ? value : low;
		high = value > high ? value : high;
		nan_count += value != value;
		has_negative_zero |= value == 0 && std::signbit(value);
	});
	has_nan = has_nan || nan_count > 0;
	if (has_value || nan_count < values.size() / sizeof(VALUE)) {
		Take(BytesOf(low), BytesOf(high));
	}
}

void ValueRange::AddBigEndian(std::string_view values) {
	auto low = has_value ? std::string_view(smallest) : values.substr(0, form.width);
	auto high = has_value ? std::string_view(largest) : low;
	for (size_t place = 0; place < values.size(); place += form.width) {
		const auto value = values.substr(place, form.width);
		low = CompareBigEndian(value, low) < 0 ? value : low;
		high = CompareBigEndian(value, high) > 0 ? value : high;
	}
	const std::string low_copy(low);
	Take(low_copy, std::string(high));
}

void ValueRange::AddFixed(std::string_view values) {
	if (values.empty()) {
		return;
	}
	switch (form.order) {
	case ValueOrder::INTEGER:
		return form.width == sizeof(int32_t) ? AddIntegers<int32_t>(values) : AddIntegers<int64_t>(values);
	case ValueOrder::NUMBER:
		return form.width == sizeof(float) ? AddNumbers<float>(values) : AddNumbers<double>(values);
	case ValueOrder::SIGNED_BYTES:
		return AddBigEndian(values);
	default:
		return;
	}
}

void ValueRange::Store(duckdb_parquet::Statistics &statistics) const {
	statistics = duckdb_parquet::Statistics();
	if (!is_known || !has_value || has_nan || smallest.size() > BOUND_BYTES_MAX || largest.size() > BOUND_BYTES_MAX) {
		return;
	}
	std::string low(smallest);
	std::string high(largest);
	if (form.order == ValueOrder::NUMBER) {
		low = form.width == sizeof(float) ? ZeroAs<float>(low, true) : ZeroAs<double>(low, true);
		high = form.width == sizeof(float) ? ZeroAs<float>(high, false) : ZeroAs<double>(high, false);
	}
	statistics.__set_min_value(low);
	statistics.__set_max_value(high);
	statistics.__set_is_min_value_exact(true);
	statistics.__set_is_max_value_exact(true);
}

} // namespace merganser
