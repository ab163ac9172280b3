#include "engine/write/row_expressions.hpp"

#include "duckdb/parser/column_list.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression_binder/check_binder.hpp"
#include "engine/port/expression_to_duckdb.hpp"
#include "engine/port/type_map.hpp"

namespace merganser {

duckdb::unique_ptr<duckdb::Expression> BindToRows(duckdb::ClientContext &context, const SqlExpression &resolved,
                                                  const Schema &schema, const std::vector<size_t> &fields) {
	duckdb::ColumnList columns;
	for (const auto index : fields) {
		const auto &field = schema.fields[index];
		columns.AddColumn(duckdb::ColumnDefinition(field.name, ToDuckDBType(*field.type)));
	}
	auto binder = duckdb::Binder::CreateBinder(context);
	duckdb::physical_index_set_t bound_columns;
	duckdb::CheckBinder check_binder(*binder, context, std::string(), columns, bound_columns);
	check_binder.target_type = ToDuckDBType(*resolved.type);
	auto parsed = ToDuckDBExpression(resolved, ExpressionUse::EVALUATE);
	return check_binder.Bind(parsed);
}

} // namespace merganser
