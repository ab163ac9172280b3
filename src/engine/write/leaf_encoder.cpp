#include "engine/write/leaf_encoder.hpp"

#include "base/error.hpp"
#include "engine/parquet/number_chunk.hpp"
#include "engine/parquet/text_chunk.hpp"

#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

namespace merganser {

namespace {

using duckdb::LogicalTypeId;
using duckdb::PhysicalType;
using duckdb_parquet::Type;

//! Numbers of a vector as Parquet has them.
class NumberReader {
public:
	//! Valid until the next call, as long as the vector.
	NumberVector Read(duckdb::Vector &vector, idx_t count) {
		switch (vector.GetType().InternalType()) {
		case PhysicalType::BOOL:
			return ReadAs<bool, uint8_t>(vector, count);
		case PhysicalType::INT8:
			return ReadAs<int8_t, int32_t>(vector, count);
		case PhysicalType::INT16:
			return ReadAs<int16_t, int32_t>(vector, count);
		case PhysicalType::INT32:
			return ReadAs<int32_t, int32_t>(vector, count);
		case PhysicalType::INT64:
			return ReadAs<int64_t, int64_t>(vector, count);
		case PhysicalType::FLOAT:
			return ReadAs<float, float>(vector, count);
		case PhysicalType::DOUBLE:
			return ReadAs<double, double>(vector, count);
		default:
			throw Error(ErrorKind::INTERNAL, "numbers are of a type that IsEncodedHere names");
		}
	}

private:
	template <class FROM, class TO>
	NumberVector ReadAs(duckdb::Vector &vector, idx_t count) {
		duckdb::UnifiedVectorFormat format;
		vector.ToUnifiedFormat(count, format);
		const auto *values = duckdb::UnifiedVectorFormat::GetData<FROM>(format);
		NumberVector result;
		result.row_count = count;
		const bool all_valid = format.validity.AllValid();
		if (std::is_same_v<FROM, TO> && all_valid && !format.sel->IsSet()) {
			result.values = {reinterpret_cast<const char *>(values), count * sizeof(TO)};
			return result;
		}
		buffer.resize(count * sizeof(TO));
		if (!all_valid) {
			result.valid.resize(count);
		}
		size_t size = 0;
		for (idx_t row = 0; row < count; row++) {
			const auto place = format.sel->get_index(row);
			if (!all_valid) {
				result.valid[row] = format.validity.RowIsValidUnsafe(place);
				if (!result.valid[row]) {
					continue;
				}
			}
			const auto value = TO(values[place]);
			std::memcpy(buffer.data() + size, &value, sizeof(TO));
			size += sizeof(TO);
		}
		result.values = std::string_view(buffer).substr(0, size);
		return result;
	}

	std::string buffer;
};

template <class VALUE>
VALUE ValueOf(std::string_view bytes) {
	return duckdb::Load<VALUE>(duckdb::const_data_ptr_cast(bytes.data()));
}

//! Sets the members of every type that has such values.
void SetBounds(Type::type type, std::string_view low, std::string_view high, LeafBounds &bounds) {
	switch (type) {
	case Type::INT32:
		bounds.min_integer = ValueOf<int32_t>(low);
		bounds.max_integer = ValueOf<int32_t>(high);
		break;
	case Type::INT64:
		bounds.min_integer = ValueOf<int64_t>(low);
		bounds.max_integer = ValueOf<int64_t>(high);
		break;
	case Type::FLOAT:
		bounds.min_number = ValueOf<float>(low);
		bounds.max_number = ValueOf<float>(high);
		break;
	case Type::DOUBLE:
		bounds.min_number = ValueOf<double>(low);
		bounds.max_number = ValueOf<double>(high);
		break;
	default:
		bounds.min_text = low;
		bounds.max_text = high;
		break;
	}
	bounds.min_decimal = bounds.min_integer;
	bounds.max_decimal = bounds.max_integer;
	bounds.has_value = true;
}

} // namespace

bool IsEncodedHere(const duckdb::LogicalType &type) {
	if (type.HasAlias()) {
		return false;
	}
	switch (type.id()) {
	case LogicalTypeId::VARCHAR:
	case LogicalTypeId::BOOLEAN:
	case LogicalTypeId::TINYINT:
	case LogicalTypeId::SMALLINT:
	case LogicalTypeId::INTEGER:
	case LogicalTypeId::BIGINT:
	case LogicalTypeId::FLOAT:
	case LogicalTypeId::DOUBLE:
	case LogicalTypeId::DATE:
	case LogicalTypeId::TIMESTAMP:
	case LogicalTypeId::TIMESTAMP_TZ:
		return true;
	case LogicalTypeId::DECIMAL:
		return duckdb::GetTypeIdSize(type.InternalType()) <= sizeof(int64_t);
	default:
		return false;
	}
}

EncodedLeaf EncodeLeaf(const duckdb_parquet::SchemaElement &element, duckdb_parquet::CompressionCodec::type codec,
                       const std::vector<RowSlice> &slices, size_t column) {
	EncodedLeaf leaf;
	if (element.type == Type::BYTE_ARRAY) {
		TextChunk chunk(element, codec, CountRows(slices));
		ForEachTexts(slices, column, [&](const TextVector &texts) { chunk.Add(texts); });
		leaf.piece = chunk.Finish();
		leaf.bounds.null_count = int64_t(chunk.NullCount());
		if (const auto bounds = chunk.Bounds()) {
			SetBounds(element.type, bounds->first, bounds->second, leaf.bounds);
		}
		return leaf;
	}
	NumberChunk chunk(element, codec, CountRows(slices));
	NumberReader reader;
	ForEachVector(slices, column, [&](duckdb::Vector &vector, idx_t count) { chunk.Add(reader.Read(vector, count)); });
	leaf.piece = chunk.Finish();
	leaf.bounds.null_count = int64_t(chunk.NullCount());
	leaf.bounds.has_nan = chunk.Range().HasNan();
	leaf.bounds.has_negative_zero = chunk.Range().HasNegativeZero();
	if (const auto bounds = chunk.Range().Bounds()) {
		SetBounds(element.type, bounds->first, bounds->second, leaf.bounds);
	}
	return leaf;
}

} // namespace merganser
