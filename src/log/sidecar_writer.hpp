#pragma once

#include "base/random.hpp"
#include "log/checkpoint_stream.hpp"
#include "log/snapshot.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace merganser {

struct SidecarLayout {
	//! Rows of one sidecar at most.
	uint64_t actions_max = 1;
	//! Rows that are expected: there are no more threads than sidecars.
	uint64_t actions_expected = 0;
	//! What the sidecars say about when they were made.
	int64_t now_ms = 0;
};

//! Writes the rows of a stream into new sidecars (PROTOCOL.md, "Sidecar Files"), several at once, each with one row
//! group in memory. Destroyed before Keep, it deletes what it wrote: nobody else knows these names. Used once, by one
//! thread.
class SidecarWriter {
public:
	//! `stream_p` must be of kind SIDECAR, and `random_p` names the files. Both have to live as long.
	SidecarWriter(const TableLocation &location_p, LogContext context_p, CheckpointStream &stream_p, Random &random_p);
	~SidecarWriter();

	//! Returns when every sidecar is durable. Throws what the stream and the store throw, IO where the store did not
	//! say whether it took one.
	std::vector<Sidecar> Write(const SidecarLayout &layout_p);
	//! A checkpoint may name the sidecars.
	void Keep();

private:
	void WriteSome() noexcept;
	//! Begins with these rows.
	void WriteOne(std::unique_ptr<OwnedCheckpointRows> first);
	//! nullptr at the end, and when another thread has failed.
	std::unique_ptr<OwnedCheckpointRows> TakeRows();
	//! The next rows of a sidecar that has `count`; nullptr when it is full.
	std::unique_ptr<OwnedCheckpointRows> TakeMore(uint64_t count);

	friend class SidecarSource;

	const TableLocation &location;
	const LogContext context;
	CheckpointStream &stream;
	Random &random;
	SidecarLayout layout;
	std::mutex stream_lock;
	std::mutex lock;
	//! Of what was begun.
	std::vector<std::string> paths;
	std::vector<Sidecar> written;
	std::exception_ptr failure;
};

} // namespace merganser
