#include "engine/scan/null_search.hpp"

#include "duckdb/common/types/validity_mask.hpp"
#include "engine/port/error_border.hpp"
#include "engine/scan/lake_scan_info.hpp"
#include "engine/scan/row_read.hpp"
#include "scan/file_pruning.hpp"

namespace merganser {

std::optional<std::string> FindNull(duckdb::ClientContext &context, const SnapshotPtr &snapshot, size_t field) {
	const auto column = snapshot->configuration->GetSchema().fields[field].PhysicalName();
	const auto candidates =
	    AtBorder([&] { return PruneFiles(snapshot->files, *snapshot->configuration, *Predicate::IsNull({column})); });
	if (candidates.files.empty()) {
		return std::nullopt;
	}
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::EXCEPT;
	const auto none = std::make_shared<const DeletionVector>();
	for (const auto file : candidates.files) {
		chosen->rows.emplace(FileIndexOf(file), none);
	}
	RowRead read(context, snapshot, std::move(chosen), {field});
	RowRead::Reader reader(read);
	duckdb::DataChunk rows;
	rows.Initialize(context, read.Types());
	while (reader.Next(rows)) {
		duckdb::UnifiedVectorFormat format;
		rows.data[0].ToUnifiedFormat(rows.size(), format);
		for (idx_t i = 0; !format.validity.AllValid() && i < rows.size(); i++) {
			if (!format.validity.RowIsValid(format.sel->get_index(i))) {
				const auto file = FileOfIndex(read.FileIndexOf(rows));
				return std::string(snapshot->files.BatchOf(file).Path(file.row));
			}
		}
	}
	return std::nullopt;
}

} // namespace merganser
