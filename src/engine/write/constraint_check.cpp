#include "engine/write/constraint_check.hpp"

#include "engine/scan/row_read.hpp"
#include "engine/write/row_expressions.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

namespace {

//! Columns that a message shows besides those of the rule.
constexpr size_t SHOWN_COLUMNS = 4;
constexpr size_t SHOWN_VALUE_BYTES = 60;

//! Cut between two characters.
std::string ShownValue(const duckdb::Value &value) {
	auto text = value.ToSQLString();
	if (text.size() <= SHOWN_VALUE_BYTES) {
		return text;
	}
	auto end = SHOWN_VALUE_BYTES;
	while (end > 0 && (text[end] & 0xC0) == 0x80) {
		end--;
	}
	return text.substr(0, end) + "…";
}

bool Contains(const std::vector<size_t> &fields, size_t field) {
	return std::find(fields.begin(), fields.end(), field) != fields.end();
}

} // namespace

ConstraintCheck::ConstraintCheck(duckdb::ClientContext &context_p, const std::string &table_name_p,
                                 const TableConfiguration &configuration, const std::vector<size_t> &fields)
    : context(context_p), table_name(table_name_p) {
	for (auto &rule : RowRulesOf(configuration)) {
		const bool is_known =
		    std::all_of(rule.fields.begin(), rule.fields.end(), [&](size_t field) { return Contains(fields, field); });
		if (is_known) {
			rules.push_back({std::move(rule), nullptr});
		}
	}
	Bind(configuration, fields);
}

ConstraintCheck::ConstraintCheck(duckdb::ClientContext &context_p, const std::string &table_name_p,
                                 const TableConfiguration &configuration, RowRule rule)
    : context(context_p), table_name(table_name_p) {
	const auto fields = rule.fields;
	rules.push_back({std::move(rule), nullptr});
	Bind(configuration, fields);
}

ConstraintCheck::ConstraintCheck(duckdb::ClientContext &context_p, const std::string &table_name_p,
                                 const TableConfiguration &configuration, RowRule rule,
                                 duckdb::unique_ptr<duckdb::Expression> condition)
    : context(context_p), table_name(table_name_p) {
	rules.push_back({std::move(rule), std::move(condition)});
	SetRowFields(configuration, AllFields(configuration));
}

void ConstraintCheck::SetRowFields(const TableConfiguration &configuration, const std::vector<size_t> &fields) {
	row_fields = fields;
	for (const auto index : fields) {
		names.push_back(configuration.GetSchema().fields[index].name);
	}
}

void ConstraintCheck::Bind(const TableConfiguration &configuration, const std::vector<size_t> &fields) {
	if (rules.empty()) {
		return;
	}
	SetRowFields(configuration, fields);
	for (auto &rule : rules) {
		rule.condition = BindToRows(context, rule.rule.condition, configuration.GetSchema(), fields);
	}
}

ConstraintCheck::Local::Local(const ConstraintCheck &check) {
	duckdb::vector<duckdb::LogicalType> types;
	for (const auto &rule : check.rules) {
		executors.push_back(std::make_unique<duckdb::ExpressionExecutor>(check.context, *rule.condition));
		types.push_back(duckdb::LogicalType::BOOLEAN);
	}
	if (!types.empty()) {
		result.Initialize(check.context, types);
	}
}

std::string ConstraintCheck::FindViolation(Local &local, duckdb::DataChunk &rows, const RowRule *&broken) const {
	local.result.Reset();
	for (size_t i = 0; i < rules.size(); i++) {
		auto &fulfilled = local.result.data[i];
		local.executors[i]->ExecuteExpression(rows, fulfilled);
		duckdb::UnifiedVectorFormat format;
		fulfilled.ToUnifiedFormat(rows.size(), format);
		const auto *values = duckdb::UnifiedVectorFormat::GetData<bool>(format);
		for (idx_t row = 0; row < rows.size(); row++) {
			const auto index = format.sel->get_index(row);
			if (format.validity.RowIsValid(index) && values[index]) {
				continue;
			}
			broken = &rules[i].rule;
			std::string text;
			for (size_t column = 0; column < names.size(); column++) {
				if (column >= SHOWN_COLUMNS && !Contains(broken->fields, row_fields[column])) {
					continue;
				}
				text +=
				    (text.empty() ? "" : ", ") + names[column] + " = " + ShownValue(rows.data[column].GetValue(row));
			}
			return text;
		}
	}
	broken = nullptr;
	return std::string();
}

void ConstraintCheck::Check(Local &local, duckdb::DataChunk &rows) const {
	if (rules.empty() || rows.size() == 0) {
		return;
	}
	const RowRule *broken = nullptr;
	const auto row = FindViolation(local, rows, broken);
	if (broken) {
		throw duckdb::ConstraintException("%s of table \"%s\" failed: (%s) is not true for the row (%s). Nothing was "
		                                  "written",
		                                  broken->name, table_name, broken->text, row);
	}
}

std::vector<size_t> FieldsToCheck(const TableConfiguration &configuration, std::vector<size_t> fields) {
	const auto set_fields = fields;
	for (const auto &rule : RowRulesOf(configuration)) {
		const bool is_touched = std::any_of(rule.fields.begin(), rule.fields.end(),
		                                    [&](size_t field) { return Contains(set_fields, field); });
		if (is_touched) {
			fields.insert(fields.end(), rule.fields.begin(), rule.fields.end());
		}
	}
	std::sort(fields.begin(), fields.end());
	fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
	return fields;
}

} // namespace merganser
