#include "engine/functions/restore.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "engine/functions/changing_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "txn/restore.hpp"

#include <optional>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *RESTORE_NAME = "merganser_restore";

struct RestoreCall : public ChangingCall {
	explicit RestoreCall(duckdb::Catalog &catalog_p) : catalog(catalog_p) {
	}

	duckdb::Catalog &catalog;
	TableLocation location;
	std::optional<int64_t> version;
	duckdb::timestamp_tz_t timestamp;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &) const override {
		auto &transaction = LakeTransaction::Get(context, catalog);
		transaction.CheckMayWrite(context, location);
		const auto current = transaction.View(context, location);
		const auto target = transaction.ViewAtVersion(context, location, TargetVersion(context));
		RestoreCounts counts;
		auto change = AtBorder([&] {
			auto planned = PlanRestore(*current, *target, LakeInstance::Get(context).GetClock().NowMs(), counts);
			CheckAddedFilesExist(location, planned);
			return planned;
		});
		if (!change.IsEmpty()) {
			change.operation_parameters["version"] = version ? std::to_string(*version) : "null";
			change.operation_parameters["timestamp"] =
			    version ? "null" : "\"" + Value::TIMESTAMPTZ(timestamp).ToString() + "\"";
			transaction.MarkWholeTableRead(location);
			transaction.Stage(context, location, std::move(change));
		}
		return {{Value::BIGINT(int64_t(counts.bytes_after)), Value::BIGINT(int64_t(counts.files_after)),
		         Value::BIGINT(int64_t(counts.removed_files)), Value::BIGINT(int64_t(counts.restored_files)),
		         Value::BIGINT(int64_t(counts.removed_bytes)), Value::BIGINT(int64_t(counts.restored_bytes))}};
	}

private:
	int64_t TargetVersion(duckdb::ClientContext &context) const {
		if (version) {
			return *version;
		}
		const auto time_ms = duckdb::Timestamp::GetEpochMs(duckdb::timestamp_t(timestamp.value));
		ClientCancelToken cancel(context);
		return AtBorder([&] {
			return VersionAtTimestamp(location, LogContext {LakeInstance::Get(context).Parquet(), cancel}, time_ms);
		});
	}
};

duckdb::unique_ptr<duckdb::FunctionData> BindRestore(duckdb::ClientContext &context,
                                                     duckdb::TableFunctionBindInput &input,
                                                     duckdb::vector<LogicalType> &types,
                                                     duckdb::vector<std::string> &names) {
	const auto version = input.named_parameters.find("version");
	const auto timestamp = input.named_parameters.find("timestamp");
	const bool has_version = version != input.named_parameters.end() && !version->second.IsNull();
	const bool has_timestamp = timestamp != input.named_parameters.end() && !timestamp->second.IsNull();
	if (has_version == has_timestamp) {
		throw duckdb::BinderException("%s needs one of version => 3 and \"timestamp\" => TIMESTAMPTZ '2026-01-31 "
		                              "12:00:00+00' (in quotes: DuckDB's grammar asks for them)",
		                              RESTORE_NAME);
	}
	auto table = ResolveChangedTable(context, RESTORE_NAME, input);
	auto call = duckdb::make_uniq<RestoreCall>(*table.catalog);
	call->location = table.snapshot->location;
	if (has_version) {
		call->version = version->second.GetValue<int64_t>();
	} else {
		call->timestamp = timestamp->second.GetValue<duckdb::timestamp_tz_t>();
	}
	names = {"table_size_after_restore", "num_of_files_after_restore", "num_removed_files",
	         "num_restored_files",       "removed_files_size",         "restored_files_size"};
	types.assign(names.size(), LogicalType::BIGINT);
	return call;
}

} // namespace

duckdb::TableFunction MakeRestore() {
	auto function = MakeChangingFunction(RESTORE_NAME, {LogicalType::VARCHAR}, BindRestore);
	function.named_parameters["version"] = LogicalType::BIGINT;
	function.named_parameters["timestamp"] = LogicalType::TIMESTAMP_TZ;
	return function;
}

} // namespace merganser
