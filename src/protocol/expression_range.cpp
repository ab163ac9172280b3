#include "protocol/expression_range.hpp"

#include "protocol/calendar_text.hpp"
#include "protocol/number_text.hpp"
#include "protocol/spark_types.hpp"
#include "protocol/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace merganser {

namespace {

//! Between these years all calendars and writers agree, and a year has four digits.
constexpr int64_t YEAR_MIN = 1600;
constexpr int64_t YEAR_MAX = 9998;

using Micros = int64_t;

Micros FloorTo(Micros micros, int64_t unit, Micros origin = 0) {
	const auto rest = (micros - origin) % unit;
	return micros - (rest < 0 ? rest + unit : rest);
}

bool IsSure(Micros micros) {
	return micros >= DaysFromCivil(YEAR_MIN, 1, 1) * MICROS_PER_DAY &&
	       micros < DaysFromCivil(YEAR_MAX + 1, 1, 1) * MICROS_PER_DAY;
}

//! `yyyy-MM-dd HH:mm:ss`, whose places are fixed.
std::string ClockText(Micros micros) {
	std::string text;
	AppendTimestamp(text, micros, ' ', 0);
	return text;
}

int64_t NumberAt(const std::string &text, size_t at, size_t length) {
	return TryParseInteger(text.substr(at, length)).value_or(0);
}

Micros Truncated(std::string_view unit, Micros micros) {
	// 1970-01-05 was a Monday.
	constexpr Micros MONDAY = 4 * MICROS_PER_DAY;
	if (unit == "second") {
		return FloorTo(micros, MICROS_PER_SECOND);
	}
	if (unit == "minute") {
		return FloorTo(micros, 60 * MICROS_PER_SECOND);
	}
	if (unit == "hour") {
		return FloorTo(micros, 3600 * MICROS_PER_SECOND);
	}
	if (unit == "day") {
		return FloorTo(micros, MICROS_PER_DAY);
	}
	if (unit == "week") {
		return FloorTo(micros, 7 * MICROS_PER_DAY, MONDAY);
	}
	const auto text = ClockText(micros);
	const auto month = NumberAt(text, 5, 2);
	const auto first_month = unit == "year" ? 1 : unit == "quarter" ? (month - 1) / 3 * 3 + 1 : month;
	return DaysFromCivil(NumberAt(text, 0, 4), uint32_t(first_month), 1) * MICROS_PER_DAY;
}

//! A part of a moment, and the unit within which it only grows.
struct Part {
	std::string_view name;
	std::string_view within;
};
constexpr Part PARTS[] = {{"month", "year"}, {"quarter", "year"}, {"dayofyear", "year"}, {"day", "month"},
                          {"hour", "day"},   {"minute", "hour"},  {"second", "minute"}};

int64_t PartOf(std::string_view name, Micros micros) {
	const auto text = ClockText(micros);
	if (name == "quarter") {
		return (NumberAt(text, 5, 2) + 2) / 3;
	}
	if (name == "dayofyear") {
		return (Truncated("day", micros) - Truncated("year", micros)) / MICROS_PER_DAY + 1;
	}
	constexpr std::pair<std::string_view, size_t> PLACES[] = {
	    {"month", 5}, {"day", 8}, {"hour", 11}, {"minute", 14}, {"second", 17}};
	for (const auto &[part, place] : PLACES) {
		if (part == name) {
			return NumberAt(text, place, 2);
		}
	}
	return NumberAt(text, 0, 4);
}

//! nullopt for a format of which the texts have another order than the moments.
std::optional<std::string> Formatted(const std::string &format, Micros micros) {
	constexpr std::string_view ORDER = "YmdHMS";
	constexpr size_t PLACES[] = {0, 5, 8, 11, 14, 17};
	const auto text = ClockText(micros);
	std::string result;
	size_t next = 0;
	for (size_t i = 0; i < format.size(); i++) {
		if (format[i] != '%') {
			result += format[i];
			continue;
		}
		i++;
		if (next == ORDER.size() || i == format.size() || format[i] != ORDER[next]) {
			return std::nullopt;
		}
		result += text.substr(PLACES[next], next == 0 ? 4 : 2);
		next++;
	}
	return next > 0 ? std::optional(result) : std::nullopt;
}

//! Moments of every type are microseconds here, those with a time zone of the zone's own clock.
class RangeReader {
public:
	explicit RangeReader(const ValueRange &column_p) : column(column_p) {
	}

	ValueRange Read(const SqlExpression &expression) const {
		switch (expression.kind) {
		case SqlExpression::Kind::LITERAL:
			return {};
		case SqlExpression::Kind::COLUMN:
			return ReadColumn(expression);
		case SqlExpression::Kind::CAST:
			return ReadCast(expression);
		case SqlExpression::Kind::CALL:
			return ReadCall(expression);
		}
		return {};
	}

private:
	//! `map`: from a value to a value or nullopt.
	template <class VALUE, class MAP>
	static std::optional<Scalar> MapEnd(const std::optional<Scalar> &end, MAP map) {
		const auto *value = end ? std::get_if<VALUE>(&*end) : nullptr;
		return value ? map(*value) : std::nullopt;
	}
	template <class VALUE, class MAP>
	static ValueRange MapEnds(const ValueRange &range, MAP map) {
		return {MapEnd<VALUE>(range.low, map), MapEnd<VALUE>(range.high, map)};
	}

