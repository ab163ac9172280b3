#pragma once

#include "base/error.hpp"

//! For programmer errors: on in debug, relassert and tsan builds, nothing in release. A fact whose violation would
//! corrupt a table is checked with Verify, which is always on.
#if defined(MERGANSER_ASSERTS) && MERGANSER_ASSERTS
#define MG_ASSERT(condition) ::merganser::Verify(static_cast<bool>(condition), #condition)
#else
#define MG_ASSERT(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#endif
