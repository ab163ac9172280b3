#include "engine/parquet/encoded_columns.hpp"

#include "base/error.hpp"
#include "engine/port/store_file_system.hpp"

namespace merganser {

EncodedColumns::EncodedColumns(duckdb::ClientContext &context, const ParquetFormat &format,
                               duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	const std::string path = "encoded";
	ParquetFile encoding(context, format, WritePath(*context.db, memory, path));
	if (rows) {
		const auto row_group = encoding.Encode(std::move(rows));
		encoding.Write(*row_group);
	}
	Verify(encoding.Finish() == PutOutcome::WRITTEN, "a file in memory has a free name");
	file = std::make_unique<ParquetSource>(memory, path, encoding.SizeBytes());
}

std::vector<ChunkPiece> EncodedColumns::Chunks() const {
	Verify(file->Footer().row_groups.size() == 1, "new column chunks are one row group");
	return file->ReadRowGroup(0);
}

} // namespace merganser
