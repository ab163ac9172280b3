#pragma once

#include "protocol/actions.hpp"

namespace merganser {

//! The smallest protocol that covers both: versions only go up, feature lists only grow (PROTOCOL.md, "Protocol
//! Evolution").
Protocol CombineProtocols(const Protocol &left, const Protocol &right);
bool operator==(const Protocol &left, const Protocol &right);

} // namespace merganser
