#include "log/sidecar_writer.hpp"

#include "base/error.hpp"
#include "base/thread_group.hpp"
#include "base/uri.hpp"
#include "log/log_file_name.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! Each holds a row group in memory.
constexpr uint64_t WRITERS_MAX = 4;

} // namespace

//! The rows of one sidecar.
class SidecarSource : public CheckpointSource {
public:
	SidecarSource(SidecarWriter &writer_p, std::unique_ptr<OwnedCheckpointRows> first)
	    : writer(writer_p), next(std::move(first)) {
	}
	CheckpointFileKind Kind() const override {
		return CheckpointFileKind::SIDECAR;
	}
	std::unique_ptr<OwnedCheckpointRows> Next() override {
		auto taken = next ? std::move(next) : writer.TakeMore(count);
		count += taken ? taken->rows.count : 0;
		return taken;
	}

private:
	SidecarWriter &writer;
	std::unique_ptr<OwnedCheckpointRows> next;
	uint64_t count = 0;
};

SidecarWriter::SidecarWriter(const TableLocation &location_p, LogContext context_p, CheckpointStream &stream_p,
                             Random &random_p)
    : location(location_p), context(context_p), stream(stream_p), random(random_p) {
}

SidecarWriter::~SidecarWriter() {
	for (const auto &path : paths) {
		try {
			location.store->Delete(path);
		} catch (const Error &) {
			// The clean-up of the log finds it when it is a day old.
			continue;
		}
	}
}

void SidecarWriter::Keep() {
	paths.clear();
}

std::vector<Sidecar> SidecarWriter::Write(const SidecarLayout &layout_p) {
	layout = layout_p;
	Verify(stream.BatchRowsMax() <= layout.actions_max, "rows that come at once fit into a sidecar");
	const auto sidecars = layout.actions_expected / layout.actions_max + 1;
	const auto threads = std::min({uint64_t(context.parquet.WriterThreads()), sidecars, WRITERS_MAX});
	ThreadGroup others;
	others.Start(threads - 1, [this] { WriteSome(); });
	WriteSome();
	others.Join();
	if (failure) {
		std::rethrow_exception(failure);
	}
	return std::move(written);
}

void SidecarWriter::WriteSome() noexcept {
	try {
		while (auto first = TakeRows()) {
			WriteOne(std::move(first));
		}
	} catch (...) {
		std::lock_guard<std::mutex> guard(lock);
		if (!failure) {
			failure = std::current_exception();
		}
	}
}

void SidecarWriter::WriteOne(std::unique_ptr<OwnedCheckpointRows> first) {
	const auto name = random.Uuid() + ".parquet";
	const auto path = JoinPath(SidecarFolder(location), name);
	{
		std::lock_guard<std::mutex> guard(lock);
		paths.push_back(path);
	}
	SidecarSource source(*this, std::move(first));
	uint64_t size_bytes = 0;
	const auto outcome = context.parquet.WriteCheckpoint(*location.store, path, source, size_bytes);
	// The name is new: where it exists, it is what an earlier try of this call left.
	if (outcome != PutOutcome::WRITTEN) {
		CheckTaken(location, path, size_bytes);
	}
	std::lock_guard<std::mutex> guard(lock);
	written.push_back(Sidecar {name, int64_t(size_bytes), layout.now_ms, {}});
}

std::unique_ptr<OwnedCheckpointRows> SidecarWriter::TakeRows() {
	std::lock_guard<std::mutex> stream_guard(stream_lock);
	{
		std::lock_guard<std::mutex> guard(lock);
		if (failure) {
			return nullptr;
		}
	}
	return stream.Next();
}

std::unique_ptr<OwnedCheckpointRows> SidecarWriter::TakeMore(uint64_t count) {
	return count + stream.BatchRowsMax() <= layout.actions_max ? TakeRows() : nullptr;
}

} // namespace merganser
