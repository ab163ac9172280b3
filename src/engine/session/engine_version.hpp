#pragma once

#include <string>

namespace merganser {

//! TYPE of ATTACH, and of our catalogs.
inline constexpr const char *LAKE_TYPE = "merganser";

//! `Merganser/<version>`, written into commits as `engineInfo`.
inline std::string EngineInfo() {
	return std::string("Merganser/") + MERGANSER_VERSION;
}

} // namespace merganser
