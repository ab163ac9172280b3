#include "duckdb/common/types/timestamp.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/version_value.hpp"
#include "engine/scan/lake_scan.hpp"
#include "engine/session/lake_instance.hpp"

namespace merganser {

static std::optional<duckdb::Value> Parameter(const duckdb::TableFunctionBindInput &input, const std::string &name) {
	auto entry = input.named_parameters.find(name);
	if (entry == input.named_parameters.end()) {
		return std::nullopt;
	}
	if (entry->second.IsNull()) {
		throw duckdb::BinderException("read_delta: %s is NULL; leave it out to read the newest version", name);
	}
	return entry->second;
}

static SnapshotPtr LoadAsked(duckdb::ClientContext &context, const duckdb::TableFunctionBindInput &input) {
	if (input.inputs[0].IsNull()) {
		throw duckdb::BinderException("read_delta: the path is NULL; give the folder of a Delta table");
	}
	auto version = Parameter(input, "version");
	auto timestamp = Parameter(input, "timestamp");
	if (version && timestamp) {
		throw duckdb::BinderException("read_delta: give version or timestamp, not both");
	}
	return AtBorder([&]() -> SnapshotPtr {
		auto &instance = LakeInstance::Get(context);
		auto location = instance.Locate(duckdb::StringValue::Get(input.inputs[0]));
		ClientCancelToken cancel(context);
		LogContext log {instance.Parquet(), cancel};
		if (version) {
			return instance.Snapshots().AtVersion(location, log, VersionOfValue(*version, "read_delta: version"));
		}
		if (timestamp) {
			auto time_ms = duckdb::Timestamp::GetEpochMs(duckdb::timestamp_t(timestamp->GetValueUnsafe<int64_t>()));
			return instance.Snapshots().AtVersion(location, log, VersionAtTimestamp(location, log, time_ms));
		}
		return instance.Snapshots().Latest(location, log, 0, instance.GetClock().NowMs());
	});
}

static duckdb::unique_ptr<duckdb::FunctionData> BindReadDelta(duckdb::ClientContext &context,
                                                              duckdb::TableFunctionBindInput &input,
                                                              duckdb::vector<duckdb::LogicalType> &types,
                                                              duckdb::vector<std::string> &names) {
	ScanTarget target;
	target.snapshot = LoadAsked(context, input);
	target.display_name = target.snapshot->TableName();
	TableColumns(*target.snapshot, names, types);
	duckdb::unique_ptr<duckdb::FunctionData> bind_data;
	// From here on the plan holds the scan itself: DuckDB goes on with what stands in the input.
	input.table_function = MakeLakeScan(context, std::move(target), bind_data);
	return bind_data;
}

duckdb::TableFunction MakeReadDelta() {
	duckdb::TableFunction function("read_delta", {duckdb::LogicalType::VARCHAR}, nullptr, BindReadDelta);
	// Not BIGINT: the cast to it would round.
	function.named_parameters["version"] = duckdb::LogicalType::ANY;
	function.named_parameters["timestamp"] = duckdb::LogicalType::TIMESTAMP_TZ;
	return function;
}

} // namespace merganser
