// The loadable extension lives in a host that has its own bundled extensions. This stands in for DuckDB's generated
// loader, which would pull all of them into the file again.

#include "duckdb/main/extension_helper.hpp"

namespace duckdb {

vector<string> LinkedExtensions();

vector<string> LinkedExtensions() {
	return {};
}

void ExtensionHelper::LoadAllExtensions(DuckDB &) {
}

ExtensionLoadResult ExtensionHelper::LoadExtension(DuckDB &, const std::string &) {
	return ExtensionLoadResult::NOT_LOADED;
}

vector<string> ExtensionHelper::LoadedExtensionTestPaths() {
	return {};
}

} // namespace duckdb
