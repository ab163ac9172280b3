#pragma once

#include "duckdb.hpp"
#include "duckdb/function/table_function.hpp"
#include "log/table_location.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace merganser {

//! A past version of a table, as `version => 3` or `"timestamp" => TIMESTAMPTZ '…'` name it.
struct VersionArgument {
	std::optional<int64_t> version;
	//! Where there is no version.
	std::optional<duckdb::timestamp_tz_t> timestamp;

	bool IsGiven() const {
		return version || timestamp;
	}
	//! Requires: IsGiven. Reads the log for a timestamp.
	int64_t Resolve(duckdb::ClientContext &context, const TableLocation &location) const;
};

void AddVersionParameters(duckdb::TableFunction &function);
//! Throws BinderException where both are given, and how either is spelled.
VersionArgument ReadVersionArgument(const std::string &function_name, duckdb::TableFunctionBindInput &input);
[[noreturn]] void ThrowVersionNeeded(const std::string &function_name);

} // namespace merganser
