#include "store/local_object_writer.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

constexpr size_t BUFFER_BYTES = 1 << 20;

} // namespace

LocalObjectWriter::LocalObjectWriter(const std::string &path) : file(std::make_unique<TemporaryFile>(path)) {
}

void LocalObjectWriter::Append(std::string_view bytes) {
	Verify(file != nullptr, "append to an object writer that has ended");
	if (buffer.size() + bytes.size() <= BUFFER_BYTES) {
		buffer += bytes;
		return;
	}
	WriteThrough(buffer);
	buffer.clear();
	if (bytes.size() < BUFFER_BYTES) {
		buffer += bytes;
	} else {
		WriteThrough(bytes);
	}
}

void LocalObjectWriter::WriteThrough(std::string_view bytes) {
	// A failed write leaves a hole: the writer ends, so that nothing incomplete can be published.
	auto writing = std::move(file);
	writing->Write(bytes);
	file = std::move(writing);
}

PutOutcome LocalObjectWriter::FinishIfAbsent() {
	Verify(file != nullptr, "finish of an object writer that has ended");
	WriteThrough(buffer);
	const auto finished = std::move(file);
	return finished->PublishIfAbsent();
}

void LocalObjectWriter::Abort() {
	file.reset();
	buffer.clear();
}

} // namespace merganser
