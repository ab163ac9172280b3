#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/main/attached_database.hpp"
#include "duckdb/parser/parsed_data/attach_info.hpp"
#include "duckdb/storage/storage_extension.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/lake_transactions.hpp"

namespace merganser {

static NaiveTimestamps ParseNaiveTimestamps(const duckdb::Value &value) {
	auto text = duckdb::StringUtil::Lower(value.ToString());
	if (text == "ntz") {
		return NaiveTimestamps::NTZ;
	}
	if (text == "utc") {
		return NaiveTimestamps::UTC;
	}
	throw duckdb::BinderException("naive_timestamps is 'ntz' (default) or 'utc', not '%s'", value.ToString());
}

//! A number of seconds or an interval ('5 seconds').
static int64_t ParseStaleness(const duckdb::Value &value) {
	auto interval =
	    value.type().IsNumeric()
	        ? duckdb::Interval::FromMicro(int64_t(value.GetValue<double>() * duckdb::Interval::MICROS_PER_SEC))
	        : value.DefaultCastAs(duckdb::LogicalType::INTERVAL).GetValue<duckdb::interval_t>();
	auto milliseconds = duckdb::Interval::GetMilli(interval);
	if (milliseconds < 0) {
		throw duckdb::BinderException("max_staleness cannot be negative: %s", value.ToString());
	}
	return milliseconds;
}

//! DuckDB has taken TYPE and READ_ONLY / READ_WRITE out; every other option is ours to know or to refuse.
static AttachSettings ParseSettings(const duckdb::AttachOptions &options) {
	AttachSettings settings;
	for (auto &option : options.options) {
		auto name = duckdb::StringUtil::Lower(option.first);
		auto &value = option.second;
		if (name == "schema") {
			settings.default_schema = value.ToString();
			LakeLayout::CheckName("schema", settings.default_schema);
		} else if (name == "create") {
			settings.create_root = duckdb::BooleanValue::Get(value.DefaultCastAs(duckdb::LogicalType::BOOLEAN));
		} else if (name == "max_staleness") {
			settings.max_staleness_ms = ParseStaleness(value);
		} else if (name == "naive_timestamps") {
			settings.naive_timestamps = ParseNaiveTimestamps(value);
		} else if (name == "deletion_vectors") {
			settings.deletion_vectors = duckdb::BooleanValue::Get(value.DefaultCastAs(duckdb::LogicalType::BOOLEAN));
		} else {
			throw duckdb::BinderException(
			    "unknown option \"%s\" for ATTACH … (TYPE merganser). Options: READ_ONLY, schema, create, "
			    "max_staleness, naive_timestamps, deletion_vectors",
			    option.first);
		}
	}
	return settings;
}

static void PrepareRoot(const TableLocation &root, const AttachSettings &settings, duckdb::AccessMode access_mode) {
	if (root.store->FolderExists(root.root)) {
		return;
	}
	auto next_step = "create the folder, correct the path, or attach without READ_ONLY and with create = true";
	if (!settings.create_root || access_mode == duckdb::AccessMode::READ_ONLY) {
		throw Error(ErrorKind::NOT_FOUND,
		            "cannot attach \"" + root.name + "\": there is no folder \"" + root.root + "\"; " + next_step);
	}
	root.store->CreateFolder(root.root);
}

//! Only a database has a choice of schemas.
static void CheckSchemaOption(const LakeLayout &layout, const AttachSettings &settings) {
	if (layout.Kind() == LakeLayoutKind::DATABASE || settings.default_schema.empty() ||
	    duckdb::StringUtil::CIEquals(settings.default_schema, layout.DefaultSchema())) {
		return;
	}
	throw duckdb::BinderException(
	    "schema '%s' cannot be chosen: the folder \"%s\" is %s, whose only schema is \"%s\". Leave the option out, or "
	    "attach the parent folder",
	    settings.default_schema, layout.Root().name,
	    layout.Kind() == LakeLayoutKind::TABLE ? "one table" : "one schema (its children are tables)",
	    layout.DefaultSchema());
}

// DuckDB's signature.
static duckdb::unique_ptr<duckdb::Catalog> Attach(duckdb::optional_ptr<duckdb::StorageExtensionInfo> storage_info,
                                                  duckdb::ClientContext &context, duckdb::AttachedDatabase &db,
                                                  const std::string &name, duckdb::AttachInfo &info,
                                                  duckdb::AttachOptions &options) {
	(void)storage_info;
	return AtBorder([&]() -> duckdb::unique_ptr<duckdb::Catalog> {
		auto settings = ParseSettings(options);
		auto root = LakeInstance::Get(context).Locate(info.path);
		PrepareRoot(root, settings, options.access_mode);
		auto layout = LakeLayout::Detect(std::move(root), name, settings.default_schema);
		CheckSchemaOption(layout, settings);
		return duckdb::make_uniq<LakeCatalog>(db, std::move(layout), std::move(settings));
	});
}

static duckdb::unique_ptr<duckdb::TransactionManager>
CreateTransactions(duckdb::optional_ptr<duckdb::StorageExtensionInfo> storage_info, duckdb::AttachedDatabase &db,
                   duckdb::Catalog &catalog) {
	(void)storage_info;
	return duckdb::make_uniq<LakeTransactions>(db, catalog.Cast<LakeCatalog>().Settings().max_staleness_ms);
}

duckdb::shared_ptr<duckdb::StorageExtension> MakeLakeStorage() {
	auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
	extension->attach = Attach;
	extension->create_transaction_manager = CreateTransactions;
	return extension;
}

} // namespace merganser
