#pragma once

#include "log/checkpoint_stream.hpp"
#include "log/snapshot.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace merganser {

//! How many parts a V1 checkpoint of so many files has, where one holds `part_files_max`; 1: it is a classic one.
uint32_t PartCount(uint64_t file_count, uint64_t part_files_max);

//! Writes the rows of a stream as a multi-part checkpoint (PROTOCOL.md, "Multi-part checkpoint"), all parts at once,
//! each with a row group in memory. Readers take the parts for a checkpoint once all of them are there, whoever wrote
//! which. Which part an action belongs to therefore follows from its path alone: parts of two writers of ours hold the
//! same files. Used once, by one thread.
class PartWriter {
public:
	//! `stream_p` must be of kind V1 and live as long.
	PartWriter(const TableLocation &location_p, LogContext context_p, CheckpointStream &stream_p);
	~PartWriter();

	//! Returns the bytes of all parts when every one is durable. nullopt when a name is taken: another writer is at it,
	//! or was stopped, and what was written here is deleted again, which at worst leaves its parts incomplete and so
	//! unread. So it is after an error. Throws what the stream and the store throw, IO where the store did not say
	//! whether it took a part.
	std::optional<uint64_t> Write(int64_t version, uint32_t part_count);

private:
	struct Part;
	void WritePart(Part &part) noexcept;
	void Distribute();
	//! Keeps the exception at hand, if it is the first: others follow from that.
	void Fail();
	void FinishAll();
	void DeleteWritten() noexcept;

	const TableLocation &location;
	const LogContext context;
	CheckpointStream &stream;
	std::vector<std::unique_ptr<Part>> parts;
	std::mutex lock;
	std::exception_ptr failure;
};

} // namespace merganser
