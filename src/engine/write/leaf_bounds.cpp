#include "engine/write/leaf_bounds.hpp"

#include "duckdb/common/bswap.hpp"
#include "duckdb/common/types/date.hpp"
#include "duckdb/common/types/timestamp.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace merganser {

namespace {

using duckdb::UnifiedVectorFormat;

//! Rows of a leaf: valid where it and all structs around it are.
struct LeafRows {
	UnifiedVectorFormat format;
	//! Set where a struct around the leaf has NULLs.
	std::vector<uint8_t> parent_is_null;
	idx_t count = 0;

	bool IsValid(idx_t row) const {
		return format.validity.RowIsValid(format.sel->get_index(row)) &&
		       (parent_is_null.empty() || !parent_is_null[row]);
	}
	bool AllValid() const {
		return parent_is_null.empty() && format.validity.AllValid();
	}
};

//! Calls visit(value) for every valid row and counts the others.
template <class T, class VISITOR>
void ForEachValid(const LeafRows &rows, LeafBounds &bounds, VISITOR &&visit) {
	const auto *values = UnifiedVectorFormat::GetData<T>(rows.format);
	if (rows.AllValid() && !rows.format.sel->IsSet()) {
		for (idx_t row = 0; row < rows.count; row++) {
			visit(values[row]);
		}
		return;
	}
	for (idx_t row = 0; row < rows.count; row++) {
		if (rows.IsValid(row)) {
			visit(values[rows.format.sel->get_index(row)]);
		} else {
			bounds.null_count++;
		}
	}
}

//! Smallest and largest in local variables, so that the loop stays tight.
template <class T, class TARGET>
void GatherOrdered(const LeafRows &rows, LeafBounds &bounds, TARGET &min, TARGET &max) {
	const int64_t null_count_before = bounds.null_count;
	T smallest = std::numeric_limits<T>::max();
	T largest = std::numeric_limits<T>::lowest();
	ForEachValid<T>(rows, bounds, [&](T value) {
		smallest = std::min(smallest, value);
		largest = std::max(largest, value);
	});
	if (bounds.null_count - null_count_before == int64_t(rows.count)) {
		return;
	}
	min = bounds.has_value ? std::min(min, TARGET(smallest)) : TARGET(smallest);
	max = bounds.has_value ? std::max(max, TARGET(largest)) : TARGET(largest);
	bounds.has_value = true;
}

template <class T>
void GatherNumbers(const LeafRows &rows, LeafBounds &bounds) {
	const int64_t null_count_before = bounds.null_count;
	T smallest = std::numeric_limits<T>::infinity();
	T largest = -std::numeric_limits<T>::infinity();
	int64_t nan_count = 0;
	bool has_negative_zero = false;
	ForEachValid<T>(rows, bounds, [&](T value) {
		// No comparison holds for a NaN.
		smallest = value < smallest ? value : smallest;
		largest = value > largest ? value : largest;
		nan_count += value != value;
		has_negative_zero |= value == 0 && std::signbit(value);
	});
	bounds.has_negative_zero |= has_negative_zero;
	bounds.has_nan |= nan_count > 0;
	if (bounds.null_count - null_count_before + nan_count == int64_t(rows.count)) {
		return;
	}
	bounds.min_number = bounds.has_value ? std::min(bounds.min_number, double(smallest)) : double(smallest);
	bounds.max_number = bounds.has_value ? std::max(bounds.max_number, double(largest)) : double(largest);
	bounds.has_value = true;
}

void GatherWideDecimals(const LeafRows &rows, LeafBounds &bounds) {
	ForEachValid<duckdb::hugeint_t>(rows, bounds, [&](const duckdb::hugeint_t &value) {
		const Int128 number = (Int128(value.upper) << 64) | Int128(value.lower);
		bounds.min_decimal = bounds.has_value ? std::min(bounds.min_decimal, number) : number;
		bounds.max_decimal = bounds.has_value ? std::max(bounds.max_decimal, number) : number;
		bounds.has_value = true;
	});
}

//! The first bytes as a number in the order of the texts; what is shorter ends in zeros.
template <class T>
T BeginOf(const char *text) {
	static_assert(sizeof(T) <= duckdb::string_t::INLINE_LENGTH, "a text of any length has so many bytes to read");
	return duckdb::BSwapIfLE(duckdb::Load<T>(duckdb::const_data_ptr_cast(text)));
}

//! Most texts are told to be inside by their first bytes; those of the prefix are there without following a pointer.
class TextRange {
public:
	void Add(const duckdb::string_t &value) {
		const auto prefix = BeginOf<uint32_t>(value.GetPrefix());
		if (prefix > smallest_begin >> 32 && prefix < largest_begin >> 32) {
			return;
		}
		const auto begin = BeginOf<uint64_t>(value.GetData());
		if (begin > smallest_begin && begin < largest_begin) {
			return;
		}
		Compare(value, begin);
	}

