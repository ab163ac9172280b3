#include "engine/functions/version_argument.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "log/snapshot.hpp"

namespace merganser {

using duckdb::LogicalType;

int64_t VersionArgument::Resolve(duckdb::ClientContext &context, const TableLocation &location) const {
	if (version) {
		return *version;
	}
	const auto time_ms = duckdb::Timestamp::GetEpochMs(duckdb::timestamp_t(timestamp->value));
	ClientCancelToken cancel(context);
	return AtBorder([&] {
		return VersionAtTimestamp(location, LogContext {LakeInstance::Get(context).Parquet(), cancel}, time_ms);
	});
}

void AddVersionParameters(duckdb::TableFunction &function) {
	function.named_parameters["version"] = LogicalType::BIGINT;
	function.named_parameters["timestamp"] = LogicalType::TIMESTAMP_TZ;
}

void ThrowVersionNeeded(const std::string &function_name) {
	throw duckdb::BinderException("%s needs one of version => 3 and \"timestamp\" => TIMESTAMPTZ '2026-01-31 "
	                              "12:00:00+00' (in quotes: DuckDB's grammar asks for them)",
	                              function_name);
}

VersionArgument ReadVersionArgument(const std::string &function_name, duckdb::TableFunctionBindInput &input) {
	VersionArgument argument;
	const auto version = input.named_parameters.find("version");
	const auto timestamp = input.named_parameters.find("timestamp");
	if (version != input.named_parameters.end() && !version->second.IsNull()) {
		argument.version = version->second.GetValue<int64_t>();
	}
	if (timestamp != input.named_parameters.end() && !timestamp->second.IsNull()) {
		argument.timestamp = timestamp->second.GetValue<duckdb::timestamp_tz_t>();
	}
	if (argument.version && argument.timestamp) {
		ThrowVersionNeeded(function_name);
	}
	return argument;
}

} // namespace merganser
