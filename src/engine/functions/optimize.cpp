#include "engine/functions/optimize.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/client_context.hpp"
#include "engine/functions/changing_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/maintain/optimize_run.hpp"
#include "engine/maintain/partition_filter.hpp"
#include "engine/port/error_border.hpp"
#include "protocol/table_properties.hpp"

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *OPTIMIZE_NAME = "merganser_optimize";

void CheckOutsideOfTransaction(duckdb::ClientContext &context) {
	if (!context.transaction.IsAutoCommit()) {
		throw duckdb::TransactionException("%s commits by itself, batch by batch: run it outside of BEGIN … COMMIT",
		                                   OPTIMIZE_NAME);
	}
}

struct OptimizeCall : public ChangingCall {
	explicit OptimizeCall(duckdb::Catalog &catalog_p) : catalog(catalog_p) {
	}

	duckdb::Catalog &catalog;
	OptimizeRequest request;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &progress) const override {
		CheckOutsideOfTransaction(context);
		const auto counts = RunOptimize(context, catalog, request, progress);
		duckdb::vector<Value> row;
		for (const auto count : {counts.added_files, counts.removed_files, counts.added_bytes, counts.removed_bytes,
		                         counts.files_before, counts.files_before - counts.removed_files + counts.added_files,
		                         counts.bytes_before, counts.bytes_before - counts.removed_bytes + counts.added_bytes,
		                         counts.removed_vectors, counts.partitions, counts.commits}) {
			row.push_back(Value::BIGINT(int64_t(count)));
		}
		return {row};
	}
};

const Value *ParameterOf(const duckdb::TableFunctionBindInput &input, const char *name) {
	const auto found = input.named_parameters.find(name);
	return found == input.named_parameters.end() || found->second.IsNull() ? nullptr : &found->second;
}

void TakeParameters(const duckdb::TableFunctionBindInput &input, OptimizeRequest &request) {
	if (const auto *where = ParameterOf(input, "where")) {
		request.where = where->GetValue<std::string>();
		if (request.where.empty()) {
			throw duckdb::BinderException("%s: \"where\" is a condition on partition columns, not ''", OPTIMIZE_NAME);
		}
	}
	if (const auto *columns = ParameterOf(input, "cluster_by")) {
		for (const auto &column : duckdb::ListValue::GetChildren(*columns)) {
			if (column.IsNull()) {
				throw duckdb::BinderException("%s: cluster_by takes names of columns, not NULL", OPTIMIZE_NAME);
			}
			request.cluster_by.push_back(column.GetValue<std::string>());
		}
	}
	if (const auto *size = ParameterOf(input, "target_file_size")) {
		const auto text = size->GetValue<std::string>();
		request.target_file_size_bytes = TryParseByteSize(text);
		if (!request.target_file_size_bytes) {
			throw duckdb::BinderException("%s: target_file_size is a number of bytes, or '64mb', not '%s'",
			                              OPTIMIZE_NAME, text);
		}
	}
	if (const auto *purge = ParameterOf(input, "purge")) {
		request.purge = purge->GetValue<bool>();
	}
}

duckdb::unique_ptr<duckdb::FunctionData> BindOptimize(duckdb::ClientContext &context,
                                                      duckdb::TableFunctionBindInput &input,
                                                      duckdb::vector<LogicalType> &types,
                                                      duckdb::vector<std::string> &names) {
	CheckOutsideOfTransaction(context);
	auto table = ResolveChangedTable(context, OPTIMIZE_NAME, input);
	auto call = duckdb::make_uniq<OptimizeCall>(*table.catalog);
	call->request.location = table.snapshot->location;
	TakeParameters(input, call->request);
	if (!call->request.where.empty()) {
		PartitionFilter(context, OPTIMIZE_NAME, *table.snapshot, call->request.where);
	}
	// As the table spells them, which is what is remembered with the files.
	const auto &fields = table.snapshot->configuration->GetSchema().fields;
	std::vector<std::string> spelled;
	for (const auto column : ClusterColumnsOf(*table.snapshot, call->request.cluster_by)) {
		spelled.push_back(fields[column].name);
	}
	call->request.cluster_by = std::move(spelled);
	AtBorder([&] { table.snapshot->configuration->CheckWritable(); });
	names = {"num_files_added",   "num_files_removed", "num_bytes_added",
	         "num_bytes_removed", "num_files_before",  "num_files_after",
	         "num_bytes_before",  "num_bytes_after",   "num_deletion_vectors_removed",
	         "num_partitions",    "num_commits"};
	types.assign(names.size(), LogicalType::BIGINT);
	return call;
}

} // namespace

duckdb::TableFunction MakeOptimize() {
	auto function = MakeChangingFunction(OPTIMIZE_NAME, {LogicalType::VARCHAR}, BindOptimize);
	function.named_parameters["where"] = LogicalType::VARCHAR;
	function.named_parameters["cluster_by"] = LogicalType::LIST(LogicalType::VARCHAR);
	function.named_parameters["target_file_size"] = LogicalType::VARCHAR;
	function.named_parameters["purge"] = LogicalType::BOOLEAN;
	return function;
}

} // namespace merganser
