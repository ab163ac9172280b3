#include "engine/parquet/chunk_merge.hpp"

#include "base/error.hpp"
#include "engine/parquet/chunk_filter.hpp"
#include "engine/parquet/footer_statistics.hpp"
#include "engine/parquet/hybrid_runs.hpp"
#include "engine/parquet/value_dictionary.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace merganser {

namespace {

using duckdb_parquet::CompressionCodec;
using duckdb_parquet::Encoding;
using duckdb_parquet::SchemaElement;

//! A merged dictionary is worth it up to so many bytes, and one value for so many rows.
constexpr size_t DICTIONARY_BYTES_MAX = 1 << 20;
constexpr size_t ROWS_PER_VALUE_MIN = 5;
//! Pages with fewer bytes than that are put together, until they have so many.
constexpr size_t SMALL_PAGE_BYTES = 16 << 10;
constexpr size_t JOINED_PAGE_BYTES = 512 << 10;
//! Values are compared of so many chunks, so many of each: where more than a few of them are there twice, a dictionary
//! for all would pay.
constexpr size_t SAMPLED_CHUNKS = 32;
constexpr size_t SAMPLED_VALUES = 64;
constexpr size_t EQUAL_VALUES_MAX = 4;

//! No page has indices of a dictionary.
bool IsPlain(const ChunkSource &source) {
	std::string_view bytes = source.bytes;
	while (!bytes.empty()) {
		const auto page = TakePage(bytes);
		if (page.IsData() && IsDictionaryEncoding(EncodingOf(page))) {
			return false;
		}
	}
	return true;
}

//! Calls visit(value) for some of the PLAIN values.
template <class VISITOR>
void VisitSome(const LeafForm &form, std::string_view values, VISITOR &&visit) {
	if (form.width > 0) {
		const auto count = values.size() / form.width;
		const auto step = std::max<size_t>(count / SAMPLED_VALUES, 1);
		for (size_t i = 0; i < count; i += step) {
			visit(values.substr(i * form.width, form.width));
		}
		return;
	}
	// Most values have about so many bytes.
	size_t number = 0;
	const auto step = std::max<size_t>(values.size() / (SAMPLED_VALUES * 16), 1);
	while (!values.empty()) {
		const auto length = TakeLength(values);
		const auto value = TakeBytes(values, length);
		if (number++ % step == 0) {
			visit(value);
		}
	}
}

//! One column of several row groups.
class ChunkMerge {
public:
	ChunkMerge(const SchemaElement &element_p, CompressionCodec::type codec_p,
	           const std::vector<ChunkSource> &sources_p)
	    : element(element_p), form(LeafFormOf(element)), codec(codec_p), sources(sources_p), range(form),
	      writer(form, codec) {
	}

	PageChunk Run() {
		if (form.is_bits) {
			MergeBits();
		} else if (CanCopyDictionary() || !HasDictionaryGain()) {
			CopyPages();
		} else if (!MergeDictionaries()) {
			joined = JoinedPage();
			CopyPages();
		}
		FlushPage();
		AddBounds();
		auto like = sources.front().chunk;
		like.meta_data.__isset.bloom_filter_offset = false;
		like.meta_data.__isset.bloom_filter_length = false;
		return writer.Finish(like, range);
	}

private:
	//! Chunks with dictionaries, or with values that are equal.
	bool HasDictionaryGain() {
		return !std::all_of(sources.begin(), sources.end(), IsPlain) || HasEqualValues();
	}

	CompressionCodec::type CodecOf(const ChunkSource &source) const {
		return source.chunk.meta_data.codec;
	}

	void AddBounds() {
		for (const auto &source : sources) {
			const auto &meta = source.chunk.meta_data;
			auto statistics = meta.statistics;
			if (form.order == ValueOrder::NONE) {
				continue;
			}
			if (!HasExactBounds(meta)) {
				statistics = StatisticsOfValues(element, source.chunk, source.bytes);
			}
			if (statistics.__isset.min_value && statistics.__isset.max_value) {
				AddBound(statistics.min_value);
				AddBound(statistics.max_value);
			} else if (statistics.null_count < meta.num_values) {
				range.Forget();
			}
		}
	}

	void AddBound(const std::string &value) {
		if (form.width > 0) {
			if (value.size() != form.width) {
				ThrowDamagedPage("its bounds are no values");
			}
			range.AddFixed(value);
		} else {
			range.AddBytes(value);
			range.Settle();
		}
	}

