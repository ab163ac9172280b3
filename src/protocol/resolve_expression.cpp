#include "base/error.hpp"
#include "protocol/calendar_text.hpp"
#include "protocol/schema_names.hpp"
#include "protocol/spark_tokens.hpp"
#include "protocol/spark_types.hpp"
#include "protocol/sql_expression.hpp"
#include "protocol/sql_functions.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace merganser {

namespace {

bool IsOneOf(const std::string &name, std::initializer_list<std::string_view> names) {
	return std::find(names.begin(), names.end(), name) != names.end();
}

//! `yyyy-MM-dd`, for timestamps perhaps with ` HH:mm:ss` and a fraction: nothing that only one of the dialects knows.
bool IsIsoText(const std::string &text, TypeKind kind) {
	if (text.find_first_not_of("0123456789-:. ") != std::string::npos || text.size() < 10 || text[4] != '-') {
		return false;
	}
	if (text.size() == 10) {
		return TryParseDate(text).has_value();
	}
	return kind != TypeKind::DATE && text.size() >= 19 && text.size() <= 26 && text[10] == ' ' &&
	       TryParseTimestampNtz(text).has_value();
}

//! Casts that mean the same in both dialects, CAST and implicit ones.
bool CanCast(const SqlExpression &from, const DataType &to) {
	const auto kind = from.type->kind;
	if (kind == TypeKind::VOID) {
		return true;
	}
	if (kind == TypeKind::STRING) {
		return from.kind == SqlExpression::Kind::LITERAL && IsTemporal(to.kind) && IsIsoText(from.value, to.kind);
	}
	if (IsInteger(kind)) {
		return IsNumeric(to.kind) || to.kind == TypeKind::STRING;
	}
	if (kind == TypeKind::DECIMAL) {
		const bool is_exact = from.type->precision <= EXACT_DOUBLE_DIGITS;
		return to.kind == TypeKind::DECIMAL || IsInteger(to.kind) || (IsFloating(to.kind) && is_exact);
	}
	if (IsFloating(kind)) {
		return IsFloating(to.kind) || IsInteger(to.kind);
	}
	if (kind == TypeKind::BOOLEAN) {
		return IsInteger(to.kind) || to.kind == TypeKind::STRING;
	}
	return IsTemporal(kind) && IsTemporal(to.kind);
}

SqlExpression ResolvedCast(SqlExpression child, const DataTypePtr &type, bool rounds) {
	if (*child.type == *type) {
		return child;
	}
	const auto kind = child.type->kind;
	const bool cuts_fraction = IsInteger(type->kind) && (IsFloating(kind) || kind == TypeKind::DECIMAL);
	if (!CanCast(child, *type) || (cuts_fraction && rounds)) {
		const auto what = child.kind == SqlExpression::Kind::LITERAL && kind == TypeKind::STRING
		                      ? "the text '" + child.value + "'"
		                      : child.type->ToString();
		RefuseExpression("a cast from " + what + " to " + type->ToString());
	}
	if (cuts_fraction) {
		const auto fraction_type = child.type;
		child = SqlExpression::Call("truncate", {std::move(child)});
		child.type = fraction_type;
	}
	return SqlExpression::Cast(std::move(child), type);
}

class Resolver {
public:
	explicit Resolver(const Schema &schema_p) : schema(schema_p) {
	}

	SqlExpression Resolve(const SqlExpression &node) const {
		switch (node.kind) {
		case SqlExpression::Kind::LITERAL:
			return node;
		case SqlExpression::Kind::COLUMN:
			return Column(node);
		case SqlExpression::Kind::CAST:
			return ResolvedCast(Resolve(node.children[0]), node.type, node.rounds);
		case SqlExpression::Kind::CALL:
			break;
		}
		std::vector<SqlExpression> children;
		for (const auto &child : node.children) {
			children.push_back(Resolve(child));
		}
		return Call(node.name, std::move(children));
	}

private:
	SqlExpression Column(const SqlExpression &node) const {
		const auto *fields = &schema.fields;
		auto resolved = node;
		std::string name;
		for (auto &part : resolved.path) {
			name += (name.empty() ? "" : ".") + part;
			const auto field = std::find_if(fields->begin(), fields->end(), [&](const StructField &candidate) {
				return SameName(candidate.name, part);
			});
			if (field == fields->end()) {
				RefuseExpression("the column \"" + name + "\", which the table does not have");
			}
			part = field->name;
			resolved.type = field->type;
			fields = &field->type->fields;
		}
		return resolved;
	}

	static SqlExpression Typed(const std::string &name, std::vector<SqlExpression> children, const DataTypePtr &type) {
		auto call = SqlExpression::Call(name, std::move(children));
		call.type = type;
		return call;
	}

	static SqlExpression Condition(SqlExpression child) {
		if (child.IsNull()) {
			return SqlExpression::Cast(std::move(child), DataType::Primitive(TypeKind::BOOLEAN));
		}
		if (child.type->kind != TypeKind::BOOLEAN) {
			RefuseExpression("a condition of type " + child.type->ToString());
		}
		return child;
	}

