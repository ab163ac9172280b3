#include "engine/session/isolation_level.hpp"

#include "duckdb/common/string_util.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"

namespace merganser {

namespace {

constexpr const char *ISOLATION_SETTING = "merganser_isolation_level";

std::optional<IsolationLevel> ParseLevel(const duckdb::Value &value) {
	const auto text = value.IsNull() ? std::string() : value.ToString();
	if (text.empty()) {
		return std::nullopt;
	}
	if (duckdb::StringUtil::CIEquals(text, "Serializable")) {
		return IsolationLevel::SERIALIZABLE;
	}
	if (duckdb::StringUtil::CIEquals(text, "WriteSerializable")) {
		return IsolationLevel::WRITE_SERIALIZABLE;
	}
	throw duckdb::InvalidInputException("%s is 'Serializable', 'WriteSerializable' or '' (as the table says), not '%s'",
	                                    ISOLATION_SETTING, text);
}

void CheckLevel(duckdb::ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	ParseLevel(value);
}

} // namespace

void RegisterIsolationLevel(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    ISOLATION_SETTING, "isolation of commits: Serializable, WriteSerializable, or empty for the table's own",
	    duckdb::LogicalType::VARCHAR, duckdb::Value(""), CheckLevel);
}

std::optional<IsolationLevel> SessionIsolation(duckdb::ClientContext &context) {
	duckdb::Value setting;
	return context.TryGetCurrentSetting(ISOLATION_SETTING, setting) ? ParseLevel(setting) : std::nullopt;
}

} // namespace merganser
