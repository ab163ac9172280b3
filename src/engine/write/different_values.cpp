#include "engine/write/different_values.hpp"

#include "duckdb/common/type_visitor.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"

#include <cstring>
#include <utility>

namespace merganser {

namespace {

using duckdb::ListVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::StructType;
using duckdb::StructVector;
using duckdb::Vector;

//! DuckDB compares a VARIANT with one of another type only after a cast, and two zeros as equal.
bool IsHeldOtherwise(const LogicalType &type) {
	return duckdb::TypeVisitor::Contains(type, [](const LogicalType &part) {
		return part.id() == LogicalTypeId::FLOAT || part.id() == LogicalTypeId::DOUBLE ||
		       part.id() == LogicalTypeId::VARIANT;
	});
}

//! The type that tells each value from all others.
LogicalType HeldType(const LogicalType &type) {
	return duckdb::TypeVisitor::VisitReplace(type, [](const LogicalType &part) {
		switch (part.id()) {
		case LogicalTypeId::FLOAT:
			return LogicalType(LogicalType::UINTEGER);
		case LogicalTypeId::DOUBLE:
			return LogicalType(LogicalType::UBIGINT);
		case LogicalTypeId::MAP:
			return LogicalType::LIST(duckdb::ListType::GetChildType(part));
		case LogicalTypeId::VARIANT:
			return LogicalType::STRUCT(StructType::GetChildTypes(part));
		default:
			return part;
		}
	});
}

//! The same values, as `type` holds them.
Vector AsHeld(Vector &values, const LogicalType &type, idx_t count) {
	values.Flatten(count);
	if (!IsHeldOtherwise(values.GetType())) {
		return Vector(values);
	}
	const auto kind = values.GetType().InternalType();
	if (kind != duckdb::PhysicalType::STRUCT && kind != duckdb::PhysicalType::LIST) {
		Vector held(type, nullptr);
		held.Reinterpret(values);
		return held;
	}
	Vector held(type, count);
	duckdb::FlatVector::SetValidity(held, duckdb::FlatVector::Validity(values));
	if (kind == duckdb::PhysicalType::STRUCT) {
		auto &children = StructVector::GetEntries(values);
		auto &held_children = StructVector::GetEntries(held);
		for (size_t i = 0; i < children.size(); i++) {
			held_children[i]->Reference(AsHeld(*children[i], held_children[i]->GetType(), count));
		}
		return held;
	}
	const auto child_count = ListVector::GetListSize(values);
	std::memcpy(duckdb::FlatVector::GetData(held), duckdb::FlatVector::GetData(values),
	            count * sizeof(duckdb::list_entry_t));
	auto &held_child = ListVector::GetEntry(held);
	held_child.Reference(AsHeld(ListVector::GetEntry(values), held_child.GetType(), child_count));
	ListVector::SetListSize(held, child_count);
	return held;
}

} // namespace

void FindDifferent(Vector &old_values, Vector &values, Vector &differs, idx_t count) {
	if (!IsHeldOtherwise(values.GetType())) {
		return duckdb::VectorOperations::DistinctFrom(old_values, values, differs, count);
	}
	const auto type = HeldType(values.GetType());
	auto old_held = AsHeld(old_values, type, count);
	auto held = AsHeld(values, type, count);
	duckdb::VectorOperations::DistinctFrom(old_held, held, differs, count);
}

} // namespace merganser
