#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace merganser {

struct SparkToken {
	enum class Kind { WORD, QUOTED_NAME, TEXT, NUMBER, SYMBOL, END };

	Kind kind = Kind::END;
	//! WORD: as written; QUOTED_NAME and TEXT: without quotes and escapes; SYMBOL: the operator.
	std::string text {};
};

//! Splits Spark SQL text; END is last. Throws UNSUPPORTED for what Spark's settings give two meanings, and for what it
//! does not know.
std::vector<SparkToken> SplitSparkText(std::string_view text);

//! Throws UNSUPPORTED.
[[noreturn]] void RefuseExpression(const std::string &what);

} // namespace merganser
