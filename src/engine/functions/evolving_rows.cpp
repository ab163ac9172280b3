#include "engine/functions/evolving_rows.hpp"

#include "base/error.hpp"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/type_visitor.hpp"
#include "duckdb/parser/expression/star_expression.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/query_node/statement_node.hpp"
#include "duckdb/parser/statement/explain_statement.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "engine/catalog/lake_catalog.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"

#include <utility>

namespace merganser {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::MergeActionType;

//! True for an action that takes all columns of the source.
bool TakesAll(const duckdb::MergeIntoAction &action) {
	switch (action.action_type) {
	case MergeActionType::MERGE_UPDATE:
		return !action.update_info;
	case MergeActionType::MERGE_INSERT:
		return action.insert_columns.empty() && action.expressions.empty() && !action.default_values;
	default:
		return false;
	}
}

template <class MERGE, class CALL>
void ForEachTakingAll(MERGE &merge, CALL &&call) {
	for (auto &[when, actions] : merge.actions) {
		for (auto &action : actions) {
			if (when != duckdb::MergeActionCondition::WHEN_NOT_MATCHED_BY_SOURCE && TakesAll(*action)) {
				call(*action);
			}
		}
	}
}

//! True where the type does not say what a column would hold.
bool IsVague(const LogicalType &type) {
	return duckdb::TypeVisitor::Contains(type, [](const LogicalType &part) {
		return part.id() == LogicalTypeId::SQLNULL || part.id() == LogicalTypeId::UNKNOWN ||
		       (part.id() == LogicalTypeId::STRUCT &&
		        (duckdb::StructType::GetChildTypes(part).empty() || duckdb::StructType::IsUnnamed(part)));
	});
}

//! nullptr where it says nothing about a column that the table has.
DataTypePtr KnownColumnType(const LogicalType &type, const std::string &name, NaiveTimestamps naive) {
	if (IsVague(type)) {
		return nullptr;
	}
	try {
		return ToDeltaType(type, name, naive);
	} catch (const Error &error) {
		if (error.kind == ErrorKind::UNSUPPORTED) {
			// It is cast to the column's type, or the statement fails by itself.
			return nullptr;
		}
		throw;
	}
}

DataTypePtr NewColumnType(const LakeTable &table, const LogicalType &type, const std::string &name,
                          NaiveTimestamps naive) {
	if (IsVague(type)) {
		throw duckdb::BinderException("table \"%s\": the new column \"%s\" has no type that could be taken over (%s). "
		                              "Cast it, as in NULL::VARCHAR",
		                              table.Location().name, name, type.ToString());
	}
	return AtBorder([&] { return ToDeltaType(type, name, naive); });
}

} // namespace

EvolvingRows::EvolvingRows(duckdb::SQLStatement &statement) {
	auto *inner = &statement;
	if (inner->type == duckdb::StatementType::EXPLAIN_STATEMENT) {
		inner = inner->Cast<duckdb::ExplainStatement>().stmt.get();
	}
	if (inner->type == duckdb::StatementType::INSERT_STATEMENT) {
		auto &candidate = inner->Cast<duckdb::InsertStatement>();
		const bool is_by_name = candidate.column_order == duckdb::InsertColumnOrder::INSERT_BY_NAME;
		if (is_by_name && candidate.select_statement && candidate.columns.empty() && !candidate.on_conflict_info) {
			insert = candidate;
		}
	} else if (inner->type == duckdb::StatementType::MERGE_INTO_STATEMENT) {
		auto &candidate = inner->Cast<duckdb::MergeIntoStatement>();
		ForEachTakingAll(candidate, [&](const duckdb::MergeIntoAction &) { merge = candidate; });
	}
}

bool EvolvingRows::TakesByPosition() const {
	bool result = false;
	if (merge) {
		ForEachTakingAll(*merge, [&](const duckdb::MergeIntoAction &action) {
			result = result || action.column_order == duckdb::InsertColumnOrder::INSERT_BY_POSITION;
		});
	}
	return result;
}

duckdb::optional_ptr<LakeTable> EvolvingRows::Table(duckdb::ClientContext &context) const {
	std::string catalog;
	std::string schema;
	std::string name;
	if (insert) {
		catalog = insert->catalog;
		schema = insert->schema;
		name = insert->table;
	} else {
		if (merge->target->type != duckdb::TableReferenceType::BASE_TABLE) {
			return nullptr;
		}
		auto &target = merge->target->Cast<duckdb::BaseTableRef>();
		if (target.at_clause || merge->cte_map.map.find(target.table_name) != merge->cte_map.map.end()) {
			return nullptr;
		}
		catalog = target.catalog_name;
		schema = target.schema_name;
		name = target.table_name;
	}
	duckdb::Binder::BindSchemaOrCatalog(context, catalog, schema);
	auto entry = duckdb::Catalog::GetEntry<duckdb::TableCatalogEntry>(context, catalog, schema, name,
	                                                                  duckdb::OnEntryNotFound::RETURN_NULL);
	return dynamic_cast<LakeTable *>(entry.get());
}

SourceColumns EvolvingRows::Source(duckdb::Binder &binder) const {
	duckdb::unique_ptr<duckdb::SQLStatement> select;
	if (insert) {
		select = insert->select_statement->Copy();
	} else {
		auto node = duckdb::make_uniq<duckdb::SelectNode>();
		node->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
		node->from_table = merge->source->Copy();
		auto all = duckdb::make_uniq<duckdb::SelectStatement>();
		all->node = std::move(node);
		select = std::move(all);
	}
	duckdb::StatementNode node(*select);
	node.cte_map = (insert ? insert->cte_map : merge->cte_map).Copy();
	// Nobody runs this plan: it leaves nothing behind in the binder of the statement.
	auto own_binder = duckdb::Binder::CreateBinder(binder.context);
	// Else NULL is an INTEGER, as it is behind WITH.
	own_binder->SetCanContainNulls(true);
	if (auto parameters = binder.GetParameters()) {
		own_binder->SetParameters(*parameters);
	}
	auto bound = own_binder->Bind(static_cast<duckdb::QueryNode &>(node));
	return {std::move(bound.names), std::move(bound.types)};
}

void EvolvingRows::TakeByName() {
	if (merge) {
		ForEachTakingAll(*merge, [](duckdb::MergeIntoAction &action) {
			action.column_order = duckdb::InsertColumnOrder::INSERT_BY_NAME;
		});
	}
}

void EvolvingRows::Redirect(const LakeTable &table, const std::string &name) {
	if (insert) {
		insert->catalog = table.catalog.GetName();
		insert->schema = table.schema.name;
		insert->table = name;
		return;
	}
	auto &target = merge->target->Cast<duckdb::BaseTableRef>();
	target.catalog_name = table.catalog.GetName();
	target.schema_name = table.schema.name;
	target.table_name = name;
}

std::vector<StructField> FieldsOf(const LakeTable &table, const SourceColumns &source) {
	const auto naive = table.catalog.Cast<LakeCatalog>().Settings().naive_timestamps;
	const auto &schema = table.GetSnapshot()->configuration->GetSchema();
	std::vector<StructField> fields;
	for (size_t i = 0; i < source.names.size(); i++) {
		auto &field = fields.emplace_back();
		field.name = source.names[i];
		field.type = schema.Find(field.name) ? KnownColumnType(source.types[i], field.name, naive)
		                                     : NewColumnType(table, source.types[i], field.name, naive);
	}
	return fields;
}

} // namespace merganser
