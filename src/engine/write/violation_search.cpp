#include "engine/write/violation_search.hpp"

#include "engine/scan/lake_scan_info.hpp"
#include "engine/scan/row_read.hpp"
#include "engine/write/constraint_check.hpp"
#include "scan/file_pruning.hpp"

namespace merganser {

std::optional<std::string> FindViolation(duckdb::ClientContext &context, const SnapshotPtr &snapshot,
                                         const RowRule &rule) {
	const auto all = SelectAllFiles(snapshot->files);
	if (all.files.empty()) {
		return std::nullopt;
	}
	auto chosen = std::make_shared<ChosenRows>();
	chosen->mode = ChosenRows::Mode::EXCEPT;
	const auto none = std::make_shared<const DeletionVector>();
	for (const auto file : all.files) {
		chosen->rows.emplace(FileIndexOf(file), none);
	}
	const ConstraintCheck check(context, snapshot->location.name, *snapshot->configuration, rule);
	RowRead read(context, snapshot, std::move(chosen), rule.fields);
	RowRead::Reader reader(read);
	ConstraintCheck::Local local(check);
	duckdb::DataChunk rows;
	rows.Initialize(context, read.Types());
	while (reader.Next(rows)) {
		const RowRule *broken = nullptr;
		const auto row = check.FindViolation(local, rows, broken);
		if (broken) {
			const auto file = FileOfIndex(read.FileIndexOf(rows));
			return row + " in file " + std::string(snapshot->files.BatchOf(file).Path(file.row));
		}
	}
	return std::nullopt;
}

} // namespace merganser
