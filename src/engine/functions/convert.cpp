#include "engine/functions/convert.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/connection.hpp"
#include "engine/functions/changing_function.hpp"
#include "engine/port/error_border.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/port/type_map.hpp"
#include "engine/session/engine_version.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/write/shared_work.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/spark_types.hpp"
#include "protocol/table_configuration.hpp"
#include "txn/commit_loop.hpp"
#include "upkeep/parquet_folder.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr const char *CONVERT_NAME = "merganser_convert";

//! The types that were given for partition columns.
using PartitionTypes = std::map<std::string, DataTypePtr>;

PartitionTypes PartitionTypesOf(const Value &columns) {
	PartitionTypes types;
	for (const auto &entry : duckdb::ListValue::GetChildren(columns)) {
		const auto &column = duckdb::StructValue::GetChildren(entry);
		const auto text = column[1].ToString();
		const auto type = FindSparkType(LowerName(text));
		if (!type) {
			throw duckdb::BinderException("%s: \"%s\" of partition column \"%s\" is no type of Spark's SQL that can "
			                              "partition a table, as are STRING, INT, BIGINT, DATE",
			                              CONVERT_NAME, text, column[0].ToString());
		}
		types[column[0].ToString()] = *type;
	}
	return types;
}

void CheckPartitionTypes(const TableLocation &location, const ParquetFolder &folder, const PartitionTypes &types) {
	const auto &columns = folder.partition_columns;
	const bool all_there =
	    std::all_of(columns.begin(), columns.end(), [&](const std::string &column) { return types.contains(column); });
	if (!types.empty() && !(all_there && types.size() == columns.size())) {
		std::string found;
		for (const auto &column : columns) {
			found += (found.empty() ? "" : ", ") + column;
		}
		throw duckdb::BinderException("%s: the folders of \"%s\" are partitioned by (%s), and the columns that are "
		                              "given are others. Name these, or none",
		                              CONVERT_NAME, location.name, found);
	}
}

//! The columns of all files together, as DuckDB reads them; those of partitions last, of the types that are given or
//! that it finds in the names of the folders.
Schema SchemaOf(duckdb::ClientContext &context, const TableLocation &location, const ParquetFolder &folder,
                const PartitionTypes &partition_types) {
	duckdb::vector<Value> paths;
	for (const auto &file : folder.files) {
		const auto path = location.store->LocalPath(location.root + "/" + file.path);
		if (!path) {
			throw duckdb::NotImplementedException("%s: \"%s\" is not on a local disk", CONVERT_NAME, location.name);
		}
		paths.emplace_back(*path);
	}
	// Reads footers only; a connection of its own, as the client's is busy with this statement.
	duckdb::Connection connection(*context.db);
	auto result = connection.Query("FROM read_parquet(" + Value::LIST(LogicalType::VARCHAR, paths).ToSQLString() +
	                               ", union_by_name => true, hive_partitioning => " +
	                               (folder.partition_columns.empty() ? "false" : "true") + ") LIMIT 0");
	if (result->HasError()) {
		result->GetErrorObject().Throw(std::string(CONVERT_NAME) + ": ");
	}
	Schema schema;
	for (size_t i = 0; i < result->names.size(); i++) {
		StructField field;
		field.name = result->names[i];
		if (const auto given = partition_types.find(field.name); given != partition_types.end()) {
			field.type = given->second;
			schema.fields.push_back(std::move(field));
			continue;
		}
		field.type = ToDeltaType(result->types[i], field.name, NaiveTimestamps::NTZ);
		// A Parquet file's VARIANT may be shredded, which the table's readers need not understand.
		if (ToDuckDBType(*field.type) != result->types[i] || field.type->kind == TypeKind::VARIANT) {
			throw duckdb::NotImplementedException(
			    "%s: column \"%s\" of \"%s\" is %s, which a Delta table cannot hold as it is stored. Write the rows "
			    "into a new table: CREATE TABLE … AS FROM read_parquet(…)",
			    CONVERT_NAME, field.name, location.name, result->types[i].ToString());
		}
		schema.fields.push_back(std::move(field));
	}
	return schema;
}

//! A partition column that the files have too would be two columns of one name.
void CheckPartitionColumns(const ParquetFolder &folder, const std::vector<ParquetFooterSummary> &footers) {
	for (size_t i = 0; i < footers.size(); i++) {
		for (const auto &leaf : footers[i].leaf_types) {
			const auto &columns = folder.partition_columns;
			if (std::find(columns.begin(), columns.end(), leaf.first[0]) != columns.end()) {
				throw duckdb::BinderException("%s: \"%s\" holds the column \"%s\", by which its folder is named too",
				                              CONVERT_NAME, folder.files[i].path, leaf.first[0]);
			}
		}
	}
}

