#define DUCKDB_EXTENSION_MAIN

#include "duckdb.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/register.hpp"

extern "C" {

//! What DuckDB calls at LOAD.
DUCKDB_CPP_EXTENSION_ENTRY(merganser, loader) {
	merganser::RegisterMerganser(loader.GetDatabaseInstance());
}
}
