#pragma once

#include "duckdb.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"

#include <optional>
#include <string_view>

namespace merganser {

//! The child of a struct vector by name (exact); nullptr when there is none.
inline duckdb::Vector *ChildOf(duckdb::Vector &vector, std::string_view name) {
	if (vector.GetType().id() != duckdb::LogicalTypeId::STRUCT) {
		return nullptr;
	}
	const auto &children = duckdb::StructType::GetChildTypes(vector.GetType());
	for (idx_t i = 0; i < children.size(); i++) {
		if (children[i].first == name) {
			return duckdb::StructVector::GetEntries(vector)[i].get();
		}
	}
	return nullptr;
}

//! One column of a chunk as values of T, whatever the vector's form; absent columns are all NULL. Valid as long as the
//! chunk is.
template <class T>
class ColumnReader {
public:
	//! Casts when the file has another type than `type`.
	ColumnReader(duckdb::Vector *vector, const duckdb::LogicalType &type, idx_t count) {
		if (!vector) {
			return;
		}
		if (vector->GetType().InternalType() != type.InternalType()) {
			cast = duckdb::make_uniq<duckdb::Vector>(type, count);
			duckdb::VectorOperations::DefaultCast(*vector, *cast, count);
			vector = cast.get();
		}
		vector->ToUnifiedFormat(count, format);
		values = duckdb::UnifiedVectorFormat::GetData<T>(format);
	}
	bool IsPresent() const {
		return values != nullptr;
	}
	//! nullptr for NULL.
	const T *At(idx_t row) const {
		if (!values) {
			return nullptr;
		}
		const auto index = format.sel->get_index(row);
		return format.validity.RowIsValid(index) ? values + index : nullptr;
	}

private:
	duckdb::unique_ptr<duckdb::Vector> cast;
	duckdb::UnifiedVectorFormat format;
	const T *values = nullptr;
};

using TextReader = ColumnReader<duckdb::string_t>;

//! Points into the vector.
inline std::string_view TextOf(const duckdb::string_t &text) {
	return std::string_view(text.GetData(), text.GetSize());
}

} // namespace merganser
