#pragma once

#include "duckdb.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "engine/scan/lake_scan_info.hpp"

namespace merganser {

//! Version of the commit that added the row's file; NULL when it came from a checkpoint.
static constexpr duckdb::column_t COMMIT_VERSION_COLUMN = UINT64_C(9223372036854776832);

//! Delta's rules in DuckDB's multi-file Parquet scan: binds from the table's schema, then for each file partition
//! values, column mapping and deletion vector. Stateless besides `info`, used by many threads at once.
class LakeFileReader : public duckdb::MultiFileReader {
public:
	explicit LakeFileReader(duckdb::shared_ptr<LakeScanInfo> info);
	//! For TableFunction::get_multi_file_reader; the function's info is a LakeScanInfo.
	static duckdb::unique_ptr<duckdb::MultiFileReader> Create(const duckdb::TableFunction &function);

	using duckdb::MultiFileReader::CreateFileList;
	using duckdb::MultiFileReader::CreateReader;

	duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext &context,
	                                                         const duckdb::vector<std::string> &paths,
	                                                         const duckdb::FileGlobInput &glob_input) override;
	bool Bind(duckdb::MultiFileOptions &options, duckdb::MultiFileList &files,
	          duckdb::vector<duckdb::LogicalType> &return_types, duckdb::vector<std::string> &names,
	          duckdb::MultiFileReaderBindData &bind_data) override;
	void BindOptions(duckdb::MultiFileOptions &options, duckdb::MultiFileList &files,
	                 duckdb::vector<duckdb::LogicalType> &return_types, duckdb::vector<std::string> &names,
	                 duckdb::MultiFileReaderBindData &bind_data) override;
	duckdb::shared_ptr<duckdb::BaseFileReader> CreateReader(duckdb::ClientContext &context,
	                                                        duckdb::GlobalTableFunctionState &gstate,
	                                                        const duckdb::OpenFileInfo &file, duckdb::idx_t file_idx,
	                                                        const duckdb::MultiFileBindData &bind_data) override;
	duckdb::ReaderInitializeType
	InitializeReader(duckdb::MultiFileReaderData &reader_data, const duckdb::MultiFileBindData &bind_data,
	                 const duckdb::vector<duckdb::MultiFileColumnDefinition> &global_columns,
	                 const duckdb::vector<duckdb::ColumnIndex> &global_column_ids,
	                 duckdb::optional_ptr<duckdb::TableFilterSet> table_filters, duckdb::ClientContext &context,
	                 duckdb::MultiFileGlobalState &gstate) override;
	void FinalizeBind(duckdb::MultiFileReaderData &reader_data, const duckdb::MultiFileOptions &file_options,
	                  const duckdb::MultiFileReaderBindData &options,
	                  const duckdb::vector<duckdb::MultiFileColumnDefinition> &global_columns,
	                  const duckdb::vector<duckdb::ColumnIndex> &global_column_ids, duckdb::ClientContext &context,
	                  duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) override;
	duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState>
	InitializeGlobalState(duckdb::ClientContext &context, const duckdb::MultiFileOptions &file_options,
	                      const duckdb::MultiFileReaderBindData &bind_data, const duckdb::MultiFileList &file_list,
	                      const duckdb::vector<duckdb::MultiFileColumnDefinition> &global_columns,
	                      const duckdb::vector<duckdb::ColumnIndex> &global_column_ids) override;
	void FinalizeChunk(duckdb::ClientContext &context, const duckdb::MultiFileBindData &bind_data,
	                   duckdb::BaseFileReader &reader, const duckdb::MultiFileReaderData &reader_data,
	                   duckdb::DataChunk &input_chunk, duckdb::DataChunk &output_chunk,
	                   duckdb::ExpressionExecutor &executor,
	                   duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) override;
	duckdb::unique_ptr<duckdb::Expression>
	GetVirtualColumnExpression(duckdb::ClientContext &context, duckdb::MultiFileReaderData &reader_data,
	                           const duckdb::vector<duckdb::MultiFileColumnDefinition> &local_columns,
	                           duckdb::idx_t &column_id, const duckdb::LogicalType &type,
	                           duckdb::MultiFileLocalIndex local_idx,
	                           duckdb::optional_ptr<duckdb::MultiFileColumnDefinition> &global_column) override;
	duckdb::TablePartitionInfo GetPartitionInfo(duckdb::ClientContext &context,
	                                            const duckdb::MultiFileReaderBindData &bind_data,
	                                            duckdb::TableFunctionPartitionInput &input) override;
	duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override;

private:
	bool IsFileConstant(duckdb::column_t column_id, FileRef file) const;
	//! Requires: IsFileConstant.
	duckdb::Value FileConstant(duckdb::column_t column_id, FileRef file) const;

	const duckdb::shared_ptr<LakeScanInfo> info;
};

//! An error of reading `file`, as it is thrown to the user: names table, version, file and what to do. Never returns
//! normally.
[[noreturn]] void ThrowUnreadable(const LakeScanInfo &info, FileRef file, const std::exception &cause);

} // namespace merganser
