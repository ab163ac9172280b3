#include "engine/functions/restore.hpp"

#include "engine/functions/changing_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/functions/version_argument.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transaction.hpp"
#include "txn/restore.hpp"

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
	VersionArgument past;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &) const override {
		auto &transaction = LakeTransaction::Get(context, catalog);
		transaction.CheckMayWrite(context, location);
		const auto current = transaction.View(context, location);
		const auto target = transaction.ViewAtVersion(context, location, past.Resolve(context, location));
		RestoreCounts counts;
		auto change = AtBorder([&] {
			auto planned = PlanRestore(*current, *target, LakeInstance::Get(context).GetClock().NowMs(), counts);
			CheckAddedFilesExist(location, planned);
			return planned;
		});
		if (!change.IsEmpty()) {
			change.operation_parameters["version"] = past.version ? std::to_string(*past.version) : "null";
			change.operation_parameters["timestamp"] =
			    past.version ? "null" : "\"" + Value::TIMESTAMPTZ(*past.timestamp).ToString() + "\"";
			transaction.MarkWholeTableRead(location);
			transaction.Stage(context, location, std::move(change));
		}
		return {{Value::BIGINT(int64_t(counts.bytes_after)), Value::BIGINT(int64_t(counts.files_after)),
		         Value::BIGINT(int64_t(counts.removed_files)), Value::BIGINT(int64_t(counts.restored_files)),
		         Value::BIGINT(int64_t(counts.removed_bytes)), Value::BIGINT(int64_t(counts.restored_bytes))}};
	}
};

duckdb::unique_ptr<duckdb::FunctionData> BindRestore(duckdb::ClientContext &context,
                                                     duckdb::TableFunctionBindInput &input,
                                                     duckdb::vector<LogicalType> &types,
                                                     duckdb::vector<std::string> &names) {
	const auto past = ReadVersionArgument(RESTORE_NAME, input);
	if (!past.IsGiven()) {
		ThrowVersionNeeded(RESTORE_NAME);
	}
	auto table = ResolveChangedTable(context, RESTORE_NAME, input);
	auto call = duckdb::make_uniq<RestoreCall>(*table.catalog);
	call->location = table.snapshot->location;
	call->past = past;
	names = {"table_size_after_restore", "num_of_files_after_restore", "num_removed_files",
	         "num_restored_files",       "removed_files_size",         "restored_files_size"};
	types.assign(names.size(), LogicalType::BIGINT);
	return call;
}

} // namespace

duckdb::TableFunction MakeRestore() {
	auto function = MakeChangingFunction(RESTORE_NAME, {LogicalType::VARCHAR}, BindRestore);
	AddVersionParameters(function);
	return function;
}

} // namespace merganser
