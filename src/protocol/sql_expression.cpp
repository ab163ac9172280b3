#include "protocol/sql_expression.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

SqlExpression SqlExpression::Literal(DataTypePtr type, std::string value) {
	SqlExpression literal;
	literal.type = std::move(type);
	literal.value = std::move(value);
	return literal;
}

SqlExpression SqlExpression::Null() {
	return Literal(DataType::Primitive(TypeKind::VOID), std::string());
}

SqlExpression SqlExpression::Column(ColumnPath path) {
	SqlExpression column;
	column.kind = Kind::COLUMN;
	column.path = std::move(path);
	return column;
}

SqlExpression SqlExpression::Call(std::string name, std::vector<SqlExpression> children) {
	SqlExpression call;
	call.kind = Kind::CALL;
	call.name = std::move(name);
	call.children = std::move(children);
	return call;
}

SqlExpression SqlExpression::Cast(SqlExpression child, DataTypePtr type) {
	SqlExpression cast;
	cast.kind = Kind::CAST;
	cast.type = std::move(type);
	cast.children.push_back(std::move(child));
	return cast;
}

std::vector<size_t> ColumnsOf(const SqlExpression &expression, const Schema &schema) {
	std::vector<size_t> columns;
	if (expression.kind == SqlExpression::Kind::COLUMN) {
		if (const auto index = schema.IndexOf(expression.path.front())) {
			columns.push_back(*index);
		}
	}
	for (const auto &child : expression.children) {
		const auto more = ColumnsOf(child, schema);
		columns.insert(columns.end(), more.begin(), more.end());
	}
	std::sort(columns.begin(), columns.end());
	columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
	return columns;
}

} // namespace merganser
