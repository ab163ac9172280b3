#pragma once

#include "duckdb.hpp"
#include "duckdb/common/open_file_info.hpp"
#include "store/object_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace merganser {

//! Lets DuckDB's Parquet reader and writer work on an ObjectStore: paths `merganser-store://<id>/<path>`. One per
//! database instance. Files opened for writing are ObjectWriters: invisible until FinishWrittenFile says so, gone when
//! they are not finished.
class StoreFileSystem;

//! Registers the file system on the instance at first use.
StoreFileSystem &GetStoreFileSystem(duckdb::DatabaseInstance &db);

//! The path under which DuckDB reads `path` of the store: the local path where there is one, else a merganser-store
//! path.
std::string ReadPath(duckdb::DatabaseInstance &db, const std::shared_ptr<ObjectStore> &store, const std::string &path);
//! The same for a file that is read once: its bytes do not go into DuckDB's cache of external files. `store` must live
//! while it is read.
duckdb::OpenFileInfo ReadOnceFile(duckdb::DatabaseInstance &db, ObjectStore &store, const std::string &path);
//! The path under which DuckDB writes a new object.
std::string WritePath(duckdb::DatabaseInstance &db, const std::shared_ptr<ObjectStore> &store, const std::string &path);
//! The same for a store that the caller keeps alive until the file is finished or aborted.
std::string WritePath(duckdb::DatabaseInstance &db, ObjectStore &store, const std::string &path);
//! What DuckDB writes to the file from here on is held back, in memory, until ReplaceHeldBytes. Requires: no other
//! thread writes the file now.
void HoldWrittenBytes(duckdb::DatabaseInstance &db, const std::string &write_path);
//! After DuckDB closed the file: writes what `replace` makes of the bytes that were held back.
void ReplaceHeldBytes(duckdb::DatabaseInstance &db, const std::string &write_path,
                      const std::function<std::string(std::string_view)> &replace);
//! After DuckDB closed the file: makes it durable and visible. Returns its size. Throws IO, ALREADY_EXISTS, INTERNAL
//! for an unknown path.
uint64_t FinishWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path);
//! The same where losing the race for the name is an expected outcome.
PutOutcome TryFinishWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path, uint64_t &size_bytes);
//! Throws the unfinished file away. Never throws.
void AbortWrittenFile(duckdb::DatabaseInstance &db, const std::string &write_path);

} // namespace merganser