	SqlExpression Call(const std::string &name, std::vector<SqlExpression> children) const {
		const auto boolean = DataType::Primitive(TypeKind::BOOLEAN);
		if (IsOneOf(name, {"and", "or", "not"})) {
			for (auto &child : children) {
				child = Condition(std::move(child));
			}
			return Typed(name, std::move(children), boolean);
		}
		if (IsOneOf(name, {"isnull", "isnotnull"}) && children.size() == 1) {
			return Typed(name, std::move(children), boolean);
		}
		if (IsOneOf(name, {"=", "!=", "<=>", "<", "<=", ">", ">=", "in"})) {
			return Typed(name, InCommonType(name, std::move(children)), boolean);
		}
		if (name == "like") {
			return Like(std::move(children));
		}
		if (IsOneOf(name, {"+", "-", "*", "/", "%", "div"})) {
			return Arithmetic(name, std::move(children));
		}
		if (name == "negate") {
			if (!IsNumeric(children[0].type->kind)) {
				RefuseExpression("- before a " + children[0].type->ToString());
			}
			const auto type = children[0].type;
			return Typed(name, std::move(children), type);
		}
		if (name == "case") {
			return Case(std::move(children));
		}
		if (name == "if" && children.size() == 3) {
			return Case(std::move(children));
		}
		if (name == "nullif" && children.size() == 2) {
			const auto type = children[0].type;
			auto condition = Typed("=", InCommonType("=", children), boolean);
			return Case({std::move(condition), SqlExpression::Cast(SqlExpression::Null(), type), children[0]});
		}
		return ResolveFunction(name, std::move(children));
	}

	//! All are compared with the first one.
	static std::vector<SqlExpression> InCommonType(const std::string &name, std::vector<SqlExpression> children) {
		auto common = children[0];
		for (size_t i = 1; i < children.size(); i++) {
			auto type = CommonType(common, children[i]);
			if (!type) {
				RefuseExpression(common.type->ToString() + " " + name + " " + children[i].type->ToString());
			}
			common.kind = children[0].kind;
			common.type = std::move(type);
		}
		for (auto &child : children) {
			const auto from = child.type->ToString();
			auto converted = TryConvert(std::move(child), common.type);
			if (!converted) {
				RefuseExpression("a " + from + " where a " + common.type->ToString() + " is needed");
			}
			child = std::move(*converted);
		}
		return children;
	}

	static SqlExpression Like(std::vector<SqlExpression> children) {
		if (children[0].type->kind != TypeKind::STRING || children[1].kind != SqlExpression::Kind::LITERAL) {
			RefuseExpression("LIKE on a " + children[0].type->ToString());
		}
		const auto &pattern = children[1].value;
		for (auto at = pattern.find('\\'); at != std::string::npos; at = pattern.find('\\', at + 2)) {
			if (at + 1 == pattern.size() || std::string_view("%_\\").find(pattern[at + 1]) == std::string_view::npos) {
				RefuseExpression("the pattern '" + pattern + "'");
			}
		}
		return Typed("like", std::move(children), DataType::Primitive(TypeKind::BOOLEAN));
	}

	static SqlExpression Arithmetic(const std::string &name, std::vector<SqlExpression> children) {
		const auto types = TypeOfArithmetic(name, children[0], children[1]);
		if (!types.result) {
			RefuseExpression(children[0].type->ToString() + " " + name + " " + children[1].type->ToString());
		}
		for (auto &child : children) {
			child = ResolvedCast(std::move(child), types.operands ? types.operands : AsDecimal(child), false);
		}
		return Typed(name, std::move(children), types.result);
	}

	static SqlExpression Case(std::vector<SqlExpression> parts) {
		std::vector<SqlExpression> values;
		for (size_t i = 0; i < parts.size(); i++) {
			const bool is_else = i + 1 == parts.size() && parts.size() % 2 == 1;
			if (i % 2 == 1 || is_else) {
				values.push_back(parts[i]);
			} else {
				parts[i] = Condition(std::move(parts[i]));
			}
		}
		values = InCommonType("CASE with", std::move(values));
		const auto type = values[0].type;
		for (size_t i = 0; i < values.size(); i++) {
			parts[std::min(2 * i + 1, parts.size() - 1)] = std::move(values[i]);
		}
		return Typed("case", std::move(parts), type);
	}

	const Schema &schema;
};

} // namespace

std::optional<SqlExpression> TryConvert(SqlExpression resolved, const DataTypePtr &type) {
	if (*resolved.type == *type) {
		return resolved;
	}
	if (!CanCast(resolved, *type)) {
		return std::nullopt;
	}
	return SqlExpression::Cast(std::move(resolved), type);
}

SqlExpression ResolveExpression(const SqlExpression &expression, const Schema &schema) {
	return Resolver(schema).Resolve(expression);
}

SqlExpression ResolveAs(SqlExpression resolved, const DataTypePtr &type) {
	return ResolvedCast(std::move(resolved), type, false);
}

} // namespace merganser
