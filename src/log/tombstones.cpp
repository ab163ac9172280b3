#include "log/tombstones.hpp"

#include "log/checkpoint_reader.hpp"
#include "log/commit_file.hpp"

#include <mutex>

namespace merganser {

void ForEachTombstone(const TableLocation &location, LogContext context, int64_t version,
                      const std::function<void(const RemoveFile &)> &visit) {
	auto visit_removes = [&](const std::vector<Action> &actions) {
		for (const auto &action : actions) {
			if (auto removed = std::get_if<RemoveFile>(&action)) {
				visit(*removed);
			}
		}
	};
	const auto segment = ListLogSegment(location, version);
	for (const auto &commit : segment.commits) {
		context.cancel.Check();
		visit_removes(ReadLogFile(location, commit));
	}
	if (segment.checkpoint.empty()) {
		return;
	}
	CheckpointReadRequest request;
	request.add_files = false;
	request.removes = true;
	std::mutex lock;
	auto take_rows = [&](CheckpointRows &rows) {
		std::lock_guard<std::mutex> guard(lock);
		for (const auto &entry : rows.others) {
			if (auto removed = std::get_if<RemoveFile>(&entry.second)) {
				visit(*removed);
			}
		}
	};
	const CheckpointTaker taker {[&](std::vector<Action> &&actions) { visit_removes(actions); }, take_rows};
	ReadCheckpointRows(location, context, segment.checkpoint, std::move(request), taker);
}

} // namespace merganser