	//! What has indices becomes PLAIN, unless its dictionary can be copied too.
	void CopyPages() {
		for (const auto &source : sources) {
			PageDictionary dictionary;
			std::string_view bytes = source.bytes;
			while (!bytes.empty()) {
				const auto page = TakePage(bytes);
				if (page.IsDictionary() && CanCopyDictionary()) {
					if (writer.RowCount() > 0) {
						ThrowDamagedPage("its dictionary comes late");
					}
					writer.Copy(page, 0, 0);
				} else if (page.IsDictionary()) {
					dictionary = ReadDictionary(page, form, CodecOf(source));
				} else if (page.IsData()) {
					CopyPage(page, CodecOf(source), dictionary);
				}
			}
		}
	}

	bool CanCopyDictionary() const {
		return sources.size() == 1 && CodecOf(sources.front()) == codec;
	}

	void CopyPage(const RawPage &page, CompressionCodec::type page_codec, const PageDictionary &dictionary) {
		const bool has_indices = IsDictionaryEncoding(EncodingOf(page));
		const bool is_small = size_t(page.header.uncompressed_page_size) < SMALL_PAGE_BYTES && sources.size() > 1;
		if (page_codec == codec && !is_small && (!has_indices || CanCopyDictionary())) {
			FlushPage();
			const auto nulls = form.has_nulls ? NullCount(ReadDataPage(page, form, page_codec, input)) : 0;
			return writer.Copy(page, RowCountOf(page), nulls);
		}
		auto data = ReadDataPage(page, form, page_codec, input);
		const auto value_count = data.row_count - NullCount(data);
		joined.levels.insert(joined.levels.end(), levels.begin(), levels.end());
		if (has_indices) {
			AppendValues(data.values, value_count, dictionary);
		} else {
			CheckPlain(data.encoding);
			joined.values += data.values;
		}
		if (joined.values.size() >= JOINED_PAGE_BYTES) {
			FlushPage();
		}
	}

	static void CheckPlain(Encoding::type encoding) {
		if (encoding != Encoding::PLAIN) {
			ThrowDamagedPage(UNNAMED_ENCODING);
		}
	}

	//! Appends what the indices stand for.
	void AppendValues(std::string_view values, size_t count, const PageDictionary &dictionary) {
		ReadIndices(values, count, dictionary.count);
		for (size_t i = 0; i < count; i++) {
			const auto value = dictionary.Value(form, numbers[i]);
			if (form.width == 0) {
				AppendLength(uint32_t(value.size()), joined.values);
			}
			joined.values += value;
		}
	}

	//! Fills `numbers`.
	void ReadIndices(std::string_view values, size_t count, size_t dictionary_count) {
		numbers.resize(count);
		if (count == 0) {
			return;
		}
		const auto bit_width = static_cast<uint8_t>(TakeBytes(values, 1)[0]);
		ReadHybridRuns(values, bit_width, count, numbers.data());
		if (*std::max_element(numbers.begin(), numbers.end()) >= dictionary_count) {
			ThrowDamagedPage("its dictionary is too short");
		}
	}

	//! Fills `levels`: 0 is NULL.
	size_t NullCount(const DataPage &page) {
		levels.assign(page.row_count, 1);
		if (!form.has_nulls) {
			return 0;
		}
		ReadHybridRuns(page.levels, 1, page.row_count, levels.data());
		return size_t(std::count(levels.begin(), levels.end(), 0u));
	}

	void MergeBits() {
		std::vector<uint32_t> bits;
		for (const auto &source : sources) {
			std::string_view bytes = source.bytes;
			while (!bytes.empty()) {
				const auto page = TakePage(bytes);
				if (!page.IsData()) {
					continue;
				}
				const auto data = ReadDataPage(page, form, CodecOf(source), input);
				const auto value_count = data.row_count - NullCount(data);
				joined.levels.insert(joined.levels.end(), levels.begin(), levels.end());
				const auto start = bits.size();
				bits.resize(start + value_count);
				ReadBits(data, value_count, bits.data() + start);
			}
		}
		AppendPacked(bits.data(), bits.size(), 1, joined.values);
	}

	void FlushPage() {
		if (joined.levels.empty()) {
			return;
		}
		writer.Write(false, joined.encoding, joined.levels.size(), joined.levels, joined.values);
		joined.levels.clear();
		joined.values.clear();
	}