	ValueRange ReadColumn(const SqlExpression &expression) const {
		if (expression.path.size() != 1) {
			return {};
		}
		const auto kind = expression.type->kind;
		if (!IsTemporal(kind)) {
			return column;
		}
		const auto moment = [&](int64_t slack) {
			return [=](int64_t value) -> std::optional<Scalar> {
				Micros micros = value;
				if (kind == TypeKind::DATE && __builtin_mul_overflow(value, MICROS_PER_DAY, &micros)) {
					return std::nullopt;
				}
				return IsSure(micros) && IsSure(micros + slack) ? std::optional<Scalar>(micros + slack) : std::nullopt;
			};
		};
		const auto slack = kind == TypeKind::TIMESTAMP ? MICROS_PER_DAY : 0;
		return {MapEnd<int64_t>(column.low, moment(-slack)), MapEnd<int64_t>(column.high, moment(slack))};
	}

	ValueRange ReadCast(const SqlExpression &expression) const {
		const auto from = expression.children[0].type->kind;
		const auto to = expression.type->kind;
		if (IsTemporal(from) && to == TypeKind::DATE) {
			return MapMoments(expression.children[0], [](Micros m) { return Scalar(Truncated("day", m)); });
		}
		const bool keeps = from == to ? to == TypeKind::STRING : IsInteger(from) && IsInteger(to);
		return keeps || (IsTemporal(from) && IsTemporal(to)) ? Read(expression.children[0]) : ValueRange();
	}

	template <class MAP>
	ValueRange MapMoments(const SqlExpression &moment, MAP map) const {
		return MapEnds<Micros>(Read(moment), [&](Micros m) { return std::optional<Scalar>(map(m)); });
	}

	ValueRange ReadCall(const SqlExpression &call) const {
		const auto &arguments = call.children;
		if (call.name == "year") {
			return MapMoments(arguments[0], [](Micros m) { return Scalar(PartOf("year", m)); });
		}
		if (call.name == "date_trunc") {
			return MapMoments(arguments[1], [&](Micros m) { return Scalar(Truncated(arguments[0].value, m)); });
		}
		if (call.name == "date_format") {
			// One end alone would have to hold for years of more digits too.
			const auto range = Read(arguments[0]);
			return range.low && range.high
			           ? MapEnds<Micros>(
			                 range, [&](Micros m) -> std::optional<Scalar> { return Formatted(arguments[1].value, m); })
			           : ValueRange();
		}
		if (call.name == "substring" && arguments[1].value == "1") {
			return ReadPrefix(arguments);
		}
		for (const auto &part : PARTS) {
			if (part.name == call.name) {
				return ReadPart(part, Read(arguments[0]));
			}
		}
		return {};
	}

	static ValueRange ReadPart(const Part &part, const ValueRange &range) {
		const auto unit =
		    MapEnds<Micros>(range, [&](Micros m) { return std::optional<Scalar>(Truncated(part.within, m)); });
		if (!unit.low || !unit.high || *unit.low != *unit.high) {
			return {};
		}
		return MapEnds<Micros>(range, [&](Micros m) { return std::optional<Scalar>(PartOf(part.name, m)); });
	}

	ValueRange ReadPrefix(const std::vector<SqlExpression> &arguments) const {
		const auto length = arguments.size() == 3 ? TryParseInteger(arguments[2].value) : std::nullopt;
		return MapEnds<std::string>(Read(arguments[0]), [&](const std::string &text) -> std::optional<Scalar> {
			if (!length || *length < 0 || !IsUtf8(text)) {
				return std::nullopt;
			}
			return std::string(FirstChars(text, size_t(*length)));
		});
	}

	const ValueRange &column;
};

} // namespace

ValueRange RangeOf(const SqlExpression &expression, const ValueRange &column) {
	auto range = RangeReader(column).Read(expression);
	const auto move = [](std::optional<Scalar> &end, auto map) {
		if (auto *micros = end ? std::get_if<Micros>(&*end) : nullptr) {
			*micros = map(*micros);
		}
	};
	switch (expression.type->kind) {
	case TypeKind::DATE: {
		const auto to_days = [](Micros m) {
			return FloorTo(m, MICROS_PER_DAY) / MICROS_PER_DAY;
		};
		move(range.low, to_days);
		move(range.high, to_days);
		break;
	}
	case TypeKind::TIMESTAMP:
		// From the zone's clock to the moment, and its text may have been written in the zone.
		move(range.low, [](Micros m) { return m - 2 * MICROS_PER_DAY; });
		move(range.high, [](Micros m) { return m + 2 * MICROS_PER_DAY; });
		break;
	default:
		break;
	}
	return range;
}

} // namespace merganser
