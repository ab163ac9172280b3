#include "engine/maintain/automatic_maintenance.hpp"

#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/database_manager.hpp"
#include "duckdb/parser/parsed_data/transaction_info.hpp"
#include "duckdb/planner/operator/logical_simple.hpp"
#include "duckdb/planner/operator/logical_extension_operator.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "engine/maintain/automatic_compaction.hpp"
#include "engine/maintain/automatic_vacuum.hpp"
#include "engine/session/block_commit.hpp"
#include "engine/session/lake_instance.hpp"
#include "engine/session/reexecution.hpp"
#include "engine/session/statement_commit.hpp"

#include <cmath>
#include <optional>

namespace merganser {

namespace {

using duckdb::ClientContext;

constexpr const char *COMPACTION_SETTING = "merganser_automatic_compaction";
constexpr const char *VACUUM_SETTING = "merganser_automatic_vacuum";
constexpr const char *FILES_SETTING = "merganser_automatic_compaction_files";
constexpr const char *FRACTION_SETTING = "merganser_automatic_maintenance_fraction";
constexpr uint64_t FILES_DEFAULT = 8;
constexpr double FRACTION_DEFAULT = 0.2;

template <class TYPE>
TYPE SettingOf(ClientContext &context, const char *name, TYPE default_value) {
	duckdb::Value value;
	return context.TryGetCurrentSetting(name, value) && !value.IsNull() ? value.GetValue<TYPE>() : default_value;
}

//! nullopt where there is no automatic maintenance.
std::optional<MaintenanceSettings> SettingsOf(ClientContext &context) {
	const MaintenanceSettings settings {
	    SettingOf<bool>(context, COMPACTION_SETTING, true), SettingOf<uint64_t>(context, FILES_SETTING, FILES_DEFAULT),
	    SettingOf<bool>(context, VACUUM_SETTING, true), SettingOf<double>(context, FRACTION_SETTING, FRACTION_DEFAULT)};
	const bool is_on = (settings.compacts || settings.vacuums) && settings.fraction > 0;
	return is_on ? std::optional<MaintenanceSettings>(settings) : std::nullopt;
}

void CheckFiles(ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	if (value.IsNull() || value.GetValue<uint64_t>() < 2) {
		throw duckdb::InvalidInputException("%s is a number of files from 2", FILES_SETTING);
	}
}

void CheckFraction(ClientContext &, duckdb::SetScope, duckdb::Value &value) {
	if (value.IsNull() || std::isnan(value.GetValue<double>()) || value.GetValue<double>() < 0) {
		throw duckdb::InvalidInputException("%s is a number from 0; 'infinity': do at once what is due",
		                                    FRACTION_SETTING);
	}
}

//! Requires: the change was committed by this connection, which has a transaction outside of BEGIN.
void MaintainAfter(ClientContext &context, duckdb::Catalog &catalog, const CommittedChange &committed) {
	const auto settings = SettingsOf(context);
	// A statement that is run again has others wait for it.
	if (!settings || ReexecutionState::Of(context).is_inner) {
		return;
	}
	auto &instance = LakeInstance::Get(context);
	auto &table = MaintenanceCredits::Get(context).Of(committed.snapshot->location, instance.GetRandom());
	table.credit.Earn(double(committed.elapsed_ms), settings->fraction);
	bool has_tried = settings->compacts && CompactAfter(context, catalog, committed, *settings);
	if (settings->vacuums && !context.IsInterrupted()) {
		has_tried = VacuumAfter(context, committed) || has_tried;
	}
	if (has_tried && context.IsInterrupted()) {
		// It has ended the work. The statement has committed, and says so.
		context.ClearInterrupt();
	}
}

void Maintain(ClientContext &context, duckdb::Catalog &catalog) {
	if (!context.transaction.IsAutoCommit()) {
		return;
	}
	if (const auto &committed = LakeTransaction::Get(context, catalog).Committed()) {
		MaintainAfter(context, catalog, *committed);
	}
}

void EndTransaction(duckdb::TransactionContext &transaction) noexcept {
	try {
		if (transaction.HasActiveTransaction()) {
			transaction.Rollback(nullptr);
		}
	} catch (...) {
		// It has changed nothing: what it has made was committed apart from it.
		return;
	}
}

//! COMMIT has ended the transaction and begun none: gives the maintenance one, and ends it, so that nothing is left
//! that could fail behind the COMMIT.
void MaintainBlock(ClientContext &context) {
	const auto commit = BlockCommitState::Take(context);
	if (!commit || context.transaction.HasActiveTransaction() || !SettingsOf(context)) {
		return;
	}
	context.transaction.BeginTransaction();
	try {
		context.transaction.SetActiveQuery(context.db->GetDatabaseManager().GetNewQueryNumber());
		if (auto catalog = duckdb::Catalog::GetCatalogEntry(context, commit->database)) {
			MaintainAfter(context, *catalog, commit->change);
		}
	} catch (...) {
		// Left for a later statement. The COMMIT has succeeded.
		EndTransaction(context.transaction);
		return;
	}
	EndTransaction(context.transaction);
}

//! Hands the statement's result on, and then looks after its table.
class AutomaticMaintenance : public duckdb::PhysicalOperator {
public:
	//! Without a catalog: of what a COMMIT has written.
	AutomaticMaintenance(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p,
	                     duckdb::optional_ptr<duckdb::Catalog> catalog_p)
	    : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types_p), 1), catalog(catalog_p) {
	}