	bool HasValue() const {
		return has_value;
	}
	std::string_view Smallest() const {
		return {smallest.GetData(), smallest.GetSize()};
	}
	std::string_view Largest() const {
		return {largest.GetData(), largest.GetSize()};
	}

private:
	void Compare(const duckdb::string_t &value, uint64_t begin) {
		if (!has_value || (begin <= smallest_begin && value < smallest)) {
			smallest = value;
			smallest_begin = begin;
		}
		if (!has_value || (begin >= largest_begin && value > largest)) {
			largest = value;
			largest_begin = begin;
		}
		has_value = true;
	}

	bool has_value = false;
	//! So that the first value is inside of nothing.
	uint64_t smallest_begin = std::numeric_limits<uint64_t>::max();
	uint64_t largest_begin = 0;
	duckdb::string_t smallest;
	duckdb::string_t largest;
};

void GatherTexts(const LeafRows &rows, LeafBounds &bounds) {
	TextRange range;
	ForEachValid<duckdb::string_t>(rows, bounds, [&](const duckdb::string_t &value) { range.Add(value); });
	if (!range.HasValue()) {
		return;
	}
	if (!bounds.has_value || range.Smallest() < bounds.min_text) {
		bounds.min_text = range.Smallest();
	}
	if (!bounds.has_value || range.Largest() > bounds.max_text) {
		bounds.max_text = range.Largest();
	}
	bounds.has_value = true;
}

void CountNulls(const LeafRows &rows, LeafBounds &bounds) {
	if (rows.AllValid()) {
		return;
	}
	for (idx_t row = 0; row < rows.count; row++) {
		bounds.null_count += !rows.IsValid(row);
	}
}

void GatherDecimals(const LeafRows &rows, duckdb::PhysicalType physical, LeafBounds &bounds) {
	switch (physical) {
	case duckdb::PhysicalType::INT16:
		return GatherOrdered<int16_t>(rows, bounds, bounds.min_decimal, bounds.max_decimal);
	case duckdb::PhysicalType::INT32:
		return GatherOrdered<int32_t>(rows, bounds, bounds.min_decimal, bounds.max_decimal);
	case duckdb::PhysicalType::INT64:
		return GatherOrdered<int64_t>(rows, bounds, bounds.min_decimal, bounds.max_decimal);
	default:
		return GatherWideDecimals(rows, bounds);
	}
}

void GatherLeaf(const LeafRows &rows, duckdb::PhysicalType physical, const DataType &type, LeafBounds &bounds) {
	switch (type.kind) {
	case TypeKind::BYTE:
		return GatherOrdered<int8_t>(rows, bounds, bounds.min_integer, bounds.max_integer);
	case TypeKind::SHORT:
		return GatherOrdered<int16_t>(rows, bounds, bounds.min_integer, bounds.max_integer);
	case TypeKind::INTEGER:
	case TypeKind::DATE:
		return GatherOrdered<int32_t>(rows, bounds, bounds.min_integer, bounds.max_integer);
	case TypeKind::LONG:
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return GatherOrdered<int64_t>(rows, bounds, bounds.min_integer, bounds.max_integer);
	case TypeKind::FLOAT:
		return GatherNumbers<float>(rows, bounds);
	case TypeKind::DOUBLE:
		return GatherNumbers<double>(rows, bounds);
	case TypeKind::DECIMAL:
		return GatherDecimals(rows, physical, bounds);
	case TypeKind::STRING:
		return GatherTexts(rows, bounds);
	default:
		return CountNulls(rows, bounds);
	}
}

//! Walks down to the leaf. Requires: vectors of a ColumnDataCollection, where structs are flat.
void GatherFrom(duckdb::Vector &column, const BoundLeaf &leaf, idx_t count, LeafBounds &bounds) {
	LeafRows rows;
	rows.count = count;
	duckdb::Vector *vector = &column;
	for (const auto child : leaf.children) {
		vector->Flatten(count);
		const auto &validity = duckdb::FlatVector::Validity(*vector);
		if (!validity.AllValid()) {
			rows.parent_is_null.resize(count);
			for (idx_t row = 0; row < count; row++) {
				rows.parent_is_null[row] |= !validity.RowIsValid(row);
			}
		}
		vector = duckdb::StructVector::GetEntries(*vector)[child].get();
	}
	vector->ToUnifiedFormat(count, rows.format);
	GatherLeaf(rows, vector->GetType().InternalType(), *leaf.type, bounds);
}

} // namespace

void LeafBounds::Merge(const LeafBounds &other, const DataType &) {
	null_count += other.null_count;
	has_nan |= other.has_nan;
	has_negative_zero |= other.has_negative_zero;
	if (!other.has_value) {
		return;
	}
	if (!has_value) {
		const auto nulls = null_count;
		const auto nan = has_nan;
		const auto negative_zero = has_negative_zero;
		*this = other;
		null_count = nulls;
		has_nan = nan;
		has_negative_zero = negative_zero;
		return;
	}
	min_integer = std::min(min_integer, other.min_integer);
	max_integer = std::max(max_integer, other.max_integer);
	min_decimal = std::min(min_decimal, other.min_decimal);
	max_decimal = std::max(max_decimal, other.max_decimal);
	min_number = std::min(min_number, other.min_number);
	max_number = std::max(max_number, other.max_number);
	min_text = std::min(min_text, other.min_text);
	max_text = std::max(max_text, other.max_text);
}

