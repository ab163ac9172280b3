#include "engine/scan/tracked_rows.hpp"

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/function/function_binder.hpp"
#include "duckdb/planner/expression/bound_conjunction_expression.hpp"
#include "duckdb/planner/expression/bound_constant_expression.hpp"
#include "duckdb/planner/expression/bound_operator_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/filter/conjunction_filter.hpp"
#include "protocol/row_tracking.hpp"

#include <utility>

namespace merganser {

namespace {

std::optional<duckdb::idx_t> PlaceOf(const Snapshot &snapshot, const std::vector<size_t> &fields,
                                     const std::string &name) {
	const auto &schema = snapshot.configuration->GetSchema().fields;
	for (duckdb::idx_t i = 0; i < fields.size(); i++) {
		if (schema[fields[i]].name == name) {
			return i;
		}
	}
	return std::nullopt;
}

//! Replaces NULL by `value(row)`. In a vector of its own: the column may belong to the file's reader.
template <class VALUE>
void FillNulls(duckdb::DataChunk &rows, duckdb::idx_t column, VALUE value) {
	duckdb::UnifiedVectorFormat held;
	rows.data[column].ToUnifiedFormat(rows.size(), held);
	const auto *values = duckdb::UnifiedVectorFormat::GetData<int64_t>(held);
	duckdb::Vector filled(duckdb::LogicalType::BIGINT);
	auto *target = duckdb::FlatVector::GetData<int64_t>(filled);
	for (duckdb::idx_t i = 0; i < rows.size(); i++) {
		const auto index = held.sel->get_index(i);
		const std::optional<int64_t> result = held.validity.RowIsValid(index) ? values[index] : value(i);
		if (result) {
			target[i] = *result;
		} else {
			duckdb::FlatVector::SetNull(filled, i, true);
		}
	}
	rows.data[column].Reference(filled);
}

duckdb::unique_ptr<duckdb::Expression> Reference(duckdb::idx_t local_column) {
	return duckdb::make_uniq<duckdb::BoundReferenceExpression>(duckdb::LogicalType::BIGINT, local_column);
}

duckdb::unique_ptr<duckdb::Expression> Constant(const std::optional<int64_t> &value) {
	return duckdb::make_uniq<duckdb::BoundConstantExpression>(value ? duckdb::Value::BIGINT(*value)
	                                                                : duckdb::Value(duckdb::LogicalType::BIGINT));
}

duckdb::unique_ptr<duckdb::Expression> Sum(duckdb::ClientContext &context, duckdb::unique_ptr<duckdb::Expression> left,
                                           duckdb::unique_ptr<duckdb::Expression> right) {
	duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> parts;
	parts.push_back(std::move(left));
	parts.push_back(std::move(right));
	duckdb::ErrorData error;
	auto sum =
	    duckdb::FunctionBinder(context).BindScalarFunction(DEFAULT_SCHEMA, "+", std::move(parts), error, true, nullptr);
	if (error.HasError()) {
		error.Throw();
	}
	return sum;
}

//! The column of the file that keeps the values of rows that were copied; nullopt without.
std::optional<duckdb::idx_t> KeptColumn(const duckdb::BaseFileReader &reader, const std::string &name) {
	for (duckdb::idx_t i = 0; i < reader.columns.size(); i++) {
		if (reader.columns[i].name == name) {
			if (reader.columns[i].type != duckdb::LogicalType::BIGINT) {
				throw duckdb::InvalidInputException("its column '%s', which keeps row tracking, has the type %s", name,
				                                    reader.columns[i].type.ToString());
			}
			return i;
		}
	}
	return std::nullopt;
}

//! The filter over local column 0; nullptr where it only repeats what an operator above the scan looks at.
duckdb::unique_ptr<duckdb::Expression> ConditionOf(const duckdb::TableFilter &filter) {
	using duckdb::TableFilterType;
	switch (filter.filter_type) {
	case TableFilterType::OPTIONAL_FILTER:
	case TableFilterType::DYNAMIC_FILTER:
	case TableFilterType::BLOOM_FILTER:
		return nullptr;
	case TableFilterType::CONJUNCTION_AND: {
		auto all = duckdb::make_uniq<duckdb::BoundConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_AND);
		for (const auto &child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
			if (auto condition = ConditionOf(*child)) {
				all->children.push_back(std::move(condition));
			}
		}
		if (all->children.size() > 1) {
			return all;
		}
		return all->children.empty() ? nullptr : std::move(all->children[0]);
	}
	default:
		return filter.ToExpression(*Reference(0));
	}
}

} // namespace

