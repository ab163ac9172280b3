#include "engine/port/version_value.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "protocol/number_text.hpp"

namespace merganser {

int64_t VersionOfValue(const duckdb::Value &value, const std::string &clause) {
	// By its text: a cast would round a fraction.
	auto version = value.IsNull() ? std::nullopt : TryParseInteger(value.ToString());
	if (!version || *version < 0) {
		throw duckdb::BinderException("%s: a version is a whole number from 0, not %s", clause, value.ToString());
	}
	return *version;
}

} // namespace merganser
