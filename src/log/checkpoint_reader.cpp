#include "log/checkpoint_reader.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "log/commit_file.hpp"

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

} // namespace

std::vector<std::string> SidecarPaths(const TableLocation &location, const std::vector<Sidecar> &sidecars) {
	std::vector<std::string> paths;
	const auto folder = JoinPath(location.LogFolder(), "_sidecars");
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
