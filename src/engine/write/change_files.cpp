#include "engine/write/change_files.hpp"

#include "engine/port/error_border.hpp"

namespace merganser {

static WriteSpec ChangeFileSpec(const WriteSpec &table) {
	auto spec = MakeWriteSpec(table.location, ChangeFileConfiguration(*table.configuration));
	spec.folder = CHANGE_DATA_FOLDER;
	return spec;
}

ChangeFiles::ChangeFiles(duckdb::ClientContext &context, const WriteSpec &table, LakeTransaction &transaction)
    : spec(ChangeFileSpec(table)), sink(context, spec, transaction) {
}

void ChangeFiles::Write(Local &local, duckdb::DataChunk &rows, ChangeType type) {
	if (rows.size() == 0) {
		return;
	}
	if (!local.is_ready) {
		local.chunk.InitializeEmpty(spec.types);
		local.is_ready = true;
	}
	const auto type_column = spec.types.size() - 1;
	for (idx_t i = 0; i < type_column; i++) {
		local.chunk.data[i].Reference(rows.data[i]);
	}
	local.chunk.data[type_column].Reference(duckdb::Value(std::string(NameOf(type))));
	local.chunk.SetCardinality(rows.size());
	// The new rows are checked where they go into data files; the old ones may be as they are.
	AtBorder([&] { sink.Write(local.rows, local.chunk); });
}

void ChangeFiles::Combine(Local &local) {
	AtBorder([&] { sink.Combine(local.rows); });
}

std::vector<AddCdcFile> ChangeFiles::Finish() {
	std::vector<AddCdcFile> files;
	for (auto &written : sink.Finish()) {
		AddCdcFile file;
		file.path = std::move(written.path);
		file.partition_values = std::move(written.partition_values);
		file.size = written.size;
		files.push_back(std::move(file));
	}
	return files;
}

} // namespace merganser
