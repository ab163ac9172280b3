#pragma once

#include "protocol/file_statistics.hpp"
#include "protocol/statistics_scan.hpp"

#include <cstdint>
#include <string_view>

namespace merganser {

enum class BoundSide : uint8_t { MIN, MAX };

//! How the bounds of one leaf are read, worked out once for all texts (PROTOCOL.md, "Per-file Statistics"). What does
//! not fit is unknown.
class BoundRule {
public:
	explicit BoundRule(const LeafColumn &leaf);

	void SetFromNumber(const ScannedNumber &number, BoundSide side, StatisticsBound &bound) const;
	//! `text` must live as long as the bound.
	void SetFromText(std::string_view text, BoundSide side, StatisticsBound &bound) const;
	void SetFromBool(bool value, StatisticsBound &bound) const;

	//! The same value as a Scalar; nullopt when unknown.
	std::optional<Scalar> ToScalar(const StatisticsBound &bound) const;

private:
	enum class Kind : uint8_t {
		NONE,
		BOOLEAN,
		INTEGER,
		FLOAT,
		DOUBLE,
		WIDENED_DOUBLE,
		DECIMAL,
		TEXT,
		DATE,
		TIMESTAMP,
		TIMESTAMP_NTZ
	};

	void SetInteger(int64_t value, StatisticsBound &bound) const;
	void SetDecimal(Int128 value, StatisticsBound &bound) const;
	void SetDouble(double value, BoundSide side, StatisticsBound &bound) const;
	void SetTimestamp(std::optional<int64_t> micros, BoundSide side, StatisticsBound &bound) const;
	void SetFloating(std::string_view token, BoundSide side, StatisticsBound &bound) const;

	Kind kind = Kind::NONE;
	uint8_t precision = 0;
	uint8_t scale = 0;
	//! Of INTEGER; `largest` also of DECIMAL, unscaled and as far as an int64 goes.
	int64_t smallest = 0;
	int64_t largest = 0;
};

} // namespace merganser
