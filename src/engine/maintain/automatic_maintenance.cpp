#include "engine/maintain/automatic_maintenance.hpp"

#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/planner/operator/logical_extension_operator.hpp"
#include "duckdb/planner/planner_extension.hpp"
#include "engine/maintain/automatic_compaction.hpp"
#include "engine/session/reexecution.hpp"
#include "engine/session/statement_commit.hpp"

#include <cmath>
#include <optional>

namespace merganser {

namespace {

using duckdb::ClientContext;

constexpr const char *COMPACTION_SETTING = "merganser_automatic_compaction";
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
	const MaintenanceSettings settings {SettingOf<uint64_t>(context, FILES_SETTING, FILES_DEFAULT),
	                                    SettingOf<double>(context, FRACTION_SETTING, FRACTION_DEFAULT)};
	const bool is_on = SettingOf<bool>(context, COMPACTION_SETTING, true) && settings.fraction > 0;
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

void Maintain(ClientContext &context, duckdb::Catalog &catalog) {
	// A statement that is run again has others wait for it.
	if (!context.transaction.IsAutoCommit() || ReexecutionState::Of(context).is_inner) {
		return;
	}
	const auto settings = SettingsOf(context);
	const auto &committed = LakeTransaction::Get(context, catalog).Committed();
	if (settings && committed && CompactAfter(context, catalog, *committed, *settings) && context.IsInterrupted()) {
		// It has ended the work. The statement has committed, and says so.
		context.ClearInterrupt();
	}
}

//! Hands the statement's result on, and then looks after its table.
class AutomaticMaintenance : public duckdb::PhysicalOperator {
public:
	AutomaticMaintenance(duckdb::PhysicalPlan &plan, duckdb::vector<duckdb::LogicalType> types_p,
	                     duckdb::Catalog &catalog_p)
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
		Maintain(context.client, catalog);
		return duckdb::OperatorFinalizeResultType::FINISHED;
	}

private:
	duckdb::Catalog &catalog;
};

//! Stands above the statement's commit and looks like it.
class LogicalMaintenance : public duckdb::LogicalExtensionOperator {
public:
	LogicalMaintenance(duckdb::Catalog &catalog_p, duckdb::unique_ptr<duckdb::LogicalOperator> commit)
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
	duckdb::Catalog &catalog;
};

void WrapCommit(duckdb::PlannerExtensionInput &, duckdb::BoundStatement &statement) {
	if (!statement.plan) {
		return;
	}
	if (auto lake = CommittedLake(*statement.plan)) {
		statement.plan = duckdb::make_uniq<LogicalMaintenance>(*lake, std::move(statement.plan));
	}
}

} // namespace

void RegisterAutomaticMaintenance(duckdb::DatabaseInstance &db) {
	auto &config = duckdb::DBConfig::GetConfig(db);
	config.AddExtensionOption(COMPACTION_SETTING, "small files are joined after commits, as the time allows",
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
