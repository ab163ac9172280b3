#include "engine/port/parquet_footer.hpp"

#include "base/error.hpp"
#include "duckdb.hpp"
#include "duckdb/common/string_util.hpp"
#include "parquet_types.h"
#include "thrift/protocol/TCompactProtocol.h"
#include "thrift/transport/TVirtualTransport.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace merganser {

namespace {

using duckdb_apache::thrift::protocol::TCompactProtocolT;
using duckdb_apache::thrift::transport::TTransportException;
using duckdb_apache::thrift::transport::TVirtualTransport;
using duckdb_parquet::Encoding;
using duckdb_parquet::PageType;

constexpr std::string_view MAGIC = "PAR1";
constexpr size_t ENDING_BYTES = sizeof(uint32_t) + MAGIC.size();

class TextSource : public TVirtualTransport<TextSource> {
public:
	explicit TextSource(std::string_view bytes_p) : bytes(bytes_p) {
	}
	uint32_t read(uint8_t *target, uint32_t count) {
		if (count > bytes.size()) {
			throw TTransportException("a Parquet footer ends early");
		}
		std::memcpy(target, bytes.data(), count);
		bytes.remove_prefix(count);
		return count;
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

duckdb_parquet::FileMetaData ReadFooter(std::string_view bytes) {
	duckdb_parquet::FileMetaData footer;
	TCompactProtocolT<TextSource> protocol(std::make_shared<TextSource>(bytes));
	footer.read(&protocol);
	return footer;
}

void AppendFooter(const duckdb_parquet::FileMetaData &footer, std::string &target) {
	TCompactProtocolT<TextTarget> protocol(std::make_shared<TextTarget>(target));
	footer.write(&protocol);
}

duckdb_parquet::PageEncodingStats PageCount(PageType::type page_type, Encoding::type encoding, int32_t count) {
	duckdb_parquet::PageEncodingStats stats;
	stats.__set_page_type(page_type);
	stats.__set_encoding(encoding);
	stats.__set_count(count);
	return stats;
}

//! DuckDB lists the encoding of each data page, one entry a page, and writes no other pages than those and the
//! dictionary; the format wants a set here and the counts apart.
void CompleteEncodings(duckdb_parquet::ColumnMetaData &column) {
	if (column.__isset.encoding_stats || column.encodings.empty()) {
		return;
	}
	std::map<Encoding::type, int32_t> data_pages;
	for (const auto encoding : column.encodings) {
		data_pages[encoding]++;
	}
	duckdb::vector<Encoding::type> encodings;
	const auto add = [&](Encoding::type encoding) {
		if (std::find(encodings.begin(), encodings.end(), encoding) == encodings.end()) {
			encodings.push_back(encoding);
		}
	};
	if (column.__isset.dictionary_page_offset) {
		column.encoding_stats.push_back(PageCount(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
		add(Encoding::PLAIN);
	}
	for (const auto &[encoding, count] : data_pages) {
		column.encoding_stats.push_back(PageCount(PageType::DATA_PAGE, encoding, count));
		add(encoding);
	}
	// Definition and repetition levels.
	add(Encoding::RLE);
	column.__isset.encoding_stats = true;
	column.encodings = std::move(encodings);
}

void CompleteNullCount(duckdb_parquet::ColumnMetaData &column, const LeafNullCounts &null_counts) {
	const std::vector<std::string> path(column.path_in_schema.begin(), column.path_in_schema.end());
	const auto found = null_counts.find(path);
	if (found != null_counts.end()) {
		column.statistics.__set_null_count(found->second);
		column.__isset.statistics = true;
	}
}

} // namespace

std::string CompleteParquetTail(std::string_view tail, const std::vector<LeafNullCounts> &null_counts) {
	Verify(tail.size() >= ENDING_BYTES && tail.ends_with(MAGIC), "a written Parquet file ends with its magic");
	uint32_t footer_bytes = 0;
	std::memcpy(&footer_bytes, tail.data() + tail.size() - ENDING_BYTES, sizeof(footer_bytes));
	Verify(footer_bytes <= tail.size() - ENDING_BYTES, "a written Parquet file's footer follows its row groups");
	const size_t footer_start = tail.size() - ENDING_BYTES - footer_bytes;

	auto footer = ReadFooter(tail.substr(footer_start, footer_bytes));
	Verify(footer.row_groups.size() == null_counts.size(), "a Parquet footer lists the row groups that were written");
	for (size_t i = 0; i < footer.row_groups.size(); i++) {
		auto &row_group = footer.row_groups[i];
		if (footer.row_groups.size() <= size_t(std::numeric_limits<int16_t>::max())) {
			row_group.__set_ordinal(int16_t(i));
		}
		for (auto &column : row_group.columns) {
			CompleteEncodings(column.meta_data);
			CompleteNullCount(column.meta_data, null_counts[i]);
		}
	}
	// The form `<name> version <version> (build <build>)` is what readers parse to know of a writer's bugs.
	footer.__set_created_by(duckdb::StringUtil::Format("Merganser version %s (build DuckDB %s)", MERGANSER_VERSION,
	                                                   duckdb::DuckDB::LibraryVersion()));

	std::string completed(tail.substr(0, footer_start));
	AppendFooter(footer, completed);
	footer_bytes = static_cast<uint32_t>(completed.size() - footer_start);
	completed.append(reinterpret_cast<const char *>(&footer_bytes), sizeof(footer_bytes));
	completed.append(MAGIC);
	return completed;
}

} // namespace merganser
