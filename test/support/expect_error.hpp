#pragma once

#include "base/error.hpp"

#include <gtest/gtest.h>
#include <string>
#include <utility>

namespace merganser {

//! The call throws an Error of this kind whose message holds `part`.
template <class CALL>
void ExpectError(ErrorKind kind, const std::string &part, CALL &&call) {
	try {
		call();
	} catch (const Error &error) {
		EXPECT_EQ(error.kind, kind) << error.what();
		EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
		return;
	}
	ADD_FAILURE() << "no error naming " << part;
}

} // namespace merganser