ColumnStatistics LeafBounds::ToStatistics(const DataType &type) const {
	ColumnStatistics result;
	result.null_count = null_count;
	if (!has_value) {
		return result;
	}
	switch (type.kind) {
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
		// -0.0 equals 0.0: one for the other would hide rows from readers that compare bits.
		result.min = Scalar(min_number == 0 ? (has_negative_zero ? -0.0 : 0.0) : min_number);
		if (!has_nan) {
			result.max = Scalar(max_number == 0 ? 0.0 : max_number);
		}
		break;
	case TypeKind::DECIMAL:
		result.min = Scalar(min_decimal);
		result.max = Scalar(max_decimal);
		break;
	case TypeKind::STRING:
		result.min = Scalar(min_text);
		result.max = Scalar(max_text);
		break;
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
	case TypeKind::DATE:
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		result.min = Scalar(min_integer);
		result.max = Scalar(max_integer);
		break;
	default:
		break;
	}
	return result;
}

LeafBoundsPlan::LeafBoundsPlan(const TableConfiguration &configuration, const PhysicalColumns &physical) {
	const auto &data_leaves = configuration.DataLeaves();
	for (const auto index : configuration.StatisticsLeaves()) {
		const auto &leaf = data_leaves[index];
		BoundLeaf bound;
		bound.number = index;
		bound.type = leaf.type;
		const auto top = std::find(physical.names.begin(), physical.names.end(), leaf.physical_path.front());
		if (top == physical.names.end()) {
			continue;
		}
		const auto column = duckdb::column_t(top - physical.names.begin());
		const DataType *type = configuration.GetSchema().fields[physical.fields[column]].type.get();
		for (size_t depth = 1; depth < leaf.physical_path.size(); depth++) {
			size_t child = 0;
			while (type->fields[child].PhysicalName() != leaf.physical_path[depth]) {
				child++;
			}
			bound.children.push_back(child);
			type = type->fields[child].type.get();
		}
		if (scanned.empty() || scanned.back() != column) {
			scanned.push_back(column);
		}
		bound.column = scanned.size() - 1;
		leaves.push_back(std::move(bound));
		columns.push_back(leaf);
	}
}

std::vector<LeafBounds> LeafBoundsPlan::Gather(const duckdb::ColumnDataCollection &rows) const {
	std::vector<LeafBounds> bounds(leaves.size());
	if (leaves.empty()) {
		return bounds;
	}
	duckdb::vector<duckdb::column_t> ids(scanned.begin(), scanned.end());
	for (auto &chunk : rows.Chunks(ids)) {
		for (size_t i = 0; i < leaves.size(); i++) {
			GatherFrom(chunk.data[leaves[i].column], leaves[i], chunk.size(), bounds[i]);
		}
	}
	return bounds;
}

void LeafBoundsPlan::GatherColumn(size_t column, const duckdb::ColumnDataCollection &rows, size_t place,
                                  std::vector<LeafBounds> &bounds) const {
	std::vector<size_t> of_column;
	for (size_t i = 0; i < leaves.size(); i++) {
		if (scanned[leaves[i].column] == column) {
			of_column.push_back(i);
		}
	}
	if (of_column.empty()) {
		return;
	}
	for (auto &chunk : rows.Chunks({duckdb::column_t(place)})) {
		for (const auto i : of_column) {
			GatherFrom(chunk.data[0], leaves[i], chunk.size(), bounds[i]);
		}
	}
}

void LeafBoundsPlan::Put(size_t column, LeafBounds known, std::vector<LeafBounds> &bounds) const {
	for (size_t i = 0; i < leaves.size(); i++) {
		if (scanned[leaves[i].column] == column) {
			bounds[i] = std::move(known);
			return;
		}
	}
}

void LeafBoundsPlan::Merge(std::vector<LeafBounds> &bounds, const std::vector<LeafBounds> &other) const {
	if (bounds.empty()) {
		bounds = other;
		return;
	}
	for (size_t i = 0; i < bounds.size(); i++) {
		bounds[i].Merge(other[i], *leaves[i].type);
	}
}

void LeafBoundsPlan::Store(const std::vector<LeafBounds> &bounds, std::vector<ColumnStatistics> &all_leaves) const {
	for (size_t i = 0; i < leaves.size(); i++) {
		all_leaves[leaves[i].number] = bounds[i].ToStatistics(*leaves[i].type);
	}
}

std::string LeafBoundsPlan::ToText(const std::vector<LeafBounds> &bounds, uint64_t row_count) const {
	FileStatistics statistics;
	statistics.num_records = int64_t(row_count);
	for (size_t i = 0; i < leaves.size(); i++) {
		statistics.columns.push_back(bounds.empty() ? ColumnStatistics() : bounds[i].ToStatistics(*leaves[i].type));
	}
	return WriteStatistics(statistics, columns);
}

} // namespace merganser