SnapshotPtr WithRowTracking(const SnapshotPtr &snapshot) {
	if (!RowTrackingEnabled(*snapshot->configuration)) {
		return snapshot;
	}
	auto tracked = std::make_shared<Snapshot>(*snapshot);
	tracked->configuration = RowTrackingConfiguration(*snapshot->configuration);
	return tracked;
}

RowTrackingValues::RowTrackingValues(const Snapshot &snapshot_p, const std::vector<size_t> &fields)
    : snapshot(snapshot_p) {
	if (RowTrackingEnabled(*snapshot.configuration)) {
		const auto names = RowTrackingNamesOf(*snapshot.configuration);
		row_id = PlaceOf(snapshot, fields, names.row_id);
		row_commit_version = PlaceOf(snapshot, fields, names.row_commit_version);
	}
}

void RowTrackingValues::Set(duckdb::DataChunk &rows, FileRef file, duckdb::idx_t position_column) const {
	const auto added = snapshot.files.BatchOf(file).ToAddFile(file.row);
	if (row_id) {
		auto &column = rows.data[position_column];
		column.Flatten(rows.size());
		const auto *positions = duckdb::FlatVector::GetData<int64_t>(column);
		FillNulls(rows, *row_id, [&](duckdb::idx_t row) -> std::optional<int64_t> {
			return added.base_row_id ? std::optional<int64_t>(*added.base_row_id + positions[row]) : std::nullopt;
		});
	}
	if (row_commit_version) {
		FillNulls(rows, *row_commit_version, [&](duckdb::idx_t) { return added.default_row_commit_version; });
	}
}

bool HasRowTracking(const Snapshot &snapshot, FileRef file) {
	return RowTrackingEnabled(*snapshot.configuration) &&
	       snapshot.files.BatchOf(file).ToAddFile(file.row).base_row_id.has_value();
}

duckdb::unique_ptr<duckdb::Expression> RowTrackingExpression(duckdb::ClientContext &context, const Snapshot &snapshot,
                                                             FileRef file, duckdb::BaseFileReader &reader,
                                                             duckdb::column_t column) {
	const auto added = snapshot.files.BatchOf(file).ToAddFile(file.row);
	const auto names = RowTrackingNamesOf(*snapshot.configuration);
	const bool is_id = column == ROW_ID_COLUMN;
	const auto kept = KeptColumn(reader, is_id ? names.row_id : names.row_commit_version);
	const auto next = reader.column_ids.size();
	const auto position = kept ? next + 1 : next;
	auto value = is_id ? Sum(context, Constant(added.base_row_id), Reference(position))
	                   : Constant(added.default_row_commit_version);
	if (!kept) {
		return value;
	}
	reader.column_ids.push_back(duckdb::MultiFileLocalColumnId(*kept));
	reader.column_indexes.emplace_back(*kept);
	auto coalesce = duckdb::make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE,
	                                                                   duckdb::LogicalType::BIGINT);
	coalesce->children.push_back(Reference(next));
	coalesce->children.push_back(std::move(value));
	return coalesce;
}

RowTrackingFilters::RowTrackingFilters(const duckdb::MultiFileList &files) : MultiFileReaderGlobalState({}, &files) {
}

void RowTrackingFilters::TakeFrom(duckdb::TableFilterSet &filters,
                                  const duckdb::vector<duckdb::ColumnIndex> &column_ids) {
	std::lock_guard<std::mutex> guard(lock);
	for (auto entry = filters.filters.begin(); entry != filters.filters.end();) {
		if (!IsRowTrackingColumn(column_ids[entry->first].GetPrimaryIndex())) {
			entry++;
			continue;
		}
		auto condition = is_set ? nullptr : ConditionOf(*entry->second);
		if (condition) {
			conditions.emplace(entry->first, std::move(condition));
		}
		entry = filters.filters.erase(entry);
	}
	is_set = true;
}

void RowTrackingFilters::Apply(duckdb::ClientContext &context, const duckdb::MultiFileReaderData &file,
                               duckdb::DataChunk &rows) {
	// Set before the first row of the first file is read.
	for (const auto &[column, condition] : conditions) {
		duckdb::DataChunk values;
		values.Initialize(context, {duckdb::LogicalType::BIGINT});
		duckdb::ExpressionExecutor(context, *file.expressions[column]).ExecuteExpression(rows, values.data[0]);
		values.SetCardinality(rows.size());
		duckdb::SelectionVector kept(STANDARD_VECTOR_SIZE);
		const auto count = duckdb::ExpressionExecutor(context, *condition).SelectExpression(values, kept);
		if (count < rows.size()) {
			rows.Slice(kept, count);
		}
	}
}

} // namespace merganser
