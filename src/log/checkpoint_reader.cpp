#include "log/checkpoint_reader.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_file.hpp"
#include "log/log_file_name.hpp"

#include <mutex>
#include <utility>

namespace merganser {

namespace {

void FillPart(const TableLocation &location, LogContext context, std::vector<std::string> files, CheckpointPart &part) {
	part.rows = std::make_unique<CheckpointColumns>("it", context.parquet.CountRows(*location.store, files));
	CheckpointReadRequest request;
	request.files = files;
	context.parquet.ReadCheckpoint(
	    *location.store, request, [&](CheckpointRows &rows) { part.rows->Consume(rows); }, context.cancel);
	part.columns = part.rows->Finish();
	part.origin = CheckpointOrigin {location.store, &context.parquet, std::move(files), part.rows->FirstRows()};
}

CheckpointPart ReadPart(const TableLocation &location, LogContext context, std::vector<std::string> files) {
	CheckpointPart part;
	const auto source = "table '" + location.name + "': the checkpoint " + std::string(FileNameOf(files.front()));
	// The port and the columns know files at most, not tables.
	try {
		FillPart(location, context, std::move(files), part);
	} catch (const Error &error) {
		throw Error(error.kind, source + ": " + error.what());
	}
	return part;
}

//! Takes the sidecars out.
template <class ACTIONS, class ACTION_OF>
void MoveSidecars(ACTIONS &actions, ACTION_OF action_of, std::vector<Sidecar> &sidecars) {
	std::erase_if(actions, [&](auto &entry) {
		auto sidecar = std::get_if<Sidecar>(&action_of(entry));
		if (sidecar) {
			sidecars.push_back(std::move(*sidecar));
		}
		return sidecar != nullptr;
	});
}

void ReadJsonRows(const TableLocation &location, const LogFile &file, const CheckpointTaker &taker,
                  std::vector<Sidecar> &sidecars) {
	auto actions = ReadLogFile(location, file);
	MoveSidecars(
	    actions, [](Action &action) -> Action & { return action; }, sidecars);
	taker.actions(std::move(actions));
}

void ReadParquetRows(const TableLocation &location, LogContext context, const CheckpointReadRequest &request,
                     const CheckpointTaker &taker, std::vector<Sidecar> &sidecars) {
	std::mutex lock;
	auto take = [&](CheckpointRows &rows) {
		{
			std::lock_guard<std::mutex> guard(lock);
			MoveSidecars(
			    rows.others, [](auto &entry) -> Action & { return entry.second; }, sidecars);
		}
		taker.rows(rows);
	};
	context.parquet.ReadCheckpoint(*location.store, request, take, context.cancel);
}

} // namespace

void ReadCheckpointRows(const TableLocation &location, LogContext context, const std::vector<LogFile> &checkpoint,
                        CheckpointReadRequest request, const CheckpointTaker &taker) {
	std::vector<Sidecar> sidecars;
	request.others = true;
	request.files.clear();
	if (checkpoint.front().is_json) {
		ReadJsonRows(location, checkpoint.front(), taker, sidecars);
	} else {
		for (auto &file : checkpoint) {
			request.files.push_back(file.path);
		}
		ReadParquetRows(location, context, request, taker, sidecars);
	}
	if (!sidecars.empty()) {
		request.files = SidecarPaths(location, sidecars);
		std::vector<Sidecar> none;
		ReadParquetRows(location, context, request, taker, none);
	}
}

std::vector<Sidecar> ReadSidecars(const TableLocation &location, LogContext context, const LogFile &checkpoint) {
	std::vector<Sidecar> sidecars;
	const CheckpointTaker nothing {[](std::vector<Action> &&) {},
	                               [](CheckpointRows &) {
	                               }};
	if (checkpoint.is_json) {
		ReadJsonRows(location, checkpoint, nothing, sidecars);
		return sidecars;
	}
	CheckpointReadRequest request;
	request.files = {checkpoint.path};
	request.add_files = false;
	ReadParquetRows(location, context, request, nothing, sidecars);
	return sidecars;
}

std::vector<std::string> SidecarPaths(const TableLocation &location, const std::vector<Sidecar> &sidecars) {
	std::vector<std::string> paths;
	const auto folder = SidecarFolder(location);
	for (auto &sidecar : sidecars) {
		if (IsAbsolutePath(sidecar.path)) {
			paths.push_back(location.ResolveFile(sidecar.path));
			continue;
		}
		const auto decoded = PercentDecode(sidecar.path);
		if (decoded.empty() || !StaysInside(decoded)) {
			throw Error(ErrorKind::CORRUPT, "table '" + location.name + "': a checkpoint names the sidecar '" +
			                                    sidecar.path + "' outside of " + folder);
		}
		paths.push_back(JoinPath(folder, decoded));
	}
	return paths;
}

std::vector<CheckpointPart> ReadCheckpointParts(const TableLocation &location, LogContext context,
                                                const std::vector<LogFile> &checkpoint, LogReplay &replay) {
	std::vector<CheckpointPart> parts;
	if (checkpoint.front().is_json) {
		replay.ApplyFile(location, checkpoint.front());
	} else {
		std::vector<std::string> files;
		for (auto &file : checkpoint) {
			files.push_back(file.path);
		}
		auto part = ReadPart(location, context, std::move(files));
		replay.ApplyReconciled(std::move(part.rows->others));
		if (part.rows->LiveCount() > 0) {
			parts.push_back(std::move(part));
		}
	}
	if (!replay.sidecars.empty()) {
		auto part = ReadPart(location, context, SidecarPaths(location, replay.sidecars));
		if (part.rows->LiveCount() > 0) {
			parts.push_back(std::move(part));
		}
	}
	return parts;
}

} // namespace merganser
