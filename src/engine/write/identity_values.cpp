#include "engine/write/identity_values.hpp"

#include "base/error.hpp"

#include <map>
#include <string>
#include <utility>

namespace merganser {

TableConfigurationPtr NumberedTable(duckdb::ClientContext &context, LakeTransaction &transaction, const WriteSpec &spec,
                                    const TableChange &change) {
	const auto view = change.metadata ? nullptr : transaction.View(context, spec.location);
	return view ? view->configuration : spec.configuration;
}

IdentityValues::IdentityValues(TableConfigurationPtr table_p) : table(std::move(table_p)) {
	for (const auto &column : IdentityColumnsOf(*table)) {
		columns.push_back({column, IdentityNumbers(column)});
	}
}

std::string IdentityValues::Describe(const Column &column) const {
	return "table \"" + table->TableName() + "\": column \"" + table->GetSchema().fields[column.column.field].name +
	       "\"";
}

duckdb::DataChunk &IdentityValues::Fill(Local &local, duckdb::DataChunk &rows) {
	if (columns.empty() || rows.size() == 0) {
		return rows;
	}
	if (local.rows.ColumnCount() == 0) {
		local.rows.InitializeEmpty(rows.GetTypes());
	}
	local.rows.Reference(rows);
	for (auto &column : columns) {
		duckdb::Vector filled(duckdb::LogicalType::BIGINT);
		FillColumn(column, rows.data[column.column.field], rows.size(), filled);
		local.rows.data[column.column.field].Reference(filled);
	}
	return local.rows;
}

void IdentityValues::FillColumn(Column &target, duckdb::Vector &given, idx_t count, duckdb::Vector &filled) {
	duckdb::UnifiedVectorFormat values;
	given.ToUnifiedFormat(count, values);
	auto *numbers = duckdb::FlatVector::GetData<int64_t>(filled);
	std::vector<idx_t> missing;
	for (idx_t i = 0; i < count; i++) {
		const auto row = values.sel->get_index(i);
		if (!values.validity.RowIsValid(row)) {
			missing.push_back(i);
			continue;
		}
		numbers[i] = duckdb::UnifiedVectorFormat::GetData<int64_t>(values)[row];
		if (!target.column.allows_given_values) {
			throw Error(ErrorKind::INVALID_INPUT,
			            Describe(target) + " is GENERATED ALWAYS AS IDENTITY and takes no value of a statement, as " +
			                std::to_string(numbers[i]) + ". Leave the column out, or write DEFAULT");
		}
	}
	if (missing.empty()) {
		return;
	}
	const auto first = Take(target, missing.size());
	for (size_t i = 0; i < missing.size(); i++) {
		// They all fit; what is on the way to one may not.
		numbers[missing[i]] = int64_t(uint64_t(first) + i * uint64_t(target.column.step));
	}
}

int64_t IdentityValues::Take(Column &from, idx_t count) {
	std::lock_guard<std::mutex> guard(lock);
	const auto first = from.numbers.TryTake(count);
	if (!first) {
		throw Error(ErrorKind::INVALID_INPUT,
		            Describe(from) + " has no numbers left: BIGINT ends. Nothing was written; insert into a table "
		                             "whose identity column begins elsewhere");
	}
	return *first;
}

std::optional<Metadata> IdentityValues::NumberedMetadata() const {
	std::map<size_t, int64_t> marks;
	for (const auto &column : columns) {
		if (const auto last = column.numbers.Last()) {
			marks[column.column.field] = *last;
		}
	}
	return marks.empty() ? std::nullopt : std::optional(WithHighWaterMarks(table->GetMetadata(), marks));
}

} // namespace merganser
