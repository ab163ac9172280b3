#include "upkeep/table_check.hpp"

#include "base/error.hpp"
#include "log/checksum_file.hpp"
#include "log/deletion_vector_read.hpp"
#include "log/log_inventory.hpp"
#include "upkeep/footer_comparison.hpp"
#include "upkeep/version_comparison.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace merganser {

namespace {

class Check {
public:
	Check(const TableCheckRequest &request_p) : request(request_p), snapshot(*request_p.snapshot) {
		snapshot.files.ForEachLive([&](FileRef file) { files.push_back(file); });
		const auto &data_leaves = snapshot.configuration->DataLeaves();
		for (size_t i = 0; i < data_leaves.size(); i++) {
			leaves.push_back(i);
		}
	}

	std::vector<TableProblem> Run(const ForEachNumber &for_each) {
		for_each(files.size(), [&](size_t number) {
			request.context.cancel.Check();
			auto problems = CheckFile(files[number]);
			if (!problems.empty()) {
				std::lock_guard<std::mutex> guard(lock);
				found[number] = std::move(problems);
			}
		});
		std::vector<TableProblem> all;
		for (auto &[number, problems] : found) {
			std::move(problems.begin(), problems.end(), std::back_inserter(all));
		}
		CheckCheckpoint(all);
		CheckChecksum(all);
		return all;
	}

private:
	std::vector<TableProblem> CheckFile(FileRef file) const {
		const auto &batch = snapshot.files.BatchOf(file);
		const std::string path(batch.Path(file.row));
		std::vector<TableProblem> problems;
		const auto add = [&](TableProblemKind kind, const std::string &detail) {
			problems.push_back({kind, path, detail});
		};
		std::string full_path;
		std::optional<ObjectInfo> object;
		try {
			full_path = snapshot.location.ResolveFile(path);
			object = snapshot.location.store->Head(full_path);
		} catch (const Error &error) {
			if (error.kind != ErrorKind::CORRUPT && error.kind != ErrorKind::UNSUPPORTED) {
				throw;
			}
			add(TableProblemKind::MISSING_FILE, error.what());
			return problems;
		}
		if (!object) {
			add(TableProblemKind::MISSING_FILE, "version " + std::to_string(snapshot.version) + " lists it");
			problems.back().gone_file = file;
			return problems;
		}
		if (object->size_bytes != batch.SizeBytes(file.row)) {
			add(TableProblemKind::FILE_SIZE, "it has " + std::to_string(object->size_bytes) + " bytes, the log says " +
			                                     std::to_string(batch.SizeBytes(file.row)));
		}
		const auto statistics = batch.Statistics(leaves);
		auto rows = statistics->num_records[file.row];
		if (request.read_footer) {
			rows = CheckFooter(file, *statistics, full_path, object->size_bytes, add).value_or(rows);
		}
		if (const auto *descriptor = batch.DeletionVector(file.row)) {
			CheckDeletionVector(file, *descriptor, rows, add);
		}
		return problems;
	}

	//! The rows of the file; nullopt where it could not be read.
	template <class ADD>
	std::optional<int64_t> CheckFooter(FileRef file, const StatisticsTable &statistics, const std::string &full_path,
	                                   uint64_t size_bytes, const ADD &add) const {
		const auto &data_leaves = snapshot.configuration->DataLeaves();
		FileStatistics footer;
		try {
			footer = request.read_footer(*snapshot.location.store, full_path, size_bytes, data_leaves);
		} catch (const Error &error) {
			if (error.kind != ErrorKind::CORRUPT) {
				throw;
			}
			add(TableProblemKind::UNREADABLE_FILE, error.what());
			return std::nullopt;
		}
		const auto logged = statistics.num_records[file.row];
		if (logged >= 0 && footer.num_records != logged) {
			add(TableProblemKind::ROW_COUNT, "it has " + std::to_string(footer.num_records.value_or(0)) +
			                                     " rows, the log says " + std::to_string(logged));
		}
		const LoggedStatistics said {statistics, file.row,
		                             snapshot.files.BatchOf(file).DeletionVector(file.row) != nullptr};
		for (const auto &detail : CompareWithFooter(said, footer, data_leaves)) {
			add(TableProblemKind::STATISTICS, detail);
		}
		return footer.num_records;
	}

