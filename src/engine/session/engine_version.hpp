#pragma once

#include <string>

namespace merganser {

//! `Merganser/<version>`, written into commits as `engineInfo`.
inline std::string EngineInfo() {
	return std::string("Merganser/") + MERGANSER_VERSION;
}

} // namespace merganser
