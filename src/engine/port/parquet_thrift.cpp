#include "engine/port/parquet_thrift.hpp"

#include "base/error.hpp"
#include "duckdb.hpp"
#include "duckdb/common/string_util.hpp"
#include "thrift/protocol/TCompactProtocol.h"
#include "thrift/transport/TVirtualTransport.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

namespace merganser {

namespace {

using duckdb_apache::thrift::protocol::TCompactProtocolT;
using duckdb_apache::thrift::transport::TTransportException;
using duckdb_apache::thrift::transport::TVirtualTransport;
using duckdb_parquet::Encoding;
using duckdb_parquet::PageType;

class TextSource : public TVirtualTransport<TextSource> {
public:
	explicit TextSource(std::string_view bytes_p) : bytes(bytes_p) {
	}
	uint32_t read(uint8_t *target, uint32_t count) {
		if (count > bytes.size()) {
			throw TTransportException("what Parquet says of a file or a page ends early");
		}
		std::memcpy(target, bytes.data(), count);
		bytes.remove_prefix(count);
		return count;
	}
	std::string_view Left() const {
		return bytes;
	}

private:
	std::string_view bytes;
};

class TextTarget : public TVirtualTransport<TextTarget> {
public:
	explicit TextTarget(std::string &bytes_p) : bytes(bytes_p) {
	}
	void write(const uint8_t *source, uint32_t count) {
		bytes.append(reinterpret_cast<const char *>(source), count);
	}

private:
	std::string &bytes;
};

template <class STRUCT>
void AppendCompact(const STRUCT &value, std::string &target) {
	TCompactProtocolT<TextTarget> protocol(std::make_shared<TextTarget>(target));
	value.write(&protocol);
}

duckdb_parquet::PageEncodingStats PageCount(PageType::type page_type, Encoding::type encoding, int32_t count) {
	duckdb_parquet::PageEncodingStats stats;
	stats.__set_page_type(page_type);
	stats.__set_encoding(encoding);
	stats.__set_count(count);
	return stats;
}

} // namespace

duckdb_parquet::FileMetaData ReadParquetFooter(std::string_view bytes) {
	duckdb_parquet::FileMetaData footer;
	TCompactProtocolT<TextSource> protocol(std::make_shared<TextSource>(bytes));
	footer.read(&protocol);
	return footer;
}

void AppendParquetFooter(const duckdb_parquet::FileMetaData &footer, std::string &target) {
	const size_t start = target.size();
	AppendCompact(footer, target);
	const auto footer_bytes = static_cast<uint32_t>(target.size() - start);
	target.append(reinterpret_cast<const char *>(&footer_bytes), sizeof(footer_bytes));
	target.append(PARQUET_MAGIC);
}

uint32_t ParquetFooterBytes(std::string_view tail) {
	uint32_t footer_bytes = 0;
	if (tail.size() < PARQUET_ENDING_BYTES || !tail.ends_with(PARQUET_MAGIC)) {
		throw Error(ErrorKind::CORRUPT, "the file does not end as a Parquet file does");
	}
	std::memcpy(&footer_bytes, tail.data() + tail.size() - PARQUET_ENDING_BYTES, sizeof(footer_bytes));
	return footer_bytes;
}

duckdb_parquet::PageHeader TakePageHeader(std::string_view &bytes) {
	duckdb_parquet::PageHeader header;
	const auto source = std::make_shared<TextSource>(bytes);
	TCompactProtocolT<TextSource> protocol(source);
	try {
		header.read(&protocol);
	} catch (const std::exception &exception) {
		throw Error(ErrorKind::CORRUPT, std::string("cannot read the header of a Parquet page: ") + exception.what());
	}
	bytes = source->Left();
	return header;
}

void AppendPageHeader(const duckdb_parquet::PageHeader &header, std::string &target) {
	AppendCompact(header, target);
}

void AppendBloomFilterHeader(const duckdb_parquet::BloomFilterHeader &header, std::string &target) {
	AppendCompact(header, target);
}

std::string SchemaElementBytes(const duckdb_parquet::SchemaElement &element) {
	std::string bytes;
	AppendCompact(element, bytes);
	return bytes;
}

std::string OurCreatedBy() {
	return duckdb::StringUtil::Format("Merganser version %s (build DuckDB %s)", MERGANSER_VERSION,
	                                  duckdb::DuckDB::LibraryVersion());
}

void SetPageCounts(duckdb_parquet::ColumnMetaData &column, bool has_dictionary, const PageCounts &data_pages) {
	column.encodings.clear();
	column.encoding_stats.clear();
	const auto name = [&](Encoding::type encoding) {
		if (std::find(column.encodings.begin(), column.encodings.end(), encoding) == column.encodings.end()) {
			column.encodings.push_back(encoding);
		}
	};
	if (has_dictionary) {
		column.encoding_stats.push_back(PageCount(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
		name(Encoding::PLAIN);
	}
	for (const auto &[kind, count] : data_pages) {
		column.encoding_stats.push_back(PageCount(kind.first, kind.second, count));
		name(kind.second);
	}
	// Definition and repetition levels.
	name(Encoding::RLE);
	column.__isset.encoding_stats = true;
}

void CompleteEncodings(duckdb_parquet::ColumnMetaData &column) {
	if (column.__isset.encoding_stats || column.encodings.empty()) {
		return;
	}
	PageCounts data_pages;
	for (const auto encoding : column.encodings) {
		data_pages[{PageType::DATA_PAGE, encoding}]++;
	}
	SetPageCounts(column, column.__isset.dictionary_page_offset, data_pages);
}

} // namespace merganser
