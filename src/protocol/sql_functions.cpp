#include "protocol/sql_functions.hpp"

#include "base/error.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/spark_tokens.hpp"
#include "protocol/spark_types.hpp"

#include <algorithm>
#include <array>

namespace merganser {

namespace {

using Arguments = std::vector<SqlExpression>;

//! What an argument may be.
enum class Wanted { TEXT, MOMENT, TIME, NUMBER };

struct FunctionRule {
	//! All names that Spark has for it; the first one is kept.
	std::array<std::string_view, 4> names;
	std::vector<Wanted> arguments;
	//! VOID: the type of the first argument.
	TypeKind result;
};

const std::vector<FunctionRule> &Rules() {
	using enum Wanted;
	static const std::vector<FunctionRule> rules = {
	    {{"length", "char_length", "character_length", "len"}, {TEXT}, TypeKind::INTEGER},
	    {{"lower", "lcase"}, {TEXT}, TypeKind::STRING},
	    {{"upper", "ucase"}, {TEXT}, TypeKind::STRING},
	    {{"trim"}, {TEXT}, TypeKind::STRING},
	    {{"ltrim"}, {TEXT}, TypeKind::STRING},
	    {{"rtrim"}, {TEXT}, TypeKind::STRING},
	    {{"startswith"}, {TEXT, TEXT}, TypeKind::BOOLEAN},
	    {{"endswith"}, {TEXT, TEXT}, TypeKind::BOOLEAN},
	    {{"contains"}, {TEXT, TEXT}, TypeKind::BOOLEAN},
	    {{"abs"}, {NUMBER}, TypeKind::VOID},
	    {{"year"}, {MOMENT}, TypeKind::INTEGER},
	    {{"quarter"}, {MOMENT}, TypeKind::INTEGER},
	    {{"month"}, {MOMENT}, TypeKind::INTEGER},
	    {{"day", "dayofmonth"}, {MOMENT}, TypeKind::INTEGER},
	    {{"dayofyear"}, {MOMENT}, TypeKind::INTEGER},
	    {{"hour"}, {TIME}, TypeKind::INTEGER},
	    {{"minute"}, {TIME}, TypeKind::INTEGER},
	    {{"second"}, {TIME}, TypeKind::INTEGER},
	    {{"current_timestamp", "now"}, {}, TypeKind::TIMESTAMP},
	    {{"current_date", "curdate"}, {}, TypeKind::DATE},
	};
	return rules;
}

[[noreturn]] void RefuseArguments(const std::string &name, const Arguments &arguments) {
	std::string types;
	for (const auto &argument : arguments) {
		types += (types.empty() ? "" : ", ") + argument.type->ToString();
	}
	RefuseExpression("the function " + name + "(" + types + ")");
}

bool Fits(Wanted wanted, TypeKind kind) {
	switch (wanted) {
	case Wanted::TEXT:
		return kind == TypeKind::STRING;
	case Wanted::MOMENT:
		return IsTemporal(kind);
	case Wanted::TIME:
		return IsTemporal(kind) && kind != TypeKind::DATE;
	case Wanted::NUMBER:
		return IsNumeric(kind);
	}
	return false;
}

SqlExpression Typed(std::string name, Arguments arguments, TypeKind kind) {
	auto call = SqlExpression::Call(std::move(name), std::move(arguments));
	call.type = DataType::Primitive(kind);
	return call;
}

//! A constant text or whole number.
const std::string *LiteralOf(const SqlExpression &argument, TypeKind kind) {
	return argument.kind == SqlExpression::Kind::LITERAL && argument.type->kind == kind ? &argument.value : nullptr;
}

//! All arguments in the type that is common to them.
SqlExpression ResolveCoalesce(const std::string &name, Arguments arguments) {
	if (arguments.empty() || (name != "coalesce" && arguments.size() != 2)) {
		RefuseArguments(name, arguments);
	}
	auto common = arguments[0];
	for (const auto &argument : arguments) {
		common.type = CommonType(common, argument);
		common.kind = SqlExpression::Kind::CALL;
		if (!common.type) {
			RefuseArguments(name, arguments);
		}
	}
	for (auto &argument : arguments) {
		argument = TryConvert(std::move(argument), common.type).value();
	}
	auto call = SqlExpression::Call("coalesce", std::move(arguments));
	call.type = common.type;
	return call;
}

SqlExpression ResolveConcat(Arguments arguments) {
	const auto text = DataType::Primitive(TypeKind::STRING);
	for (auto &argument : arguments) {
		const auto kind = argument.type->kind;
		if (kind != TypeKind::STRING && kind != TypeKind::VOID && !IsInteger(kind)) {
			RefuseArguments("concat", arguments);
		}
		argument = kind == TypeKind::STRING ? std::move(argument) : SqlExpression::Cast(std::move(argument), text);
	}
	if (arguments.empty()) {
		RefuseArguments("concat", arguments);
	}
	return Typed("concat", std::move(arguments), TypeKind::STRING);
}

//! Places before the first character, and lengths below 0, mean different things.
SqlExpression ResolveSubstring(Arguments arguments) {
	const bool fits = (arguments.size() == 2 || arguments.size() == 3) && arguments[0].type->kind == TypeKind::STRING;
	for (size_t i = 1; fits && i < arguments.size(); i++) {
		const auto *number = LiteralOf(arguments[i], TypeKind::INTEGER);
		if (!number || number->front() == '-' || (i == 1 && *number == "0")) {
			RefuseArguments("substring", arguments);
		}
	}
	if (!fits) {
		RefuseArguments("substring", arguments);
	}
	return Typed("substring", std::move(arguments), TypeKind::STRING);
}

//! date_trunc(unit, timestamp) and trunc(date, unit).
SqlExpression ResolveTruncation(const std::string &name, Arguments arguments) {
	static constexpr std::string_view DATE_UNITS[] = {"year", "quarter", "month", "week"};
	static constexpr std::string_view TIME_UNITS[] = {"day", "hour", "minute", "second"};
	const bool of_date = name == "trunc";
	if (arguments.size() != 2) {
		RefuseArguments(name, arguments);
	}
	const auto *unit = LiteralOf(arguments[of_date ? 1 : 0], TypeKind::STRING);
	auto &moment = arguments[of_date ? 0 : 1];
	if (!unit || moment.type->kind != (of_date ? TypeKind::DATE : TypeKind::TIMESTAMP)) {
		RefuseArguments(name, arguments);
	}
	auto unit_name = LowerName(*unit);
	bool known = std::find(std::begin(DATE_UNITS), std::end(DATE_UNITS), unit_name) != std::end(DATE_UNITS);
	known |= !of_date && std::find(std::begin(TIME_UNITS), std::end(TIME_UNITS), unit_name) != std::end(TIME_UNITS);
	if (!known) {
		RefuseExpression(name + " to the unit '" + *unit + "'");
	}
	const auto kind = moment.type->kind;
	auto unit_literal = SqlExpression::Literal(DataType::Primitive(TypeKind::STRING), std::move(unit_name));
	return Typed("date_trunc", {std::move(unit_literal), std::move(moment)}, kind);
}

//! The pattern of Spark as one of strftime: only what generated partition columns have.
SqlExpression ResolveDateFormat(Arguments arguments) {
	static constexpr std::pair<std::string_view, std::string_view> PARTS[] = {
	    {"yyyy", "%Y"}, {"MM", "%m"}, {"dd", "%d"}, {"HH", "%H"}, {"mm", "%M"}, {"ss", "%S"}};
	const auto *pattern = arguments.size() == 2 ? LiteralOf(arguments[1], TypeKind::STRING) : nullptr;
	if (!pattern || !IsTemporal(arguments[0].type->kind)) {
		RefuseArguments("date_format", arguments);
	}
	std::string format;
	for (size_t at = 0; at < pattern->size();) {
		const auto rest = std::string_view(*pattern).substr(at);
		const auto *part = std::find_if(std::begin(PARTS), std::end(PARTS),
		                                [&](const auto &entry) { return rest.starts_with(entry.first); });
		const bool is_known = part != std::end(PARTS);
		// One letter more is another pattern.
		const bool goes_on = is_known && rest.size() > part->first.size() && rest[part->first.size()] == rest[0];
		if (goes_on || (!is_known && std::string_view("-_/: ").find(rest[0]) == std::string_view::npos)) {
			RefuseExpression("date_format with the pattern '" + *pattern + "'");
		}
		format += is_known ? std::string(part->second) : std::string(1, rest[0]);
		at += is_known ? part->first.size() : 1;
	}
	auto format_literal = SqlExpression::Literal(DataType::Primitive(TypeKind::STRING), std::move(format));
	return Typed("date_format", {std::move(arguments[0]), std::move(format_literal)}, TypeKind::STRING);
}

} // namespace

SqlExpression ResolveFunction(const std::string &name, std::vector<SqlExpression> arguments) {
	if (name == "coalesce" || name == "nvl" || name == "ifnull") {
		return ResolveCoalesce(name, std::move(arguments));
	}
	if (name == "concat") {
		return ResolveConcat(std::move(arguments));
	}
	if (name == "substring" || name == "substr") {
		return ResolveSubstring(std::move(arguments));
	}
	if (name == "date_trunc" || name == "trunc") {
		return ResolveTruncation(name, std::move(arguments));
	}
	if (name == "date_format") {
		return ResolveDateFormat(std::move(arguments));
	}
	if (name == "to_date" && arguments.size() == 1 && IsTemporal(arguments[0].type->kind)) {
		return TryConvert(std::move(arguments[0]), DataType::Primitive(TypeKind::DATE)).value();
	}
	for (const auto &rule : Rules()) {
		if (std::find(rule.names.begin(), rule.names.end(), name) == rule.names.end()) {
			continue;
		}
		bool fits = arguments.size() == rule.arguments.size();
		for (size_t i = 0; fits && i < arguments.size(); i++) {
			fits = Fits(rule.arguments[i], arguments[i].type->kind);
		}
		if (!fits) {
			RefuseArguments(name, arguments);
		}
		const auto type = rule.result == TypeKind::VOID ? arguments[0].type : DataType::Primitive(rule.result);
		auto call = SqlExpression::Call(std::string(rule.names[0]), std::move(arguments));
		call.type = type;
		return call;
	}
	RefuseExpression("the function " + name);
}

} // namespace merganser
