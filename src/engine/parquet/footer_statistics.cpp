#include "engine/parquet/footer_statistics.hpp"

#include "base/error.hpp"
#include "engine/parquet/parquet_source.hpp"
#include "engine/parquet/schema_leaves.hpp"

#include <cmath>
#include <cstring>
#include <map>

namespace merganser {

namespace {

using duckdb_parquet::ColumnMetaData;
using duckdb_parquet::ConvertedType;
using duckdb_parquet::SchemaElement;
using duckdb_parquet::Type;

template <class VALUE>
std::optional<VALUE> FromBytes(const std::string &bytes) {
	VALUE value;
	if (bytes.size() != sizeof(value)) {
		return std::nullopt;
	}
	std::memcpy(&value, bytes.data(), sizeof(value));
	return value;
}

std::optional<int64_t> IntegerFrom(const std::string &bytes, Type::type type) {
	if (type == Type::INT32) {
		const auto value = FromBytes<int32_t>(bytes);
		return value ? std::optional<int64_t>(*value) : std::nullopt;
	}
	return type == Type::INT64 ? FromBytes<int64_t>(bytes) : std::nullopt;
}

std::optional<Scalar> NumberFrom(const std::string &bytes, Type::type type, TypeKind wanted) {
	if (type == Type::FLOAT && wanted == TypeKind::FLOAT) {
		const auto value = FromBytes<float>(bytes);
		return value && !std::isnan(*value) ? std::optional<Scalar>(double(*value)) : std::nullopt;
	}
	if (type == Type::DOUBLE && wanted == TypeKind::DOUBLE) {
		const auto value = FromBytes<double>(bytes);
		return value && !std::isnan(*value) ? std::optional<Scalar>(*value) : std::nullopt;
	}
	return std::nullopt;
}

//! Big-endian two's complement.
std::optional<Int128> DecimalFrom(const std::string &bytes) {
	if (bytes.empty() || bytes.size() > sizeof(Int128)) {
		return std::nullopt;
	}
	unsigned __int128 value = static_cast<int8_t>(bytes[0]) < 0 ? ~static_cast<unsigned __int128>(0) : 0;
	for (const auto byte : bytes) {
		value = value << 8 | static_cast<uint8_t>(byte);
	}
	return static_cast<Int128>(value);
}

bool IsMicroseconds(const SchemaElement &element) {
	return (element.__isset.logicalType && element.logicalType.__isset.TIMESTAMP &&
	        element.logicalType.TIMESTAMP.unit.__isset.MICROS) ||
	       (element.__isset.converted_type && element.converted_type == ConvertedType::TIMESTAMP_MICROS);
}

//! nullopt where the file holds the values of that type in another form than the log does.
std::optional<Scalar> BoundFrom(const std::string &bytes, const SchemaElement &element, const DataType &type) {
	switch (type.kind) {
	case TypeKind::BYTE:
	case TypeKind::SHORT:
	case TypeKind::INTEGER:
	case TypeKind::LONG:
	case TypeKind::DATE:
		return IntegerFrom(bytes, element.type);
	case TypeKind::TIMESTAMP:
	case TypeKind::TIMESTAMP_NTZ:
		return IsMicroseconds(element) ? std::optional<Scalar>(IntegerFrom(bytes, element.type)) : std::nullopt;
	case TypeKind::FLOAT:
	case TypeKind::DOUBLE:
		return NumberFrom(bytes, element.type, type.kind);
	case TypeKind::STRING:
		return element.type == Type::BYTE_ARRAY ? std::optional<Scalar>(bytes) : std::nullopt;
	case TypeKind::DECIMAL: {
		if (!element.__isset.scale || element.scale != type.scale) {
			return std::nullopt;
		}
		const auto integer = IntegerFrom(bytes, element.type);
		return integer ? std::optional<Scalar>(Int128(*integer)) : std::optional<Scalar>(DecimalFrom(bytes));
	}
	default:
		return std::nullopt;
	}
}

bool HasExactMin(const duckdb_parquet::Statistics &statistics) {
	const bool is_cut = statistics.__isset.is_min_value_exact && !statistics.is_min_value_exact;
	return statistics.__isset.min_value && !is_cut;
}

bool HasExactMax(const duckdb_parquet::Statistics &statistics) {
	const bool is_cut = statistics.__isset.is_max_value_exact && !statistics.is_max_value_exact;
	return statistics.__isset.max_value && !is_cut;
}

//! Bounds and NULLs of one leaf over its chunks.
class LeafOfFile {
public:
	LeafOfFile(const SchemaElement &element_p, const DataType &type_p) : element(element_p), type(type_p) {
	}

