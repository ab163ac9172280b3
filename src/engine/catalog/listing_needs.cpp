#include "engine/catalog/listing_needs.hpp"

#include "duckdb/main/client_context_state.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/operator/logical_get.hpp"

#include <algorithm>
#include <set>

namespace merganser {

namespace {

//! What the optimizer saw of the statement that runs now.
class ListingState : public duckdb::ClientContextState {
public:
	bool names_only = false;
	bool counts_records = true;

	void QueryBegin(duckdb::ClientContext &context) override {
		(void)context;
		names_only = false;
		counts_records = true;
	}

	static ListingState &Get(duckdb::ClientContext &context) {
		return *context.registered_state->GetOrCreate<ListingState>("merganser_listing");
	}
};

//! The uses of system listings in one plan.
struct ListingUse {
	//! table_index -> the get.
	std::vector<duckdb::LogicalGet *> name_listings;
	bool column_listing = false;
	std::set<std::pair<duckdb::idx_t, duckdb::idx_t>> used_columns;
};

} // namespace

static void CollectExpression(const duckdb::Expression &expression, ListingUse &use) {
	if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF) {
		auto &binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
		use.used_columns.insert({binding.table_index, binding.column_index});
	}
	duckdb::ExpressionIterator::EnumerateChildren(
	    expression, [&](const duckdb::Expression &child) { CollectExpression(child, use); });
}

static void CollectOperator(duckdb::LogicalOperator &op, ListingUse &use) {
	if (op.type == duckdb::LogicalOperatorType::LOGICAL_GET) {
		auto &get = op.Cast<duckdb::LogicalGet>();
		if (get.function.name == "duckdb_tables" || get.function.name == "duckdb_views") {
			use.name_listings.push_back(&get);
		} else if (duckdb::StringUtil::StartsWith(get.function.name, "duckdb_")) {
			use.column_listing = true;
		}
	}
	for (auto &expression : op.expressions) {
		CollectExpression(*expression, use);
	}
	for (auto &child : op.children) {
		CollectOperator(*child, use);
	}
}

//! Columns of duckdb_tables() and duckdb_views() that are known from a table's folder alone.
static bool IsKnownFromFolder(const std::string &column) {
	static const std::set<std::string> known {"database_name", "database_oid", "schema_name", "schema_oid",
	                                          "table_name",    "table_oid",    "view_name",   "view_oid",
	                                          "tags",          "internal",     "temporary"};
	return known.count(column) > 0;
}

//! The columns that the plan uses of its listings of tables and views.
static std::set<std::string> UsedNames(const ListingUse &use) {
	std::set<std::string> names;
	for (auto get : use.name_listings) {
		auto &column_ids = get->GetColumnIds();
		for (auto &used : use.used_columns) {
			if (used.first != get->table_index || used.second >= column_ids.size()) {
				continue;
			}
			auto column = column_ids[used.second].GetPrimaryIndex();
			if (column < get->names.size()) {
				names.insert(get->names[column]);
			}
		}
	}
	return names;
}

static void LookAtPlan(duckdb::OptimizerExtensionInput &input, duckdb::unique_ptr<duckdb::LogicalOperator> &plan) {
	ListingUse use;
	CollectOperator(*plan, use);
	auto names = UsedNames(use);
	auto &state = ListingState::Get(input.context);
	state.names_only =
	    !use.name_listings.empty() && !use.column_listing && std::all_of(names.begin(), names.end(), IsKnownFromFolder);
	state.counts_records = names.count("estimated_size") > 0;
}

void ListingNeeds::Register(duckdb::DatabaseInstance &db) {
	duckdb::OptimizerExtension extension;
	extension.optimize_function = LookAtPlan;
	duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(db), std::move(extension));
}

bool ListingNeeds::NeedsColumns(duckdb::ClientContext &context) {
	return !ListingState::Get(context).names_only;
}

bool ListingNeeds::NeedsRecordCounts(duckdb::ClientContext &context) {
	return ListingState::Get(context).counts_records;
}

} // namespace merganser
