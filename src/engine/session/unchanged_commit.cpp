#include "engine/session/unchanged_commit.hpp"

#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"

namespace merganser {

static constexpr const char *UNCHANGED_SETTING = "merganser_commit_unchanged";

bool CommitsUnchanged(duckdb::ClientContext &context) {
	duckdb::Value setting;
	return context.TryGetCurrentSetting(UNCHANGED_SETTING, setting) && !setting.IsNull() &&
	       duckdb::BooleanValue::Get(setting);
}

void RegisterUnchangedCommit(duckdb::DatabaseInstance &db) {
	duckdb::DBConfig::GetConfig(db).AddExtensionOption(
	    UNCHANGED_SETTING, "a statement that could change a table and changes nothing makes a commit all the same",
	    duckdb::LogicalType::BOOLEAN, duckdb::Value::BOOLEAN(false));
}

} // namespace merganser