	bool HasEqualValues() {
		std::unordered_set<std::string> seen;
		size_t equal_count = 0;
		const auto step = std::max<size_t>(sources.size() / SAMPLED_CHUNKS, 1);
		for (size_t i = 0; i < sources.size() && equal_count <= EQUAL_VALUES_MAX; i += step) {
			std::unordered_set<std::string> own;
			std::string_view bytes = sources[i].bytes;
			auto page = TakePage(bytes);
			while (!page.IsData()) {
				page = TakePage(bytes);
			}
			VisitSome(form, ReadDataPage(page, form, CodecOf(sources[i]), input).values,
			          [&](std::string_view value) { own.emplace(value); });
			for (const auto &value : own) {
				equal_count += !seen.insert(value).second;
			}
		}
		return equal_count > EQUAL_VALUES_MAX;
	}

	//! False where the dictionary becomes too large.
	bool MergeDictionaries() {
		size_t row_count = 0;
		for (const auto &source : sources) {
			row_count += size_t(source.chunk.meta_data.num_values);
		}
		ValueDictionary dictionary(form);
		std::vector<uint32_t> indices;
		for (const auto &source : sources) {
			//! Index of its own dictionary -> index of the new one.
			std::vector<uint32_t> places;
			std::string_view bytes = source.bytes;
			while (!bytes.empty()) {
				const auto page = TakePage(bytes);
				if (page.IsDictionary()) {
					const auto own = ReadDictionary(page, form, CodecOf(source));
					for (size_t i = 0; i < own.count; i++) {
						places.push_back(dictionary.Add(own.Value(form, i)));
					}
				} else if (page.IsData()) {
					AddIndices(ReadDataPage(page, form, CodecOf(source), input), places, dictionary, indices);
				}
				if (dictionary.Values().size() > DICTIONARY_BYTES_MAX ||
				    dictionary.Count() * ROWS_PER_VALUE_MIN > row_count) {
					return false;
				}
			}
		}
		writer.WriteDictionary(dictionary.Count(), dictionary.Values());
		joined.encoding = Encoding::RLE_DICTIONARY;
		joined.values.clear();
		AppendIndices(indices, dictionary.Count(), joined.values);
		return true;
	}

	//! Of the values of a page, in the new dictionary.
	void AddIndices(const DataPage &data, const std::vector<uint32_t> &places, ValueDictionary &dictionary,
	                std::vector<uint32_t> &indices) {
		const auto value_count = data.row_count - NullCount(data);
		joined.levels.insert(joined.levels.end(), levels.begin(), levels.end());
		if (!IsDictionaryEncoding(data.encoding)) {
			CheckPlain(data.encoding);
			return AddPlain(data.values, value_count, dictionary, indices);
		}
		ReadIndices(data.values, value_count, places.size());
		for (const auto index : numbers) {
			indices.push_back(places[index]);
		}
	}

	void AddPlain(std::string_view values, size_t count, ValueDictionary &dictionary,
	              std::vector<uint32_t> &indices) const {
		if (form.width == 0) {
			WalkTexts(values, count, [&](std::string_view value) { indices.push_back(dictionary.Add(value)); });
			return;
		}
		if (values.size() / form.width < count) {
			ThrowDamagedPage("it ends early");
		}
		for (size_t i = 0; i < count; i++) {
			indices.push_back(dictionary.Add(values.substr(i * form.width, form.width)));
		}
	}

	const SchemaElement &element;
	const LeafForm form;
	const CompressionCodec::type codec;
	const std::vector<ChunkSource> &sources;
	ValueRange range;
	ChunkWriter writer;
	//! A page in the making.
	struct JoinedPage {
		Encoding::type encoding = Encoding::PLAIN;
		std::vector<uint32_t> levels;
		std::string values;
	};
	JoinedPage joined;
	//! Of the page at hand: decompressed; a level for each of its rows; its indices.
	std::string input;
	std::vector<uint32_t> levels, numbers;
};

} // namespace

PageChunk MergeChunks(const SchemaElement &element, CompressionCodec::type codec,
                      const std::vector<ChunkSource> &sources) {
	Verify(!sources.empty(), "there is something to be put together");
	auto merged = ChunkMerge(element, codec, sources).Run();
	int64_t row_count = 0;
	for (const auto &source : sources) {
		row_count += source.chunk.meta_data.num_values;
	}
	if (merged.chunk.meta_data.num_values != row_count) {
		ThrowDamagedPage("it has other rows than its footer says");
	}
	return merged;
}

} // namespace merganser