struct ConvertCall : public ChangingCall {
	TableLocation location;
	PartitionTypes partition_types;

	std::vector<duckdb::vector<Value>> Run(duckdb::ClientContext &context, WorkProgress &) const override {
		if (!context.transaction.IsAutoCommit()) {
			throw duckdb::TransactionException("%s cannot run inside of BEGIN: the new table is there at once. COMMIT "
			                                   "or ROLLBACK first. Nothing was changed",
			                                   CONVERT_NAME);
		}
		auto folder = AtBorder([&] { return ListParquetFolder(location); });
		CheckPartitionTypes(location, folder, partition_types);
		const auto schema = AtBorder([&] { return SchemaOf(context, location, folder, partition_types); });
		const auto footers = ReadFooters(context, folder, schema);
		CheckPartitionColumns(folder, footers);
		const auto result =
		    AtBorder([&] { return Commit(context, PlanConvert(folder, schema, footers, NewTable(context))); });
		if (result.outcome != CommitOutcome::COMMITTED) {
			throw duckdb::TransactionException("%s: %s", CONVERT_NAME, result.message);
		}
		LakeInstance::Get(context).Snapshots().Advance(result.snapshot);
		duckdb::vector<Value> partitions(folder.partition_columns.begin(), folder.partition_columns.end());
		return {{Value::BIGINT(result.version), Value::BIGINT(int64_t(folder.files.size())),
		         Value::BIGINT(int64_t(folder.bytes)), Value::LIST(LogicalType::VARCHAR, std::move(partitions))}};
	}

private:
	static Metadata NewTable(duckdb::ClientContext &context) {
		auto &instance = LakeInstance::Get(context);
		Metadata metadata;
		metadata.id = instance.GetRandom().Uuid();
		metadata.created_time = instance.GetClock().NowMs();
		return metadata;
	}

	std::vector<ParquetFooterSummary> ReadFooters(duckdb::ClientContext &context, const ParquetFolder &folder,
	                                              const Schema &schema) const {
		Schema stored;
		for (const auto &field : schema.fields) {
			const auto &partitions = folder.partition_columns;
			if (std::find(partitions.begin(), partitions.end(), field.name) == partitions.end()) {
				stored.fields.push_back(field);
			}
		}
		const auto leaves = LeafColumns(stored);
		std::vector<ParquetFooterSummary> footers(folder.files.size());
		AtBorder([&] {
			ForEachOnAllThreads(context, footers.size(), [&](size_t i) {
				const auto &file = folder.files[i];
				footers[i] =
				    ReadFooterSummary(*location.store, location.root + "/" + file.path, file.size_bytes, leaves);
			});
		});
		return footers;
	}

	CommitResult Commit(duckdb::ClientContext &context, TableChange change) const {
		auto &instance = LakeInstance::Get(context);
		ClientCancelToken cancel(context);
		CommitRequest request;
		request.location = location;
		request.change = std::move(change);
		request.engine_info = EngineInfo();
		return CommitChange(request, CommitEnvironment {LogContext {instance.Parquet(), cancel}, instance.GetClock(),
		                                                instance.GetRandom()});
	}
};

duckdb::unique_ptr<duckdb::FunctionData> BindConvert(duckdb::ClientContext &context,
                                                     duckdb::TableFunctionBindInput &input,
                                                     duckdb::vector<LogicalType> &types,
                                                     duckdb::vector<std::string> &names) {
	if (input.inputs[0].IsNull() || input.inputs[0].ToString().empty()) {
		throw duckdb::BinderException("%s needs the folder that holds the Parquet files", CONVERT_NAME);
	}
	auto call = duckdb::make_uniq<ConvertCall>();
	call->location = AtBorder([&] { return LakeInstance::Get(context).Locate(input.inputs[0].ToString()); });
	const auto partitioned_by = input.named_parameters.find("partitioned_by");
	if (partitioned_by != input.named_parameters.end() && !partitioned_by->second.IsNull()) {
		call->partition_types = PartitionTypesOf(partitioned_by->second);
	}
	names = {"version", "num_files", "size_in_bytes", "partition_columns"};
	types = {LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::LIST(LogicalType::VARCHAR)};
	return call;
}

} // namespace

duckdb::TableFunction MakeConvert() {
	auto function = MakeChangingFunction(CONVERT_NAME, {LogicalType::VARCHAR}, BindConvert);
	function.named_parameters["partitioned_by"] = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR);
	return function;
}

} // namespace merganser
