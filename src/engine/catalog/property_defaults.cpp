#include "engine/catalog/property_defaults.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"

namespace merganser {

void RegisterPropertyDefaults(duckdb::DatabaseInstance &db) {
	const auto type = duckdb::LogicalType::MAP(duckdb::LogicalType::VARCHAR, duckdb::LogicalType::VARCHAR);
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    PROPERTY_DEFAULTS_SETTING, "table properties that CREATE TABLE takes where its WITH does not name them", type,
	    duckdb::Value::MAP(duckdb::LogicalType::VARCHAR, duckdb::LogicalType::VARCHAR, {}, {}));
}

StringMap PropertyDefaults(duckdb::ClientContext &context) {
	StringMap properties;
	duckdb::Value setting;
	if (!context.TryGetCurrentSetting(PROPERTY_DEFAULTS_SETTING, setting) || setting.IsNull()) {
		return properties;
	}
	for (const auto &entry : duckdb::MapValue::GetChildren(setting)) {
		const auto &pair = duckdb::StructValue::GetChildren(entry);
		if (pair[1].IsNull()) {
			throw duckdb::BinderException("%s: the value of \"%s\" is NULL", PROPERTY_DEFAULTS_SETTING,
			                              pair[0].ToString());
		}
		properties[pair[0].ToString()] = pair[1].ToString();
	}
	return properties;
}

} // namespace merganser
