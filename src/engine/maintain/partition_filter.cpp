#include "engine/maintain/partition_filter.hpp"

#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_binder/where_binder.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "engine/port/type_map.hpp"
#include "engine/scan/lake_scan.hpp"
#include "protocol/partition_value.hpp"

#include <algorithm>

namespace merganser {

namespace {

duckdb::unique_ptr<duckdb::Expression> Bind(duckdb::ClientContext &context, const std::string &function,
                                            const Snapshot &snapshot, const std::string &text) {
	auto parsed = duckdb::Parser::ParseExpressionList(text, context.GetParserOptions());
	if (parsed.size() != 1) {
		throw duckdb::BinderException("%s: \"where\" is one condition, not '%s'", function, text);
	}
	duckdb::vector<std::string> names;
	duckdb::vector<duckdb::LogicalType> types;
	TableColumns(snapshot, names, types);
	auto binder = duckdb::Binder::CreateBinder(context);
	binder->bind_context.AddGenericBinding(binder->GenerateTableIndex(), "t", names, types);
	duckdb::WhereBinder where(*binder, context);
	auto bound = where.Bind(parsed[0]);
	if (bound->HasSubquery() || bound->HasParameter()) {
		throw duckdb::BinderException("%s: \"where\" takes no subqueries and no parameters", function);
	}
	return bound;
}

} // namespace

PartitionFilter::PartitionFilter(duckdb::ClientContext &context, const std::string &function, const Snapshot &snapshot,
                                 const std::string &text) {
	const auto &configuration = *snapshot.configuration;
	const auto &columns = configuration.PartitionColumns();
	if (columns.empty()) {
		throw duckdb::BinderException("%s: \"where\" chooses partitions, and table \"%s\" has no partition columns",
		                              function, snapshot.TableName());
	}
	for (const auto column : columns) {
		types.push_back(ToDuckDBType(*configuration.GetSchema().fields[column].type));
	}
	condition = Bind(context, function, snapshot, text);
	duckdb::ExpressionIterator::VisitExpressionMutable<duckdb::BoundColumnRefExpression>(
	    condition, [&](duckdb::BoundColumnRefExpression &reference, duckdb::unique_ptr<duckdb::Expression> &slot) {
		    const size_t field = reference.binding.column_index;
		    const auto found = std::find(columns.begin(), columns.end(), field);
		    if (found == columns.end()) {
			    throw duckdb::BinderException("%s: \"where\" chooses partitions, and \"%s\" is no partition column of "
			                                  "table \"%s\"",
			                                  function, configuration.GetSchema().fields[field].name,
			                                  snapshot.TableName());
		    }
		    slot = duckdb::make_uniq<duckdb::BoundReferenceExpression>(reference.return_type,
		                                                               idx_t(found - columns.begin()));
	    });
}

std::vector<bool> PartitionFilter::Choose(duckdb::ClientContext &context, const Snapshot &snapshot,
                                          const FilePartitions &partitions) const {
	const auto &configuration = *snapshot.configuration;
	const auto &columns = configuration.PartitionColumns();
	std::vector<bool> chosen;
	duckdb::DataChunk rows;
	rows.Initialize(context, types);
	duckdb::ExpressionExecutor executor(context, *condition);
	for (size_t first = 0; first < partitions.Count(); first += STANDARD_VECTOR_SIZE) {
		const auto count = std::min<size_t>(partitions.Count() - first, STANDARD_VECTOR_SIZE);
		rows.Reset();
		for (size_t row = 0; row < count; row++) {
			const auto file = partitions.FirstFile(uint32_t(first + row));
			const auto &batch = snapshot.files.BatchOf(file);
			for (size_t i = 0; i < columns.size(); i++) {
				const auto &type = *configuration.GetSchema().fields[columns[i]].type;
				const auto &value = batch.PartitionDictionary(i)[batch.PartitionCode(i, file.row)];
				rows.SetValue(i, row, ToValue(ParsePartitionValue(value, type), type));
			}
		}
		rows.SetCardinality(count);
		duckdb::SelectionVector selected(count);
		const auto selected_count = executor.SelectExpression(rows, selected);
		chosen.resize(first + count, false);
		for (idx_t i = 0; i < selected_count; i++) {
			chosen[first + selected.get_index(i)] = true;
		}
	}
	return chosen;
}

} // namespace merganser
