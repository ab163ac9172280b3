#include "engine/functions/table_functions.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "engine/functions/application_version.hpp"
#include "engine/functions/clone.hpp"
#include "engine/functions/convert.hpp"
#include "engine/functions/optimize.hpp"
#include "engine/functions/restore.hpp"
#include "engine/functions/row_function.hpp"
#include "engine/functions/table_argument.hpp"
#include "engine/functions/table_changes.hpp"
#include "engine/functions/table_check.hpp"
#include "engine/functions/vacuum.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "log/clustered_by.hpp"
#include "log/commit_history.hpp"
#include "protocol/clustering.hpp"
#include "protocol/table_features.hpp"

namespace merganser {

using duckdb::LogicalType;
using duckdb::Value;

static LogicalType TextMapType() {
	return LogicalType::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR);
}

static Value TextMap(const StringMap &map) {
	duckdb::vector<Value> keys;
	duckdb::vector<Value> values;
	for (auto &entry : map) {
		keys.emplace_back(entry.first);
		values.emplace_back(entry.second);
	}
	return Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(keys), std::move(values));
}

static Value OptionalText(const std::optional<std::string> &text) {
	return text ? Value(*text) : Value(LogicalType::VARCHAR);
}

static Value TextList(const std::vector<std::string> &texts) {
	duckdb::vector<Value> values;
	for (auto &text : texts) {
		values.emplace_back(text);
	}
	return Value::LIST(LogicalType::VARCHAR, std::move(values));
}

static std::optional<uint64_t> LimitOf(duckdb::TableFunctionBindInput &input) {
	auto limit = input.named_parameters.find("max_versions");
	if (limit == input.named_parameters.end() || limit->second.IsNull()) {
		return std::nullopt;
	}
	auto count = limit->second.GetValue<int64_t>();
	if (count < 0) {
		throw duckdb::BinderException("merganser_history: max_versions cannot be negative: %d", count);
	}
	return uint64_t(count);
}

static duckdb::vector<Value> HistoryRow(const HistoryEntry &entry) {
	auto info = entry.info.value_or(CommitInfo());
	return {Value::BIGINT(entry.version),
	        TimestampValue(entry.timestamp_ms),
	        OptionalText(info.operation),
	        TextMap(info.operation_parameters),
	        TextMap(info.operation_metrics),
	        OptionalText(info.engine_info),
	        info.is_blind_append ? Value::BOOLEAN(*info.is_blind_append) : Value(LogicalType::BOOLEAN),
	        info.read_version ? Value::BIGINT(*info.read_version) : Value(LogicalType::BIGINT),
	        OptionalText(info.isolation_level),
	        OptionalText(info.user_metadata),
	        OptionalText(info.txn_id)};
}

static RowSet History(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input) {
	auto snapshot = ResolveTable(context, "merganser_history", input.inputs[0]).snapshot;
	RowSet rows;
	rows.AddColumn("version", LogicalType::BIGINT);
	rows.AddColumn("timestamp", LogicalType::TIMESTAMP_TZ);
	rows.AddColumn("operation", LogicalType::VARCHAR);
	rows.AddColumn("operation_parameters", TextMapType());
	rows.AddColumn("operation_metrics", TextMapType());
	rows.AddColumn("engine", LogicalType::VARCHAR);
	rows.AddColumn("is_blind_append", LogicalType::BOOLEAN);
	rows.AddColumn("read_version", LogicalType::BIGINT);
	rows.AddColumn("isolation_level", LogicalType::VARCHAR);
	rows.AddColumn("user_metadata", LogicalType::VARCHAR);
	rows.AddColumn("txn_id", LogicalType::VARCHAR);
	for (auto &entry : AtBorder([&] { return ReadHistory(snapshot->location, LimitOf(input)); })) {
		rows.rows.push_back(HistoryRow(entry));
	}
	return rows;
}

static std::vector<std::string> ClusteringNames(const Snapshot &snapshot) {
	std::vector<std::string> names;
	AtBorder([&] {
		for (auto &path : LogicalNames(snapshot.configuration->GetSchema(), ClusteringColumnsOf(snapshot))) {
			names.push_back(PathText(path));
		}
	});
	return names;
}

