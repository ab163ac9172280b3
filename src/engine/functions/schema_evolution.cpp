#include "engine/functions/schema_evolution.hpp"

#include "base/error.hpp"
#include "duckdb/common/exception/binder_exception.hpp"
#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/planner/operator/logical_extension_operator.hpp"
#include "duckdb/planner/operator/logical_insert.hpp"
#include "duckdb/planner/operator/logical_merge_into.hpp"
#include "duckdb/planner/operator_extension.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "engine/catalog/evolved_table.hpp"
#include "engine/functions/evolving_rows.hpp"
#include "engine/session/planned_statement.hpp"
#include "engine/port/error_border.hpp"
#include "engine/session/lake_transaction.hpp"
#include "protocol/schema_evolution.hpp"
#include "protocol/type_widening.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace merganser {

namespace {

using duckdb::BoundStatement;
using duckdb::ClientContext;
using duckdb::LogicalOperatorType;

constexpr const char *EVOLUTION_SETTING = "merganser_schema_evolution";

bool IsOn(ClientContext &context) {
	duckdb::Value setting;
	return context.TryGetCurrentSetting(EVOLUTION_SETTING, setting) && !setting.IsNull() &&
	       duckdb::BooleanValue::Get(setting);
}

//! The table that the rows go to and their columns; nullopt where this is no business of ours. What is wrong with
//! the statement besides the table's columns is for the planner to say.
struct Evolving {
	LakeTable &table;
	SourceColumns source;
};
std::optional<Evolving> Look(duckdb::Binder &binder, const EvolvingRows &rows) {
	try {
		auto table = rows.Table(binder.context);
		if (!table || table->IsTimeTravel() || table->Evolution()) {
			return std::nullopt;
		}
		return Evolving {*table, rows.Source(binder)};
	} catch (const std::exception &) {
		return std::nullopt;
	}
}

//! With the setting off, for a statement that cannot be bound.
void ThrowUnknownColumn(const EvolvingRows &rows, const Evolving &evolving) {
	const auto &schema = evolving.table.GetSnapshot()->configuration->GetSchema();
	const auto &names = evolving.source.names;
	const auto unknown =
	    std::find_if(names.begin(), names.end(), [&](const std::string &name) { return !schema.Find(name); });
	// By position, names that differ are no error.
	const bool fails_elsewhere = rows.TakesByPosition() && names.size() == schema.fields.size();
	if (unknown == names.end() || fails_elsewhere) {
		return;
	}
	throw duckdb::BinderException(
	    "%s: table \"%s\" has no column \"%s\". SET %s = true, and the statement adds it; or ALTER TABLE … ADD COLUMN, "
	    "or leave it out of the query",
	    rows.Name(), evolving.table.Location().name, *unknown, EVOLUTION_SETTING);
}

std::optional<TableChange> EvolutionOf(const Evolving &evolving) {
	const auto fields = FieldsOf(evolving.table, evolving.source);
	return AtBorder([&]() -> std::optional<TableChange> {
		auto altered = EvolveTable(AlteredFromOf(evolving.table), fields);
		if (!altered.Changes(*evolving.table.GetSnapshot()->configuration)) {
			return std::nullopt;
		}
		TableChange change;
		change.protocol = std::move(altered.protocol);
		change.metadata = std::move(altered.metadata);
		return change;
	});
}

//! The statement bound to the table as it will be; without a plan where it has nothing to add.
BoundStatement BindEvolving(duckdb::Binder &binder, duckdb::SQLStatement &statement) {
	EvolvingRows rows(statement);
	const auto evolving = rows.IsNone() ? std::nullopt : Look(binder, rows);
	if (!evolving) {
		return BoundStatement();
	}
	if (!IsOn(binder.context)) {
		ThrowUnknownColumn(rows, *evolving);
		return BoundStatement();
	}
	auto evolution = EvolutionOf(*evolving);
	if (!evolution && !rows.TakesByPosition()) {
		return BoundStatement();
	}
	rows.TakeByName();
	if (evolution) {
		const auto name = KeepEvolvedTable(binder.context, evolving->table, std::move(*evolution));
		rows.Redirect(evolving->table, name);
	}
	// What was bound before is not run.
	LakeTransaction::Get(binder.context, evolving->table.catalog).SettleScans(ScanFate::FORGOTTEN);
	return duckdb::Binder::CreateBinder(binder.context, &binder)->Bind(statement);
}

//! The lake's table that the plan writes to by INSERT or MERGE.
duckdb::optional_ptr<LakeTable> WrittenTable(duckdb::LogicalOperator &op) {
	switch (op.type) {
	case LogicalOperatorType::LOGICAL_INSERT:
		return dynamic_cast<LakeTable *>(&op.Cast<duckdb::LogicalInsert>().table);
	case LogicalOperatorType::LOGICAL_MERGE_INTO:
		return dynamic_cast<LakeTable *>(&op.Cast<duckdb::LogicalMergeInto>().table);
	case LogicalOperatorType::LOGICAL_PREPARE:
	case LogicalOperatorType::LOGICAL_EXECUTE:
		// Their statements were planned by themselves.
		return nullptr;
	default:
		break;
	}
	for (auto &child : op.children) {
		if (auto table = WrittenTable(*child)) {
			return table;
		}
	}
	return nullptr;
}

bool IsMerge(const duckdb::LogicalOperator &op) {
	return op.type == LogicalOperatorType::LOGICAL_MERGE_INTO ||
	       std::any_of(op.children.begin(), op.children.end(), [](const auto &child) { return IsMerge(*child); });
}

//! Rows of a statement that can be bound may still have fields and types that the table has not.
bool HasFieldsOrTypes(const LakeTable &table) {
	const auto &configuration = *table.GetSnapshot()->configuration;
	const auto &fields = configuration.GetSchema().fields;
	return TypeWideningEnabled(configuration) ||
	       std::any_of(fields.begin(), fields.end(), [](const StructField &field) { return field.type->IsNested(); });
}

//! Behind the binder.
void EvolveBound(duckdb::PlannerExtensionInput &input, BoundStatement &bound) {
	if (!bound.plan || !IsOn(input.context)) {
		return;
	}
	auto table = WrittenTable(*bound.plan);
	if (!table || table->Evolution() || !(IsMerge(*bound.plan) || HasFieldsOrTypes(*table))) {
		return;
	}
	const bool is_explain = bound.plan->type == LogicalOperatorType::LOGICAL_EXPLAIN;
	auto statement = ParsePlannedStatement(input.context, nullptr, is_explain);
	if (!statement) {
		return;
	}
	auto evolved = BindEvolving(input.binder, *statement);
	if (evolved.plan) {
		bound = std::move(evolved);
	}
}

//! Where binding has failed: DuckDB's own error is raised if there is no plan in the result.
BoundStatement EvolveUnbound(ClientContext &context, duckdb::Binder &binder, duckdb::OperatorExtensionInfo *,
                             duckdb::SQLStatement &failed) {
	switch (failed.type) {
	case duckdb::StatementType::INSERT_STATEMENT:
	case duckdb::StatementType::MERGE_INTO_STATEMENT:
	case duckdb::StatementType::EXPLAIN_STATEMENT:
		break;
	default:
		return BoundStatement();
	}
	const bool is_explain = failed.type == duckdb::StatementType::EXPLAIN_STATEMENT;
	auto statement = ParsePlannedStatement(context, failed, is_explain);
	if (!statement || statement->type != failed.type) {
		return BoundStatement();
	}
	return BindEvolving(binder, *statement);
}

//! DuckDB asks operator extensions when it cannot bind a statement; there is no operator of ours behind it.
class SchemaEvolution : public duckdb::OperatorExtension {
public:
	SchemaEvolution() {
		Bind = EvolveUnbound;
	}
	std::string GetName() override {
		return EVOLUTION_SETTING;
	}
	duckdb::unique_ptr<duckdb::LogicalExtensionOperator> Deserialize(duckdb::Deserializer &) override {
		throw duckdb::NotImplementedException("%s writes no operators into plans", EVOLUTION_SETTING);
	}
};

} // namespace

void RegisterSchemaEvolution(duckdb::DatabaseInstance &db) {
	auto &config = duckdb::DBConfig::GetConfig(db);
	config.AddExtensionOption(EVOLUTION_SETTING,
	                          "INSERT … BY NAME and MERGE add columns that only the source has to the table",
	                          duckdb::LogicalType::BOOLEAN, duckdb::Value::BOOLEAN(false));
	duckdb::OperatorExtension::Register(config, duckdb::make_shared_ptr<SchemaEvolution>());
	duckdb::PlannerExtension extension;
	extension.post_bind_function = EvolveBound;
	duckdb::PlannerExtension::Register(config, std::move(extension));
}

} // namespace merganser