	template <class ADD>
	void CheckDeletionVector(FileRef file, const DeletionVectorDescriptor &descriptor, int64_t rows,
	                         const ADD &add) const {
		const auto where = "table '" + snapshot.TableName() + "' version " + std::to_string(snapshot.version);
		try {
			const auto vector = ReadDeletionVector(snapshot, file, descriptor, where);
			const auto inside = rows < 0 ? vector.Cardinality() : vector.CountInRange(0, uint64_t(rows));
			if (inside != vector.Cardinality()) {
				add(TableProblemKind::DELETION_VECTOR, "it deletes " + std::to_string(vector.Cardinality() - inside) +
				                                           " rows behind the last of the file's " +
				                                           std::to_string(rows));
			}
		} catch (const Error &error) {
			if (error.kind != ErrorKind::CORRUPT && error.kind != ErrorKind::IO) {
				throw;
			}
			add(TableProblemKind::DELETION_VECTOR, error.what());
		}
	}

	void CheckCheckpoint(std::vector<TableProblem> &problems) const {
		const auto inventory = LogInventory::List(snapshot.location);
		const auto version = inventory.CheckpointAtOrBefore(snapshot.version);
		if (version < 0) {
			return;
		}
		const auto &path = inventory.checkpoints.at(version).front().path;
		const auto add = [&](const std::string &detail) {
			problems.push_back({TableProblemKind::CHECKPOINT, path.substr(snapshot.location.root.size() + 1), detail});
		};
		try {
			const auto replayed = LoadPastCheckpoint(snapshot.location, request.context, version);
			if (!replayed) {
				return;
			}
			const auto read = LoadSnapshot(snapshot.location, request.context, version);
			for (const auto &detail : CompareVersions(*read, *replayed)) {
				add(detail);
			}
		} catch (const Error &error) {
			if (error.kind != ErrorKind::CORRUPT) {
				throw;
			}
			add(error.what());
		}
	}

	void CheckChecksum(std::vector<TableProblem> &problems) const {
		std::string detail;
		try {
			detail = FindChecksumMismatch(snapshot).value_or("");
		} catch (const Error &error) {
			if (error.kind != ErrorKind::CORRUPT) {
				throw;
			}
			detail = error.what();
		}
		if (!detail.empty()) {
			problems.push_back({TableProblemKind::CHECKSUM, "", detail});
		}
	}

	const TableCheckRequest &request;
	const Snapshot &snapshot;
	std::vector<FileRef> files;
	std::vector<size_t> leaves;
	std::mutex lock;
	//! By number of the file.
	std::map<size_t, std::vector<TableProblem>> found;
};

} // namespace

const char *NameOf(TableProblemKind kind) {
	switch (kind) {
	case TableProblemKind::MISSING_FILE:
		return "missing_file";
	case TableProblemKind::FILE_SIZE:
		return "file_size";
	case TableProblemKind::UNREADABLE_FILE:
		return "unreadable_file";
	case TableProblemKind::ROW_COUNT:
		return "row_count";
	case TableProblemKind::STATISTICS:
		return "statistics";
	case TableProblemKind::DELETION_VECTOR:
		return "deletion_vector";
	case TableProblemKind::CHECKPOINT:
		return "checkpoint";
	case TableProblemKind::CHECKSUM:
		return "checksum";
	}
	throw Error(ErrorKind::INTERNAL, "unknown kind of problem");
}

std::vector<TableProblem> CheckTable(const TableCheckRequest &request, const ForEachNumber &for_each) {
	return Check(request).Run(for_each);
}

} // namespace merganser
