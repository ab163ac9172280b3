#include "engine/maintain/table_vacuum.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/table_upkeep.hpp"
#include "engine/write/shared_work.hpp"

namespace merganser {

namespace {

constexpr const char *CHECK_SETTING = "merganser_vacuum_retention_check";

} // namespace

bool ChecksVacuumRetention(duckdb::ClientContext &context) {
	duckdb::Value setting;
	return !context.TryGetCurrentSetting(CHECK_SETTING, setting) || setting.IsNull() ||
	       duckdb::BooleanValue::Get(setting);
}

VacuumRequest MakeVacuumRequest(duckdb::ClientContext &context, const TableLocation &location, LogContext log) {
	auto &instance = LakeInstance::Get(context);
	VacuumRequest request;
	request.snapshot = instance.Snapshots().Latest(location, log, 0, instance.GetClock().NowMs());
	request.checks_retention = ChecksVacuumRetention(context);
	request.engine_info = EngineInfo();
	return request;
}

VacuumResult VacuumTable(duckdb::ClientContext &context, const VacuumRequest &request, LogContext log) {
	auto &instance = LakeInstance::Get(context);
	const auto result = RunVacuum(
	    request, CommitEnvironment {log, instance.GetClock(), instance.GetRandom()},
	    [&](size_t count, const std::function<void(size_t)> &work) { ForEachOnAllThreads(context, count, work); });
	instance.Snapshots().Advance(result.newest);
	KeepUp(context, *result.newest);
	return result;
}

void RegisterVacuumSettings(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    CHECK_SETTING, "whether VACUUM refuses to retain less than the table's delta.deletedFileRetentionDuration",
	    duckdb::LogicalType::BOOLEAN, duckdb::Value::BOOLEAN(true));
}

} // namespace merganser