static RowSet Detail(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input) {
	auto table = ResolveTable(context, "merganser_detail", input.inputs[0]);
	auto &snapshot = table.snapshot;
	auto &metadata = snapshot->configuration->GetMetadata();
	auto &protocol = snapshot->configuration->GetProtocol();
	RowSet rows;
	duckdb::vector<Value> row;
	auto add = [&](const std::string &name, const LogicalType &type, Value value) {
		rows.AddColumn(name, type);
		row.push_back(std::move(value));
	};
	add("format", LogicalType::VARCHAR, Value("delta"));
	add("id", LogicalType::VARCHAR, Value(metadata.id));
	add("name", LogicalType::VARCHAR, Value(table.name));
	add("description", LogicalType::VARCHAR, OptionalText(metadata.description));
	add("location", LogicalType::VARCHAR, Value(snapshot->location.root));
	add("created_at", LogicalType::TIMESTAMP_TZ,
	    metadata.created_time ? TimestampValue(*metadata.created_time) : Value(LogicalType::TIMESTAMP_TZ));
	add("version", LogicalType::BIGINT, Value::BIGINT(snapshot->version));
	add("last_modified", LogicalType::TIMESTAMP_TZ, TimestampValue(snapshot->timestamp_ms));
	add("partition_columns", LogicalType::LIST(LogicalType::VARCHAR), TextList(metadata.partition_columns));
	add("clustering_columns", LogicalType::LIST(LogicalType::VARCHAR), TextList(ClusteringNames(*snapshot)));
	add("num_files", LogicalType::BIGINT, Value::BIGINT(int64_t(snapshot->files.LiveCount())));
	add("size_in_bytes", LogicalType::BIGINT, Value::BIGINT(int64_t(snapshot->files.LiveBytes())));
	add("properties", TextMapType(), TextMap(metadata.configuration));
	add("min_reader_version", LogicalType::INTEGER, Value::INTEGER(protocol.min_reader_version));
	add("min_writer_version", LogicalType::INTEGER, Value::INTEGER(protocol.min_writer_version));
	auto features = protocol.writer_features.value_or(std::vector<std::string>());
	add("table_features", LogicalType::LIST(LogicalType::VARCHAR), TextList(features));
	rows.rows.push_back(std::move(row));
	return rows;
}

static Value PartitionMap(const Snapshot &snapshot, const FileBatch &batch, uint32_t row) {
	duckdb::vector<Value> keys;
	duckdb::vector<Value> values;
	auto &columns = snapshot.configuration->GetMetadata().partition_columns;
	for (size_t i = 0; i < columns.size(); i++) {
		keys.emplace_back(columns[i]);
		values.push_back(OptionalText(batch.PartitionDictionary(i)[batch.PartitionCode(i, row)]));
	}
	return Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(keys), std::move(values));
}

static RowSet Files(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input) {
	auto snapshot = ResolveTable(context, "merganser_files", input.inputs[0]).snapshot;
	RowSet rows;
	rows.AddColumn("path", LogicalType::VARCHAR);
	rows.AddColumn("size_in_bytes", LogicalType::BIGINT);
	rows.AddColumn("modification_time", LogicalType::TIMESTAMP_TZ);
	rows.AddColumn("partition_values", TextMapType());
	rows.AddColumn("num_records", LogicalType::BIGINT);
	rows.AddColumn("num_deleted_records", LogicalType::BIGINT);
	rows.AddColumn("commit_version", LogicalType::BIGINT);
	AtBorder([&] {
		snapshot->files.ForEachLive([&](FileRef file) {
			auto &batch = snapshot->files.BatchOf(file);
			auto records = batch.Statistics({})->num_records[file.row];
			auto deleted = batch.DeletionVector(file.row);
			auto version = batch.CommitVersion(file.row);
			rows.rows.push_back(
			    {Value(std::string(batch.Path(file.row))), Value::BIGINT(int64_t(batch.SizeBytes(file.row))),
			     TimestampValue(batch.ModificationTime(file.row)), PartitionMap(*snapshot, batch, file.row),
			     records < 0 ? Value(LogicalType::BIGINT) : Value::BIGINT(records),
			     Value::BIGINT(deleted ? deleted->cardinality : 0),
			     version < 0 ? Value(LogicalType::BIGINT) : Value::BIGINT(version)});
		});
	});
	return rows;
}

