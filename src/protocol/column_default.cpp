#include "protocol/column_default.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace merganser {

//! DuckDB evaluates defaults by itself: what needs a guard to fail where Spark does is left out.
static void CheckNeedsNoGuard(const SqlExpression &expression) {
	static constexpr std::string_view GUARDED[] = {"/", "%", "div", "lower", "upper"};
	if (std::find(std::begin(GUARDED), std::end(GUARDED), expression.name) != std::end(GUARDED)) {
		throw Error(ErrorKind::UNSUPPORTED, expression.name);
	}
	for (const auto &child : expression.children) {
		CheckNeedsNoGuard(child);
	}
}

std::optional<SqlExpression> ColumnDefaultOf(const StructField &field) {
	const auto text = field.MetadataString(COLUMN_DEFAULT_KEY);
	if (!text) {
		return std::nullopt;
	}
	try {
		auto resolved = ResolveAs(ResolveExpression(ParseSparkExpression(*text), Schema()), field.type);
		CheckNeedsNoGuard(resolved);
		return resolved;
	} catch (const Error &error) {
		throw Error(error.kind, "the default value (" + *text + ") of column " + field.name + " has " + error.what() +
		                            ", which this version of Merganser does not evaluate as Spark does");
	}
}

void CheckColumnDefaults(const Schema &schema) {
	for (const auto &field : schema.fields) {
		ColumnDefaultOf(field);
	}
}

} // namespace merganser
