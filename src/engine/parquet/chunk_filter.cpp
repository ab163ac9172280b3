#include "engine/parquet/chunk_filter.hpp"

#include "base/error.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/parquet/page_compression.hpp"

#include <algorithm>
#include <cstring>

namespace merganser {

namespace {

using duckdb_parquet::ColumnChunk;
using duckdb_parquet::ColumnMetaData;
using duckdb_parquet::Encoding;
using duckdb_parquet::SchemaElement;

//! Reads a chunk page by page and writes it anew.
class ChunkFilter {
public:
	ChunkFilter(const SchemaElement &element, const ColumnChunk &chunk_p, const RowRuns &kept_p)
	    : form(LeafFormOf(element)), chunk(chunk_p), kept(kept_p), range(form), writer(form, chunk.meta_data.codec) {
	}

	PageChunk Run(std::string_view bytes) {
		size_t row = 0;
		const auto row_count = static_cast<size_t>(chunk.meta_data.num_values);
		while (row < row_count) {
			const auto page = TakePage(bytes);
			if (page.IsDictionary()) {
				AddDictionary(page);
			} else if (page.IsData()) {
				row += AddPage(page, row);
			}
		}
		if (row != row_count) {
			ThrowDamagedPage("it has rows that its chunk has not");
		}
		AddUsedValues();
		return writer.Finish(chunk, range);
	}

private:
	void AddDictionary(const RawPage &page) {
		if (dictionary.is_there || writer.RowCount() > 0) {
			ThrowDamagedPage("it has two dictionaries");
		}
		dictionary.is_there = true;
		dictionary.values = ReadDictionary(page, form, chunk.meta_data.codec);
		dictionary.is_used.resize(dictionary.values.count);
		writer.Copy(page, 0, 0);
	}

	//! Returns the rows of the page.
	size_t AddPage(const RawPage &page, size_t row) {
		const auto data = ReadDataPage(page, form, chunk.meta_data.codec, input);
		if (data.row_count > static_cast<size_t>(chunk.meta_data.num_values) - row) {
			ThrowDamagedPage("it has rows that its chunk has not");
		}
		const auto rows = RunsWithin(kept, row, data.row_count);
		const auto kept_count = CountRows(rows);
		if (kept_count == 0) {
			return data.row_count;
		}
		const auto value_runs = ReadLevels(data, rows);
		is_rewritten = kept_count < data.row_count;
		output.clear();
		AddValues(data, value_runs);
		range.Settle();
		if (is_rewritten) {
			writer.Write(page.IsV2(), data.encoding, kept_count, levels, output);
		} else {
			writer.Copy(page, kept_count, kept_count - CountRows(value_runs));
		}
		return data.row_count;
	}

	//! Fills `levels` with those of the kept rows. Returns where the values of these stand among the page's.
	RowRuns ReadLevels(const DataPage &page, const RowRuns &rows) {
		levels.clear();
		value_count = page.row_count;
		if (!form.has_nulls) {
			return rows;
		}
		numbers.resize(page.row_count);
		ReadHybridRuns(page.levels, 1, page.row_count, numbers.data());
		RowRuns runs;
		size_t row = 0;
		size_t value = 0;
		const auto pass = [&](size_t end) {
			for (; row < end; row++) {
				value += numbers[row];
			}
		};
		for (const auto &run : rows) {
			pass(run.start);
			const auto first = value;
			pass(run.End());
			levels.insert(levels.end(), numbers.begin() + ptrdiff_t(run.start), numbers.begin() + ptrdiff_t(run.End()));
			if (value > first) {
				runs.push_back({first, value - first});
			}
		}
		pass(page.row_count);
		value_count = value;
		return runs;
	}

	//! Gathers the range of the values that stay, and their bytes where they are written anew.
	void AddValues(const DataPage &page, const RowRuns &runs) {
		if (IsDictionaryEncoding(page.encoding)) {
			return AddIndices(page.values, runs);
		}
		if (form.is_bits) {
			return AddBits(page, runs);
		}
		if (page.encoding != Encoding::PLAIN) {
			ThrowDamagedPage(UNNAMED_ENCODING);
		}
		return form.width > 0 ? AddFixed(page.values, runs) : AddTexts(page.values, runs);
	}

	void AddFixed(std::string_view values, const RowRuns &runs) {
		if (values.size() / form.width < value_count) {
			ThrowDamagedPage("it ends early");
		}
		for (const auto &run : runs) {
			Keep(values.substr(run.start * form.width, run.count * form.width));
			range.AddFixed(values.substr(run.start * form.width, run.count * form.width));
		}
	}

	void AddTexts(std::string_view values, const RowRuns &runs) {
		size_t next = 0;
		for (const auto &run : runs) {
			values.remove_prefix(WalkTexts(values, run.start - next, [](std::string_view) {}));
			const auto size = WalkTexts(values, run.count, [&](std::string_view value) { range.AddBytes(value); });
			Keep(values.substr(0, size));
			values.remove_prefix(size);
			next = run.End();
		}
	}