	std::string GetName() const override {
		return "MERGANSER_MAINTENANCE";
	}
	bool RequiresFinalExecute() const override {
		return true;
	}
	duckdb::OperatorResultType Execute(duckdb::ExecutionContext &, duckdb::DataChunk &input, duckdb::DataChunk &chunk,
	                                   duckdb::GlobalOperatorState &, duckdb::OperatorState &) const override {
		chunk.Reference(input);
		return duckdb::OperatorResultType::NEED_MORE_INPUT;
	}
	duckdb::OperatorFinalizeResultType FinalExecute(duckdb::ExecutionContext &context, duckdb::DataChunk &,
	                                                duckdb::GlobalOperatorState &,
	                                                duckdb::OperatorState &) const override {
		if (auto lake = catalog) {
			Maintain(context.client, *lake);
		} else {
			MaintainBlock(context.client);
		}
		return duckdb::OperatorFinalizeResultType::FINISHED;
	}

private:
	const duckdb::optional_ptr<duckdb::Catalog> catalog;
};

//! Stands above the statement's commit and looks like it.
class LogicalMaintenance : public duckdb::LogicalExtensionOperator {
public:
	LogicalMaintenance(duckdb::optional_ptr<duckdb::Catalog> catalog_p,
	                   duckdb::unique_ptr<duckdb::LogicalOperator> commit)
	    : catalog(catalog_p) {
		children.push_back(std::move(commit));
	}

	duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override {
		return children[0]->GetColumnBindings();
	}
	std::string GetName() const override {
		return "MERGANSER_MAINTENANCE";
	}
	bool SupportSerialization() const override {
		return false;
	}
	duckdb::PhysicalOperator &CreatePlan(ClientContext &, duckdb::PhysicalPlanGenerator &planner) override {
		auto &commit = planner.CreatePlan(*children[0]);
		auto &maintenance = planner.Make<AutomaticMaintenance>(commit.types, catalog);
		maintenance.children.push_back(commit);
		return maintenance;
	}

protected:
	void ResolveTypes() override {
		types = children[0]->types;
	}

private:
	const duckdb::optional_ptr<duckdb::Catalog> catalog;
};

bool IsCommit(const duckdb::LogicalOperator &plan) {
	if (plan.type != duckdb::LogicalOperatorType::LOGICAL_TRANSACTION) {
		return false;
	}
	const auto &info = *plan.Cast<duckdb::LogicalSimple>().info;
	return info.Cast<duckdb::TransactionInfo>().type == duckdb::TransactionType::COMMIT;
}

void WrapCommit(duckdb::PlannerExtensionInput &, duckdb::BoundStatement &statement) {
	if (!statement.plan) {
		return;
	}
	if (auto lake = CommittedLake(*statement.plan)) {
		statement.plan = duckdb::make_uniq<LogicalMaintenance>(lake, std::move(statement.plan));
	} else if (IsCommit(*statement.plan)) {
		statement.plan = duckdb::make_uniq<LogicalMaintenance>(nullptr, std::move(statement.plan));
	}
}

} // namespace

void RegisterAutomaticMaintenance(duckdb::DatabaseInstance &db) {
	auto &config = duckdb::DBConfig::GetConfig(db);
	config.AddExtensionOption(COMPACTION_SETTING, "small files are joined after commits, as the time allows",
	                          duckdb::LogicalType::BOOLEAN, duckdb::Value::BOOLEAN(true));
	config.AddExtensionOption(VACUUM_SETTING,
	                          "files that were removed long ago are deleted after commits, as the time allows",
	                          duckdb::LogicalType::BOOLEAN, duckdb::Value::BOOLEAN(true));
	config.AddExtensionOption(FILES_SETTING, "small files of one partition that are joined after a commit, at least",
	                          duckdb::LogicalType::UBIGINT, duckdb::Value::UBIGINT(FILES_DEFAULT), CheckFiles);
	config.AddExtensionOption(FRACTION_SETTING,
	                          "the part of the statements' own time that maintenance after them takes at most",
	                          duckdb::LogicalType::DOUBLE, duckdb::Value::DOUBLE(FRACTION_DEFAULT), CheckFraction);
	duckdb::PlannerExtension extension;
	extension.post_bind_function = WrapCommit;
	duckdb::PlannerExtension::Register(config, std::move(extension));
}

} // namespace merganser
