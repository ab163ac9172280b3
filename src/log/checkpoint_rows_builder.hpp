#pragma once

#include "log/parquet_port.hpp"

#include <cstdint>
#include <memory>

namespace merganser {

//! Builds rows of a checkpoint one action after the other.
class CheckpointRowsBuilder {
public:
	CheckpointRowsBuilder();

	uint32_t Count() const {
		return owned->rows.count;
	}
	//! The bytes of the file are copied.
	void AddFileRow(const AddFile &file);
	//! Row `row` of another batch, which is an `add`, with its extras (nullptr without).
	void CopyFileRow(const CheckpointRows &source, uint32_t row, const CheckpointRows::AddExtras *extras);
	void AddOther(Action action);
	//! Gives the rows away and starts over.
	std::unique_ptr<OwnedCheckpointRows> Take();

private:
	void StartRow(bool is_add);

	std::unique_ptr<OwnedCheckpointRows> owned;
};

} // namespace merganser
