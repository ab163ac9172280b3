#pragma once

#include "protocol/actions.hpp"

#include <optional>
#include <string>

namespace merganser {

//! Why a transaction that started under `base` may not ignore a concurrent change to `changed`; nullopt when it may:
//! nothing was taken away and every new feature leaves writers that do not use it alone.
std::optional<std::string> ProtocolConflict(const Protocol &base, const Protocol &changed);

} // namespace merganser
