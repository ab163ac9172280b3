#pragma once

#include "duckdb.hpp"
#include "engine/parquet/parquet_splice.hpp"
#include "engine/port/parquet_file.hpp"
#include "engine/port/store_file_system.hpp"
#include "store/local_store.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace merganser {

//! Writes Parquet files from queries, and reads them back with DuckDB.
class ParquetTest : public testing::Test {
protected:
	ParquetTest() : db(nullptr), connection(db) {
		std::string pattern = std::filesystem::temp_directory_path() / "merganser_parquet_XXXXXX";
		folder = mkdtemp(pattern.data());
		connection.BeginTransaction();
		options["codec"] = {duckdb::Value("snappy")};
	}
	~ParquetTest() override {
		std::filesystem::remove_all(folder);
	}

	duckdb::ClientContext &Context() {
		return *connection.context;
	}
	std::string Path(const std::string &name) const {
		return folder + "/" + name;
	}
	duckdb::unique_ptr<duckdb::MaterializedQueryResult> Query(const std::string &sql) {
		auto result = connection.Query(sql);
		if (result->HasError()) {
			throw std::runtime_error(result->GetError() + "\n" + sql);
		}
		return result;
	}
	duckdb::unique_ptr<duckdb::ColumnDataCollection> Rows(const std::string &sql) {
		const auto result = Query(sql);
		auto rows = duckdb::make_uniq<duckdb::ColumnDataCollection>(Context(), result->types);
		for (auto &chunk : result->Collection().Chunks()) {
			rows->Append(chunk);
		}
		return rows;
	}
	//! The format of a query's columns.
	ParquetFormat Format(const std::string &sql) {
		const auto result = Query(sql + " LIMIT 0");
		return ParquetFormat(Context(), result->names, result->types, options);
	}
	NewChunks Encoded(const ParquetFormat &format, const std::string &sql) {
		NewChunks chunks;
		chunks.encoded.push_back(std::make_unique<EncodedColumns>(Context(), format, Rows(sql)));
		chunks.row_count = chunks.encoded.front()->RowCount();
		return chunks;
	}
	uint64_t WriteFile(const std::string &name, const std::vector<std::string> &row_groups) {
		const auto format = Format(row_groups.front());
		ParquetFile file(Context(), format, WritePath(*Context().db, store, Path(name)));
		for (const auto &row_group : row_groups) {
			const auto encoded = file.Encode(Rows(row_group));
			file.Write(*encoded);
		}
		EXPECT_EQ(file.Finish(), PutOutcome::WRITTEN);
		return file.SizeBytes();
	}
	void ExpectRows(const std::string &name, const std::string &expected) {
		const auto read = "FROM read_parquet('" + Path(name) + "')";
		const auto missing = Query("SELECT count(*) FROM (" + expected + " EXCEPT ALL " + read + ")");
		const auto surplus = Query("SELECT count(*) FROM (" + read + " EXCEPT ALL (" + expected + "))");
		EXPECT_EQ(missing->GetValue(0, 0).GetValue<int64_t>(), 0);
		EXPECT_EQ(surplus->GetValue(0, 0).GetValue<int64_t>(), 0);
	}
	std::string Text(const std::string &sql) {
		return Query(sql)->GetValue(0, 0).ToString();
	}

	duckdb::DuckDB db;
	duckdb::Connection connection;
	std::string folder;
	LocalStore store;
	duckdb::case_insensitive_map_t<duckdb::vector<duckdb::Value>> options;
};

} // namespace merganser