	void Keep(std::string_view values) {
		if (is_rewritten) {
			output.append(values);
		}
	}

	void AddBits(const DataPage &page, const RowRuns &runs) {
		if (!is_rewritten) {
			return;
		}
		numbers.resize(value_count);
		ReadBits(page, value_count, numbers.data());
		const auto count = KeepNumbers(runs);
		if (page.encoding == Encoding::PLAIN) {
			return AppendPacked(numbers.data(), count, 1, output);
		}
		std::string encoded;
		AppendHybridRuns(numbers.data(), count, 1, encoded);
		AppendLength(uint32_t(encoded.size()), output);
		output += encoded;
	}

	void AddIndices(std::string_view values, const RowRuns &runs) {
		if (!dictionary.is_there) {
			ThrowDamagedPage("its dictionary is missing");
		}
		if (value_count == 0) {
			// Writers differ in whether the bit width is there.
			return Keep(values);
		}
		const auto bit_width = static_cast<uint8_t>(TakeBytes(values, 1)[0]);
		numbers.resize(value_count);
		ReadHybridRuns(values, bit_width, value_count, numbers.data());
		const auto count = KeepNumbers(runs);
		const auto largest = std::max_element(numbers.begin(), numbers.begin() + ptrdiff_t(count));
		if (count > 0 && *largest >= dictionary.is_used.size()) {
			ThrowDamagedPage("its dictionary is too short");
		}
		for (size_t i = 0; i < count; i++) {
			dictionary.is_used[numbers[i]] = 1;
		}
		if (is_rewritten) {
			output.push_back(static_cast<char>(bit_width));
			AppendHybridRuns(numbers.data(), count, bit_width, output);
		}
	}

	//! Moves the numbers of the runs to the front; returns how many they are.
	size_t KeepNumbers(const RowRuns &runs) {
		size_t count = 0;
		for (const auto &run : runs) {
			std::memmove(numbers.data() + count, numbers.data() + run.start, run.count * sizeof(uint32_t));
			count += run.count;
		}
		return count;
	}

	//! Those of the dictionary that a row has.
	void AddUsedValues() {
		std::string used;
		for (size_t i = 0; i < dictionary.is_used.size(); i++) {
			if (dictionary.is_used[i] && form.width > 0) {
				used += dictionary.values.Value(form, i);
			} else if (dictionary.is_used[i]) {
				range.AddBytes(dictionary.values.Value(form, i));
			}
		}
		range.AddFixed(used);
		range.Settle();
	}

	const LeafForm form;
	const ColumnChunk &chunk;
	const RowRuns &kept;
	ValueRange range;
	ChunkWriter writer;

	struct UsedDictionary {
		bool is_there = false;
		PageDictionary values;
		//! By index: a row that stays has it.
		std::vector<uint8_t> is_used;
	};
	UsedDictionary dictionary;

	//! Of the page at hand: decompressed, and what its values become.
	std::string input, output;
	bool is_rewritten = false;
	//! Levels of its kept rows; levels of all its rows, or indices, or bits.
	std::vector<uint32_t> levels, numbers;
	//! Its values that are not NULL.
	size_t value_count = 0;
};

} // namespace

bool CanFilter(const SchemaElement &element, const ColumnMetaData &chunk) {
	const bool is_repeated = element.repetition_type == duckdb_parquet::FieldRepetitionType::REPEATED;
	if (!element.__isset.type || is_repeated || !IsKnownCodec(chunk.codec)) {
		return false;
	}
	return std::all_of(chunk.encodings.begin(), chunk.encodings.end(), [&](Encoding::type encoding) {
		// Old writers name BIT_PACKED for levels that take no bits.
		return encoding == Encoding::PLAIN || encoding == Encoding::RLE || encoding == Encoding::BIT_PACKED ||
		       IsDictionaryEncoding(encoding);
	});
}

bool CanFilter(const ParquetSource &file, const ParquetColumn &column) {
	const auto &footer = file.Footer();
	const auto &groups = footer.row_groups;
	return column.is_flat && std::all_of(groups.begin(), groups.end(), [&](const duckdb_parquet::RowGroup &group) {
		       return CanFilter(footer.schema[column.element], group.columns[column.first_leaf].meta_data);
	       });
}

duckdb_parquet::Statistics StatisticsOfValues(const SchemaElement &element, const ColumnChunk &chunk,
                                              std::string_view bytes) {
	return FilterChunk(element, chunk, bytes, {{0, size_t(chunk.meta_data.num_values)}}).chunk.meta_data.statistics;
}

PageChunk FilterChunk(const SchemaElement &element, const ColumnChunk &chunk, std::string_view bytes,
                      const RowRuns &kept) {
	Verify(!kept.empty() && CanFilter(element, chunk.meta_data), "rows stay of a chunk that can be filtered");
	return ChunkFilter(element, chunk, kept).Run(bytes);
}

} // namespace merganser
