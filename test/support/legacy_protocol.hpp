#pragma once

#include "protocol/actions.hpp"

namespace merganser {

//! A protocol that names no table features.
inline Protocol Legacy(int32_t reader, int32_t writer) {
	Protocol protocol;
	protocol.min_reader_version = reader;
	protocol.min_writer_version = writer;
	return protocol;
}

} // namespace merganser
