#include "engine/parquet/parquet_source.hpp"

#include "base/error.hpp"
#include "duckdb.hpp"

#include <algorithm>
#include <numeric>

namespace merganser {

namespace {

//! Enough for most footers, so that one request reads it.
constexpr uint64_t TAIL_BYTES = 64 * 1024;
//! Chunks that are this near are read in one request.
constexpr uint64_t GAP_BYTES_MAX = 64 * 1024;

//! True when the logical type says what the converted type, of which it is the newer form, says already.
bool IsSaidTwice(const duckdb_parquet::SchemaElement &element) {
	using duckdb_parquet::ConvertedType;
	const auto &logical = element.logicalType.__isset;
	switch (element.converted_type) {
	case ConvertedType::UTF8:
		return logical.STRING;
	case ConvertedType::LIST:
		return logical.LIST;
	case ConvertedType::MAP:
		return logical.MAP;
	case ConvertedType::DATE:
		return logical.DATE;
	default:
		return false;
	}
}

//! Takes the element and what is below it. Returns the number of leaves.
size_t TakeElements(const duckdb_parquet::FileMetaData &footer, size_t &next, std::string &schema) {
	size_t leaves = 0;
	for (int64_t open = 1; open > 0; open--) {
		if (next >= footer.schema.size()) {
			throw Error(ErrorKind::CORRUPT, "the schema of a Parquet file is no tree");
		}
		const auto &element = footer.schema[next++];
		schema += SchemaElementBytes(WithoutRedundancy(element));
		const bool is_group = element.__isset.num_children && !element.__isset.type;
		open += is_group ? element.num_children : 0;
		leaves += is_group ? 0 : 1;
	}
	return leaves;
}

} // namespace

duckdb_parquet::SchemaElement WithoutRedundancy(duckdb_parquet::SchemaElement element) {
	using duckdb_parquet::ConvertedType;
	using duckdb_parquet::Type;
	if (element.__isset.converted_type && element.__isset.logicalType && IsSaidTwice(element)) {
		element.__isset.logicalType = false;
	}
	const bool is_plain_integer = (element.type == Type::INT64 && element.converted_type == ConvertedType::INT_64) ||
	                              (element.type == Type::INT32 && element.converted_type == ConvertedType::INT_32);
	if (element.__isset.type && element.__isset.converted_type && !element.__isset.logicalType && is_plain_integer) {
		element.__isset.converted_type = false;
	}
	return element;
}

std::vector<ParquetColumn> TopLevelColumns(const duckdb_parquet::FileMetaData &footer) {
	std::vector<ParquetColumn> columns;
	size_t leaf = 0;
	for (size_t next = 1; next < footer.schema.size();) {
		ParquetColumn column;
		column.name = footer.schema[next].name;
		column.element = next;
		column.first_leaf = leaf;
		column.is_flat = footer.schema[next].__isset.type &&
		                 footer.schema[next].repetition_type != duckdb_parquet::FieldRepetitionType::REPEATED;
		column.leaf_count = TakeElements(footer, next, column.schema);
		leaf += column.leaf_count;
		columns.push_back(std::move(column));
	}
	if (columns.empty() || columns.size() != size_t(footer.schema[0].num_children)) {
		throw Error(ErrorKind::CORRUPT, "the schema of a Parquet file is no tree");
	}
	return columns;
}

const ParquetColumn *FindColumn(const std::vector<ParquetColumn> &columns, const std::string &name) {
	const ParquetColumn *found = nullptr;
	for (const auto &column : columns) {
		if (column.name == name) {
			if (found) {
				return nullptr;
			}
			found = &column;
		}
	}
	return found;
}

size_t LeafCount(const std::vector<ParquetColumn> &columns) {
	return columns.back().first_leaf + columns.back().leaf_count;
}

uint64_t ChunkStart(const duckdb_parquet::ColumnMetaData &chunk) {
	// Some writers set the dictionary's offset to 0 where there is no dictionary.
	const bool has_dictionary = chunk.__isset.dictionary_page_offset && chunk.dictionary_page_offset > 0;
	return static_cast<uint64_t>(has_dictionary ? std::min(chunk.dictionary_page_offset, chunk.data_page_offset)
	                                            : chunk.data_page_offset);
}

ParquetSource::ParquetSource(ObjectStore &store_p, const std::string &path_p, uint64_t size_bytes,
                             uint64_t held_bytes_max)
    : store(store_p), path(path_p) {
	if (size_bytes <= held_bytes_max) {
		held = Read(0, size_bytes);
	}
	const auto tail_bytes = std::min(size_bytes, TAIL_BYTES);
	auto tail = Read(size_bytes - tail_bytes, tail_bytes);
	const uint64_t ending = uint64_t(ParquetFooterBytes(tail)) + PARQUET_ENDING_BYTES;
	if (ending + PARQUET_MAGIC.size() > size_bytes) {
		throw Error(ErrorKind::CORRUPT, "the footer of \"" + path + "\" is longer than the file");
	}
	footer_start = size_bytes - ending;
	if (ending > tail_bytes) {
		tail = Read(footer_start, ending);
	}
	const auto bytes = std::string_view(tail).substr(tail.size() - ending, ending - PARQUET_ENDING_BYTES);
	try {
		footer = ReadParquetFooter(bytes);
	} catch (const std::exception &exception) {
		throw Error(ErrorKind::CORRUPT, "cannot read the footer of \"" + path + "\": " + exception.what());
	}
	if (footer.__isset.encryption_algorithm) {
		throw Error(ErrorKind::UNSUPPORTED, "\"" + path + "\" is encrypted");
	}
	columns = TopLevelColumns(footer);
	int64_t row_count = 0;
	for (auto &row_group : footer.row_groups) {
		CheckRowGroup(row_group, LeafCount(columns));
		row_count += row_group.num_rows;
	}
	if (row_count != footer.num_rows) {
		throw Error(ErrorKind::CORRUPT, "the row groups of \"" + path + "\" do not have the rows of the file");
	}
}

void ParquetSource::CheckRowGroup(duckdb_parquet::RowGroup &row_group, size_t leaf_count) const {
	if (row_group.columns.size() != leaf_count || row_group.num_rows < 0) {
		throw Error(ErrorKind::CORRUPT, "a row group of \"" + path + "\" does not fit the schema");
	}
	for (auto &column : row_group.columns) {
		if (column.__isset.file_path || column.__isset.crypto_metadata || column.__isset.encrypted_column_metadata ||
		    !column.__isset.meta_data) {
			throw Error(ErrorKind::UNSUPPORTED, "column chunks of \"" + path + "\" are encrypted or in other files");
		}
		const auto &chunk = column.meta_data;
		const auto start = ChunkStart(chunk);
		const auto length = static_cast<uint64_t>(chunk.total_compressed_size);
		if (start < PARQUET_MAGIC.size() || start > footer_start || length > footer_start - start) {
			throw Error(ErrorKind::CORRUPT, "a column chunk of \"" + path + "\" lies outside of the file");
		}
	}
}

std::string ParquetSource::Read(uint64_t begin, uint64_t length) const {
	if (!held.empty()) {
		return held.substr(begin, length);
	}
	auto bytes = store.GetRange(path, begin, length);
	if (bytes.size() != length) {
		throw Error(ErrorKind::CORRUPT, "the file \"" + path + "\" ends early");
	}
	return bytes;
}

struct ParquetSource::LeafRange {
	size_t leaf;
	uint64_t begin;
	uint64_t end;
};

std::map<size_t, std::string> ParquetSource::ReadRanges(std::vector<LeafRange> ranges) const {
	std::sort(ranges.begin(), ranges.end(), [](const LeafRange &a, const LeafRange &b) { return a.begin < b.begin; });
	std::map<size_t, std::string> found;
	for (size_t first = 0; first < ranges.size();) {
		const auto begin = ranges[first].begin;
		auto end = ranges[first].end;
		size_t last = first + 1;
		while (last < ranges.size() && ranges[last].begin <= end + GAP_BYTES_MAX) {
			end = std::max(end, ranges[last++].end);
		}
		const auto bytes = Read(begin, end - begin);
		for (; first < last; first++) {
			const auto &range = ranges[first];
			found[range.leaf] = bytes.substr(range.begin - begin, range.end - range.begin);
		}
	}
	return found;
}

std::map<size_t, std::string> ParquetSource::ReadChunks(size_t row_group, const std::vector<size_t> &leaves) const {
	std::vector<LeafRange> ranges;
	for (const auto leaf : leaves) {
		const auto &chunk = footer.row_groups.at(row_group).columns.at(leaf).meta_data;
		const auto begin = ChunkStart(chunk);
		ranges.push_back({leaf, begin, begin + static_cast<uint64_t>(chunk.total_compressed_size)});
	}
	return ReadRanges(std::move(ranges));
}

std::map<size_t, std::string> ParquetSource::ReadBloomFilters(size_t row_group,
                                                              const std::vector<size_t> &leaves) const {
	std::vector<LeafRange> ranges;
	for (const auto leaf : leaves) {
		const auto &chunk = footer.row_groups.at(row_group).columns.at(leaf).meta_data;
		if (!chunk.__isset.bloom_filter_offset || !chunk.__isset.bloom_filter_length) {
			continue;
		}
		const auto begin = static_cast<uint64_t>(chunk.bloom_filter_offset);
		const auto length = static_cast<uint64_t>(chunk.bloom_filter_length);
		if (begin > footer_start || length > footer_start - begin) {
			throw Error(ErrorKind::CORRUPT, "a bloom filter of \"" + path + "\" lies outside of the file");
		}
		ranges.push_back({leaf, begin, begin + length});
	}
	return ReadRanges(std::move(ranges));
}

std::vector<ChunkPiece> ParquetSource::ReadPieces(size_t row_group, const std::vector<size_t> &leaves) const {
	const auto &chunks = footer.row_groups.at(row_group).columns;
	auto bytes = ReadChunks(row_group, leaves);
	auto filters = ReadBloomFilters(row_group, leaves);
	std::vector<ChunkPiece> pieces;
	for (const auto leaf : leaves) {
		pieces.push_back({chunks[leaf], std::move(bytes.at(leaf)), std::move(filters[leaf])});
	}
	return pieces;
}

std::vector<ChunkPiece> ParquetSource::ReadRowGroup(size_t row_group) const {
	std::vector<size_t> leaves(footer.row_groups.at(row_group).columns.size());
	std::iota(leaves.begin(), leaves.end(), size_t(0));
	return ReadPieces(row_group, leaves);
}

uint64_t ParquetSource::RowGroupBytes(size_t row_group) const {
	uint64_t bytes = 0;
	for (const auto &chunk : footer.row_groups.at(row_group).columns) {
		bytes += static_cast<uint64_t>(chunk.meta_data.total_compressed_size);
	}
	return bytes;
}

} // namespace merganser
