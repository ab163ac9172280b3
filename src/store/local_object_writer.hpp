#pragma once

#include "store/local_file.hpp"
#include "store/object_store.hpp"

#include <memory>
#include <string>

namespace merganser {

//! Collects small appends and writes them to a temporary file beside the object.
class LocalObjectWriter : public ObjectWriter {
public:
	explicit LocalObjectWriter(const std::string &path);

	void Append(std::string_view bytes) override;
	PutOutcome FinishIfAbsent() override;
	void Abort() override;

private:
	void WriteThrough(std::string_view bytes);

	//! Empty once the writer is finished, aborted or failed.
	std::unique_ptr<TemporaryFile> file;
	std::string buffer;
};

} // namespace merganser