	void Add(const ColumnMetaData &chunk) {
		if (!chunk.__isset.statistics || !chunk.statistics.__isset.null_count) {
			nulls.reset();
			min_is_known = max_is_known = false;
			return;
		}
		const auto &statistics = chunk.statistics;
		if (nulls) {
			*nulls += statistics.null_count;
		}
		if (statistics.null_count == chunk.num_values) {
			return;
		}
		min_is_known =
		    Take(HasExactMin(statistics) ? BoundFrom(statistics.min_value, element, type) : std::nullopt, min, true) &&
		    min_is_known;
		max_is_known =
		    Take(HasExactMax(statistics) ? BoundFrom(statistics.max_value, element, type) : std::nullopt, max, false) &&
		    max_is_known;
	}

	ColumnStatistics Finish() const {
		ColumnStatistics result;
		result.null_count = nulls;
		result.min = min_is_known ? min : std::nullopt;
		result.max = max_is_known ? max : std::nullopt;
		return result;
	}

private:
	static bool Take(const std::optional<Scalar> &value, std::optional<Scalar> &bound, bool is_min) {
		if (value && (!bound || (is_min ? *value < *bound : *bound < *value))) {
			bound = value;
		}
		return value.has_value();
	}

	const SchemaElement &element;
	const DataType &type;
	std::optional<int64_t> nulls = 0;
	std::optional<Scalar> min, max;
	bool min_is_known = true, max_is_known = true;
};

//! Whatever it is called, and whether or not NULLs are allowed.
std::string StoredForm(const SchemaElement &element) {
	auto form = WithoutRedundancy(element);
	form.name.clear();
	form.__isset.repetition_type = false;
	form.__isset.field_id = false;
	return SchemaElementBytes(form);
}

FileStatistics StatisticsOf(const duckdb_parquet::FileMetaData &footer, const std::vector<SchemaLeaf> &footer_leaves,
                            const std::vector<LeafColumn> &leaves) {
	FileStatistics result;
	result.num_records = footer.num_rows;
	result.columns.resize(leaves.size());
	for (size_t number = 0; number < leaves.size(); number++) {
		const auto &leaf = leaves[number];
		for (size_t i = 0; i < footer_leaves.size(); i++) {
			if (footer_leaves[i].path != leaf.physical_path) {
				continue;
			}
			LeafOfFile found(footer_leaves[i].element, *leaf.type);
			for (const auto &row_group : footer.row_groups) {
				found.Add(row_group.columns.at(i).meta_data);
			}
			result.columns[number] = found.Finish();
		}
	}
	return result;
}

} // namespace

FileStatistics FooterStatistics(const duckdb_parquet::FileMetaData &footer, const std::vector<LeafColumn> &leaves) {
	return StatisticsOf(footer, LeavesOfSchema(footer), leaves);
}

bool HasExactBounds(const ColumnMetaData &chunk) {
	const auto &statistics = chunk.statistics;
	if (!chunk.__isset.statistics || !statistics.__isset.null_count) {
		return false;
	}
	if (statistics.null_count == chunk.num_values) {
		return true;
	}
	const bool may_hide_nan = chunk.type == Type::FLOAT || chunk.type == Type::DOUBLE;
	return !may_hide_nan && HasExactMin(statistics) && HasExactMax(statistics);
}

FileStatistics ReadFooterStatistics(ObjectStore &store, const std::string &path, uint64_t size_bytes,
                                    const std::vector<LeafColumn> &leaves) {
	const ParquetSource source(store, path, size_bytes);
	return FooterStatistics(source.Footer(), leaves);
}

ParquetFooterSummary ReadFooterSummary(ObjectStore &store, const std::string &path, uint64_t size_bytes,
                                       const std::vector<LeafColumn> &leaves) {
	const ParquetSource source(store, path, size_bytes);
	const auto footer_leaves = LeavesOfSchema(source.Footer());
	ParquetFooterSummary summary;
	summary.statistics = StatisticsOf(source.Footer(), footer_leaves, leaves);
	for (const auto &leaf : footer_leaves) {
		summary.leaf_types.emplace_back(leaf.path, StoredForm(leaf.element));
	}
	return summary;
}

} // namespace merganser