static const char *WriteSupport(FeatureSupport support) {
	switch (support) {
	case FeatureSupport::READ_WRITE:
		return "yes";
	case FeatureSupport::WRITE_IF_INACTIVE:
		return "while unused";
	default:
		return "no";
	}
}

static RowSet Features(duckdb::ClientContext &, duckdb::TableFunctionBindInput &) {
	RowSet rows;
	rows.AddColumn("feature", LogicalType::VARCHAR);
	rows.AddColumn("is_reader_feature", LogicalType::BOOLEAN);
	rows.AddColumn("min_reader_version", LogicalType::INTEGER);
	rows.AddColumn("min_writer_version", LogicalType::INTEGER);
	rows.AddColumn("read", LogicalType::BOOLEAN);
	rows.AddColumn("write", LogicalType::VARCHAR);
	const auto version = [](int32_t number) {
		return number ? Value::INTEGER(number) : Value(LogicalType::INTEGER);
	};
	for (auto &feature : TableFeatures()) {
		rows.rows.push_back({Value(std::string(feature.name)), Value::BOOLEAN(feature.is_reader_feature),
		                     version(feature.legacy_reader_version), version(feature.legacy_writer_version),
		                     Value::BOOLEAN(feature.support != FeatureSupport::NONE),
		                     Value(WriteSupport(feature.support))});
	}
	return rows;
}

static RowSet StoreCalls(duckdb::ClientContext &context, duckdb::TableFunctionBindInput &input) {
	const bool do_reset = IsTrue(input, "reset");
	RowSet rows;
	rows.AddColumn("store", LogicalType::VARCHAR);
	rows.AddColumn("call", LogicalType::VARCHAR);
	rows.AddColumn("count", LogicalType::BIGINT);
	for (auto &store : LakeInstance::Get(context).Stores()) {
		auto counts = store->Counts();
		for (size_t kind = 0; kind < STORE_CALL_KINDS; kind++) {
			auto call = static_cast<StoreCall>(kind);
			rows.rows.push_back(
			    {Value(store->Name()), Value(std::string(NameOf(call))), Value::BIGINT(int64_t(counts.Of(call)))});
		}
		if (do_reset) {
			store->Reset();
		}
	}
	return rows;
}

void RegisterTableFunctions(duckdb::ExtensionLoader &loader) {
	auto history = MakeRowFunction<History>("merganser_history", {LogicalType::VARCHAR});
	history.named_parameters["max_versions"] = LogicalType::BIGINT;
	loader.RegisterFunction(history);
	loader.RegisterFunction(MakeRowFunction<Detail>("merganser_detail", {LogicalType::VARCHAR}));
	loader.RegisterFunction(MakeRowFunction<Files>("merganser_files", {LogicalType::VARCHAR}));
	loader.RegisterFunction(MakeRowFunction<Features>("merganser_features", {}));
	auto calls = MakeRowFunction<StoreCalls>("merganser_store_calls", {});
	calls.named_parameters["reset"] = LogicalType::BOOLEAN;
	loader.RegisterFunction(calls);
	loader.RegisterFunction(MakeRestore());
	loader.RegisterFunction(MakeSetTxn());
	loader.RegisterFunction(MakeTransactions());
	loader.RegisterFunction(MakeOptimize());
	loader.RegisterFunction(MakeTableChanges());
	loader.RegisterFunction(MakeTableCheck());
	loader.RegisterFunction(MakeClone());
	loader.RegisterFunction(MakeConvert());
	RegisterVacuum(loader);
}

} // namespace merganser
